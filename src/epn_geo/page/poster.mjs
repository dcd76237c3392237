/** The map as one picture, A4 landscape: for print and for slides. */

import { drawGround } from "./draw.mjs";
import { el } from "./dom.mjs";
import { headline } from "./figures.mjs";
import { legendParts } from "./legend.mjs";
import { drawOverlay } from "./overlay.mjs";
import { kmPerPixel, viewOf } from "./view.mjs";

const WIDTH = 1060; // A4 landscape less a centimetre of margin, at 96 points an inch
const HEIGHT = 718;
const SIDE = 262;
const FONT = "system-ui, sans-serif";

/**
 * @param {object} app
 * @param {number} ratio device pixels per pixel
 * @returns {HTMLCanvasElement}
 */
export function drawPoster(app, ratio) {
  const canvas = el("canvas", { width: WIDTH * ratio, height: HEIGHT * ratio });
  const c = canvas.getContext("2d");
  c.scale(ratio, ratio);
  c.fillStyle = "#fff";
  c.fillRect(0, 0, WIDTH, HEIGHT);
  const top = drawTitle(c, app);
  const bottom = drawNotes(c, app);
  const frame = { x: 0, y: top, width: WIDTH - SIDE - 14, height: bottom - top - 8 };
  drawMap(c, app, frame, ratio);
  drawSide(c, app, WIDTH - SIDE, top, bottom);
  return canvas;
}

function drawTitle(c, { world, changed, state }) {
  let y = 0;
  if (world.head.demonstration) {
    c.fillStyle = "#8c1d00";
    c.fillRect(0, 0, WIDTH, 26);
    c.fillStyle = "#fff";
    c.font = `bold 15px ${FONT}`;
    c.textAlign = "center";
    c.fillText(world.head.demonstration, WIDTH / 2, 18);
    y = 32;
  }
  c.textAlign = "left";
  c.fillStyle = "#111";
  c.font = `bold 22px ${FONT}`;
  c.fillText(clip(c, world.head.title, WIDTH), 0, y + 20);
  const notes = [territoryName(world, state), changed ? world.say("picture_changed") : ""].filter(Boolean);
  c.font = `14px ${FONT}`;
  if (notes.length) c.fillText(clip(c, notes.join(" · "), WIDTH), 0, y + 40);
  return y + (notes.length ? 50 : 32);
}

function territoryName(world, { territory }) {
  if (!territory.level) return "";
  return (territory.level === "epci" ? world.epcis : world.departements)[territory.row].nom;
}

function clip(c, text, width) {
  if (c.measureText(text.slice(0, 400)).width <= width && text.length <= 400) return text;
  let short = text.slice(0, 400);
  while (short && c.measureText(`${short}…`).width > width) short = short.slice(0, -1);
  return `${short}…`;
}

/** Cut a text into lines that fit. */
function wrap(c, text, width, most) {
  const lines = [""];
  for (const word of text.slice(0, 2000).split(/[^\S\u00a0\u202f]+/)) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (c.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.filter(Boolean).slice(0, most).map((line) => clip(c, line, width));
}

function drawNotes(c, { world }) {
  const { head, say } = world;
  c.textAlign = "left";
  const sources = head.sources.length ? `${say("sources")} : ${head.sources.map((one) => one.trim().replace(/\.$/, "")).join("\u00a0; ")}.` : "";
  const text = [head.definition, sources, head.date ? say("made_on", { date: head.date }) : ""].filter(Boolean);
  const loud = (head.notices ?? []).map((part) => ({ part, font: `bold 12px ${FONT}`, colour: "#8c1d00" }));
  const quiet = text.map((part) => ({ part, font: `10.5px ${FONT}`, colour: "#333" }));
  const lines = [...loud, ...quiet].flatMap(({ part, font, colour }) => {
    c.font = font;
    return wrap(c, part, WIDTH, 5).map((line) => ({ line, font, colour }));
  });
  lines.forEach(({ line, font, colour }, i) => {
    [c.font, c.fillStyle] = [font, colour];
    c.fillText(line, 0, HEIGHT - 4 - (lines.length - 1 - i) * 13);
  });
  return HEIGHT - lines.length * 13 - 8;
}

function drawMap(c, app, frame, ratio) {
  const view = { ...viewOf(app.visibleBox(), frame.width, frame.height), ratio };
  c.save();
  c.translate(frame.x, frame.y);
  c.beginPath();
  c.rect(0, 0, frame.width, frame.height);
  c.clip();
  c.fillStyle = "#f4f5f6";
  c.fillRect(0, 0, frame.width, frame.height);
  drawGround(c, app.world, view, { ...app.paint(), opacity: 1 });
  drawOverlay(c, app.world, view, app.scene());
  drawScale(c, app.world, view);
  drawNorth(c, frame);
  c.restore();
  c.strokeStyle = "#888";
  c.lineWidth = 1;
  c.strokeRect(frame.x + 0.5, frame.y + 0.5, frame.width - 1, frame.height - 1);
}

function drawScale(c, { number }, view) {
  const per = kmPerPixel(view);
  const km = [500, 200, 100, 50, 20, 10, 5, 2, 1, 0.5].find((one) => one / per <= 150) ?? 0.2;
  const [length, y] = [km / per, view.height - 14];
  c.fillStyle = "rgba(255, 255, 255, 0.85)";
  c.fillRect(8, y - 20, length + 16, 28);
  c.strokeStyle = "#111";
  c.lineWidth = 2;
  c.beginPath();
  c.moveTo(16, y - 5);
  c.lineTo(16, y);
  c.lineTo(16 + length, y);
  c.lineTo(16 + length, y - 5);
  c.stroke();
  c.fillStyle = "#111";
  c.font = `11px ${FONT}`;
  c.textAlign = "center";
  c.fillText(`${number(km, km < 1 ? 1 : 0)} km`, 16 + length / 2, y - 7);
}

function drawNorth(c, { width }) {
  c.save();
  c.translate(width - 22, 32);
  c.beginPath();
  c.moveTo(0, -18);
  c.lineTo(7, 6);
  c.lineTo(0, 1);
  c.lineTo(-7, 6);
  c.closePath();
  c.fillStyle = "#111";
  c.fill();
  c.font = `bold 12px ${FONT}`;
  c.textAlign = "center";
  c.fillText("N", 0, 20);
  c.restore();
}

function drawSide(c, app, left, top, bottom) {
  let y = drawKeyFigure(c, app, left, top + 4);
  for (const part of legendParts(app)) {
    y = drawPart(c, part, left, y, bottom) + 12;
  }
}

function drawKeyFigure(c, { world, sums, state, radiusText }, left, top) {
  const first = headline(world, sums, state.territory);
  if (!first || !sums.population) return top;
  const { say, number } = world;
  c.textAlign = "left";
  c.fillStyle = "#111";
  c.font = `bold 30px ${FONT}`;
  c.fillText(world.percent(first.people / sums.population), left, top + 28);
  c.font = `12.5px ${FONT}`;
  let y = top + 48;
  const text = [
    first.text + radiusText(),
    say("people_of", { people: number(Math.round(first.people)), all: number(sums.population) }),
    world.head.headline ? say("people_beyond", { people: number(Math.round(sums.population - sums.people)) }) : "",
    sums.known ? say("halls_of", { halls: number(sums.halls), all: number(sums.known) }) : "",
  ];
  for (const line of text.flatMap((part) => wrap(c, part, SIDE, 3))) {
    c.fillText(line, left, y);
    y += 16;
  }
  return y + 10;
}

function drawPart(c, part, left, top, bottom) {
  let y = top;
  c.fillStyle = "#111";
  c.textAlign = "left";
  c.font = `bold 13px ${FONT}`;
  for (const line of part.title ? wrap(c, part.title, SIDE - 70, 3) : []) {
    c.fillText(line, left, y + 12);
    y += 17;
  }
  if (part.unit) {
    c.font = `11px ${FONT}`;
    c.textAlign = "right";
    c.fillText(part.unit, left + SIDE, y - 5);
  }
  for (const row of part.rows) {
    if (y + 20 > bottom) break;
    c.save();
    c.translate(left, y);
    row.paint(c);
    c.restore();
    c.fillStyle = "#111";
    c.font = `12.5px ${FONT}`;
    c.textAlign = "left";
    c.fillText(clip(c, row.label, SIDE - (row.count ? 90 : 30)), left + 28, y + 14);
    c.textAlign = "right";
    c.fillText(row.count, left + SIDE, y + 14);
    y += 20;
  }
  return y;
}
