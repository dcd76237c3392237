/** Names on the map, each only where it hides no other. */

import { toPixel } from "./view.mjs";

const LONGEST = 40;

/** Keep a name's own direction of writing, and a length that a map can bear. */
export function shortName(name) {
  const line = name.replace(/\s+/g, " ").slice(0, LONGEST + 1);
  const text = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
  return `\u2068${text}\u2069`;
}

/**
 * @param {CanvasRenderingContext2D} c
 * @param {object} world
 * @param {import("./view.mjs").View} view
 * @param {object} scene layers, and which communes are in the chosen territory
 * @param {number[][]} taken boxes of the symbols, which names must not hide
 */
export function drawLabels(c, world, view, { layers, within }, taken) {
  const zoom = Math.log2(view.world / 256);
  if (!layers.names) return;
  const chosen = ({ communes }) => 2 * communes.filter(within).length > communes.length;
  const boxes = [...taken];
  const names = [];
  const put = (at, name, style) => {
    const box = write(c, view, boxes, at, name, style);
    if (box) names.push(box);
    return box;
  };
  const over = (at, name, style) => boxes.push(write(c, view, names, at, name, style) ?? []);
  for (const which of byPopulation(world)) {
    if (!within(which) || !isWorthNaming(world, which, zoom)) continue;
    const at = world.communes.halls[which] ?? middle(world, which);
    const named = put(at, world.communes.nom[which], STYLES.commune);
    if (!named && size(world, which) >= great(zoom)) over(at, world.communes.nom[which], STYLES.commune);
  }
  if (zoom > 6.2 && zoom < 9.5 && world.departements.length > 1) {
    for (const one of world.departements.filter(chosen).filter(({ box }) => isWide(view, box))) {
      const style = { ...STYLES.departement, spots: spotsInside(view, one) };
      if (!put(one.label, one.nom, style)) over(one.label, one.nom, style);
    }
  }
  if (zoom >= 9 && zoom < 11.5 && layers.epci) {
    for (const one of world.epcis.filter(chosen)) put(one.label, one.nom, STYLES.epci);
  }
}

const AROUND = [[0, -12], [0, 13], [1, 0], [-1, 0], [1, -9], [-1, -9], [1, 10], [-1, 10], [0, 0]];
const NUDGED = [0, -18, 18, -36, 36, -54, 54].flatMap((lift) => [[0, lift], [0.5, lift], [-0.5, lift]]);
/** Below this zoom, only communes of so many inhabitants are named. */
const STEPS = [[6.8, 100_000], [7.8, 30_000], [8.8, 15_000], [10, 6000], [11, 1500], [12, 400]];

/** A town of so many inhabitants is named even over a symbol. */
const great = (zoom) => (zoom < 9.5 ? 50_000 : 10_000);

const STYLES = {
  departement: { font: "600 13px system-ui, sans-serif", colour: "#222", upper: true, spots: NUDGED },
  commune: { font: "500 11.5px system-ui, sans-serif", colour: "#111", spots: AROUND },
  epci: { font: "italic 11px system-ui, sans-serif", colour: "#33304d", spots: NUDGED },
};

/** Communes from the largest down; worked out once. */
function byPopulation(world) {
  world.ranked ??= Array.from({ length: world.communes.count }, (_, i) => i).sort(
    (a, b) => size(world, b) - size(world, a) || a - b,
  );
  return world.ranked;
}

function size({ communes }, which) {
  return communes.population ? communes.population[which] : 0;
}

/** Towns first; villages as one comes nearer. A toy without inhabitants shows all its names. */
function isWorthNaming(world, which, zoom) {
  if (world.communes.count <= 60) return true;
  const step = STEPS.find(([limit]) => zoom < limit);
  return size(world, which) >= (step ? step[1] : 0);
}

/** The spots around a territory's middle that lie in its box: a name must not leave its land. */
function spotsInside(view, { label, box }) {
  const [x, y] = toPixel(view, ...label);
  const [left, top] = toPixel(view, box[0], box[3]);
  const [right, bottom] = toPixel(view, box[2], box[1]);
  return NUDGED.filter(([side, lift]) => {
    const [cx, cy] = [x + side * 80, y + lift];
    return cx > left && cx < right && cy > top && cy < bottom;
  });
}

/** Whether a territory is wide enough on the screen to bear its name. */
function isWide(view, box) {
  return toPixel(view, box[2], box[3])[0] - toPixel(view, box[0], box[1])[0] > 100;
}

function middle(world, which) {
  const [west, south, east, north] = world.outlines.box.subarray(which * 4, which * 4 + 4);
  return Number.isFinite(west) ? [(west + east) / 2, (south + north) / 2] : null;
}

/** Write a name at the first spot that is free, or not at all; gives the box it takes. */
function write(c, view, taken, at, name, { font, colour, upper, spots }) {
  if (!at || !name) return null;
  const [x, y] = toPixel(view, at[0], at[1]);
  if (x < 0 || y < 0 || x > view.width || y > view.height) return null;
  c.font = font;
  const text = shortName(upper ? name.toLocaleUpperCase() : name);
  const half = c.measureText(text).width / 2 + 2;
  const spot = spots
    .map(([side, lift]) => [x + side * (half + 8), y + lift])
    .find(([cx, cy]) => isFree([cx - half, cy - 8, cx + half, cy + 8], taken, view));
  if (!spot) return null;
  const [cx, cy] = spot;
  const box = [cx - half, cy - 8, cx + half, cy + 8];
  taken.push(box);
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.lineJoin = "round";
  c.strokeStyle = "rgba(255, 255, 255, 0.9)";
  c.lineWidth = 3.2;
  c.strokeText(text, cx, cy);
  c.fillStyle = colour;
  c.fillText(text, cx, cy);
  return box;
}

function isFree(box, taken, view) {
  const margin = view.margin ?? 0;
  const inside = box[0] >= margin && box[2] <= view.width - margin;
  return inside && !taken.some((other) => overlap(box, other));
}

function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
