/** The ground of the map: communes in their colours, hatching, boundaries. */

import { outerRings, walkRing } from "./topology.mjs";
import { across, circleSize, down, toPixel } from "./view.mjs";

/** Arc points on the globe, 0 to 1, worked out once per set of outlines. */
function globe(outlines) {
  if (!outlines.globe) {
    outlines.globe = {
      x: Float64Array.from(outlines.lon, across),
      y: Float64Array.from(outlines.lat, down),
    };
  }
  return outlines.globe;
}

/**
 * The points worth drawing in a view: the same for both neighbours, since the arc is one.
 * @returns {Uint8Array}
 */
function worthDrawing(outlines, view) {
  const { x, y } = globe(outlines);
  const keep = new Uint8Array(x.length);
  const least = (0.6 / view.world) ** 2;
  for (let arc = 0; arc + 1 < outlines.start.length; arc++) {
    const [from, to] = [outlines.start[arc], outlines.start[arc + 1] - 1];
    keep[from] = keep[to] = 1;
    let last = from;
    for (let i = from + 1; i < to; i++) {
      if ((x[i] - x[last]) ** 2 + (y[i] - y[last]) ** 2 > least) {
        keep[i] = 1;
        last = i;
      }
    }
  }
  return keep;
}

/** Whether an outline's box meets the view. */
export function isInView(outlines, which, view) {
  const [west, south, east, north] = outlines.box.subarray(which * 4, which * 4 + 4);
  if (!Number.isFinite(west)) return false;
  const [x0, y0] = toPixel(view, west, north);
  const [x1, y1] = toPixel(view, east, south);
  return x1 >= 0 && y1 >= 0 && x0 <= view.width && y0 <= view.height;
}

/** Add the rings of an outline to a path. */
export function traceOutline(c, outlines, which, view, keep = null) {
  traceRings(c, outlines, outlines.rings[which], view, keep);
}

function traceRings(c, outlines, rings, view, keep) {
  const { x, y } = globe(outlines);
  for (const ring of rings) {
    let first = true;
    walkRing(outlines, ring, (i) => {
      if (keep && !keep[i]) return;
      const [px, py] = [x[i] * view.world - view.left, y[i] * view.world - view.top];
      if (first) c.moveTo(px, py);
      else c.lineTo(px, py);
      first = false;
    });
    c.closePath();
  }
}

/**
 * @param {CanvasRenderingContext2D} c
 * @param {object} world
 * @param {import("./view.mjs").View} view
 * @param {object} paint colours by commune (null for no data), hatch, layers, opacity
 */
export function drawGround(c, world, view, paint) {
  const keep = worthDrawing(world.outlines, view);
  fillCommunes(c, world, view, paint, keep);
  c.save();
  clipToTerritory(c, world, view, paint, keep);
  if (paint.zones) drawZones(c, paint.zones.outlines, view);
  if (paint.discs) drawOutOfReach(c, world, view, paint, keep);
  c.restore();
  strokeBorders(c, world, view, paint, keep);
}

/** One by one: a browser fills many small paths forty times faster than a large one. */
function fillCommunes(c, world, view, { colours, opacity }, keep) {
  c.globalAlpha = opacity;
  c.lineWidth = 0.6;
  for (let i = 0; i < world.communes.count; i++) {
    if (!isInView(world.outlines, i, view)) continue;
    c.beginPath();
    traceOutline(c, world.outlines, i, view, keep);
    c.fillStyle = c.strokeStyle = colours[i] ?? "#e4e4e4";
    c.fill();
    c.stroke(); // or a hair of background shows between neighbours
    if (colours[i]) continue;
    c.fillStyle = dots(c);
    c.fill();
  }
  c.globalAlpha = 1;
}

const patterns = new Map();

/** A small picture repeated: made once. */
function pattern(c, name, paint) {
  if (!patterns.has(name)) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    paint(tile.getContext("2d"));
    patterns.set(name, tile);
  }
  return c.createPattern(patterns.get(name), "repeat");
}

/** Dots: no data. */
export const dots = (c) =>
  pattern(c, "dots", (t) => {
    t.fillStyle = "#9a9a9a";
    t.fillRect(1, 1, 1.5, 1.5);
    t.fillRect(5, 5, 1.5, 1.5);
  });

/** Slanting lines: out of reach. */
export const hatching = (c) =>
  pattern(c, "hatching", (t) => {
    t.strokeStyle = "rgba(70, 30, 20, 0.6)";
    t.lineWidth = 1;
    for (const x of [-8, 0, 8]) {
      t.beginPath();
      t.moveTo(x - 1, 9);
      t.lineTo(x + 9, -1);
      t.stroke();
    }
  });

function drawZones(c, outlines, view) {
  c.beginPath();
  outlines.rings.forEach((_, which) => {
    if (isInView(outlines, which, view)) traceOutline(c, outlines, which, view);
  });
  c.fillStyle = hatching(c);
  c.fill("evenodd");
  c.strokeStyle = "rgba(60, 20, 20, 0.8)";
  c.lineWidth = 0.8;
  c.stroke();
}

/** The edge of the chosen territory, chained once for each. */
function territoryRings(world, { within, territory }) {
  if (world.edge?.territory !== territory) {
    world.edge = { territory, rings: outerRings(world.outlines, world.owners, within) };
  }
  return world.edge.rings;
}

/** Hatching stays within the chosen territory; the whole of it needs no clip. */
function clipToTerritory(c, world, view, paint, keep) {
  if (!paint.territory || (!paint.zones && !paint.discs)) return;
  c.beginPath();
  traceRings(c, world.outlines, territoryRings(world, paint), view, keep);
  c.clip("evenodd");
}

/** What no disc reaches: the territory hatched, then the discs rubbed out. */
function drawOutOfReach(c, world, view, paint, keep) {
  const sheet = document.createElement("canvas");
  const ratio = view.ratio ?? 1;
  sheet.width = view.width * ratio;
  sheet.height = view.height * ratio;
  const s = sheet.getContext("2d");
  s.scale(ratio, ratio);
  s.beginPath();
  traceRings(s, world.outlines, territoryRings(world, paint), view, keep);
  s.fillStyle = hatching(s);
  s.fill("evenodd");
  s.globalCompositeOperation = "destination-out";
  s.fillStyle = "#000";
  s.beginPath();
  for (const disc of paint.discs) traceDisc(s, view, disc);
  s.fill();
  c.drawImage(sheet, 0, 0, view.width, view.height);
}

/** Add a circle of kilometres to a path. */
export function traceDisc(c, view, { lon, lat, km }) {
  const [x, y] = toPixel(view, lon, lat);
  const [rx, ry] = circleSize(view, lat, km);
  c.moveTo(x + rx, y);
  c.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
}

const PENS = [
  { width: 1.4, colour: "#333" }, // edge of the territory
  { width: 2, colour: "#222" }, // between départements
  { width: 1, colour: "rgba(40, 40, 60, 0.75)" }, // between EPCI
  { width: 0.5, colour: "rgba(60, 60, 60, 0.28)" }, // between communes, from afar
  { width: 0.8, colour: "rgba(50, 50, 50, 0.5)" }, // between communes, from near
];

function strokeBorders(c, world, view, { layers }, keep) {
  const shown = [true, layers.departements, layers.epci, false];
  const zoom = Math.log2(view.world / 256);
  const thinner = zoom < 7 ? 0.55 : 1;
  for (let rank = 3; rank >= 0; rank--) {
    if (rank >= 2 && zoom < 6.8) continue; // too many to tell apart from so far
    const pen = PENS[shown[rank] ? rank : zoom > 9.5 ? 4 : 3];
    c.beginPath();
    traceArcs(c, world, view, rank, keep);
    c.strokeStyle = pen.colour;
    c.lineWidth = pen.width * thinner;
    c.lineJoin = "round";
    c.stroke();
  }
}

function traceArcs(c, { outlines, borders }, view, rank, keep) {
  const { x, y } = globe(outlines);
  for (let arc = 0; arc < borders.length; arc++) {
    if (borders[arc] !== rank) continue;
    const [from, to] = [outlines.start[arc], outlines.start[arc + 1]];
    for (let i = from; i < to; i++) {
      if (!keep[i]) continue;
      const [px, py] = [x[i] * view.world - view.left, y[i] * view.world - view.top];
      if (i === from) c.moveTo(px, py);
      else c.lineTo(px, py);
    }
  }
}
