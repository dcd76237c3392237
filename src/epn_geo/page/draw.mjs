/** The ground of the map: communes in their colours, hatching, boundaries. */

import { outerRings } from "./topology.mjs";
import { across, circleSize, down, toDegrees, toPixel } from "./view.mjs";

/**
 * The arcs in pixels of a zoom, from the north-west corner of all outlines, points that nobody could
 * tell apart left out: the same for both neighbours, since the arc is one. Worked out once a zoom.
 */
function arcsAt(outlines, world) {
  if (outlines.drawn?.world === world) return outlines.drawn;
  const { lon, lat, start } = outlines;
  const globe = (outlines.globe ??= globeOf(lon, lat));
  const [west, north] = [globe.west * world, globe.north * world];
  const [x, y] = [new Float32Array(lon.length), new Float32Array(lon.length)];
  const first = new Int32Array(start.length);
  let count = 0;
  for (let arc = 0; arc + 1 < start.length; arc++) {
    const begin = start[arc];
    const last = start[arc + 1] - 1;
    first[arc] = count;
    let px = 0;
    let py = 0;
    for (let i = begin; i <= last; i++) {
      const nx = globe.x[i] * world - west;
      const ny = globe.y[i] * world - north;
      if (i > begin && i < last && (nx - px) * (nx - px) + (ny - py) * (ny - py) <= 0.36) continue;
      px = nx;
      py = ny;
      x[count] = nx;
      y[count++] = ny;
    }
  }
  first[start.length - 1] = count;
  outlines.drawn = { world, west, north, x, y, first, paths: new Array(outlines.rings.length) };
  return outlines.drawn;
}

/** Arc points on the globe, 0 to 1, and their north-west corner. */
function globeOf(lon, lat) {
  const [x, y] = [new Float64Array(lon.length), new Float64Array(lon.length)];
  let [west, north] = [1, 1];
  for (let i = 0; i < lon.length; i++) {
    x[i] = across(lon[i]);
    y[i] = down(lat[i]);
    if (x[i] < west) west = x[i];
    if (y[i] < north) north = y[i];
  }
  return { x, y, west, north };
}

/** Whether box number `at` of some meets the view, a little margin included. */
function meets(box, at, shown) {
  return box[at] <= shown[2] && box[at + 2] >= shown[0] && box[at + 1] <= shown[3] && box[at + 3] >= shown[1];
}

/** What a view shows, in degrees: west, south, east, north. */
function degreesOf(view) {
  const [west, north] = toDegrees(view, -2, -2);
  const [east, south] = toDegrees(view, view.width + 2, view.height + 2);
  return [west, south, east, north];
}

/** Draw in the pixels of the zoom: what `trace` adds to a path needs no moving. */
function inZoom(c, outlines, view, draw) {
  const arcs = arcsAt(outlines, view.world);
  c.save();
  c.translate(arcs.west - view.left, arcs.north - view.top);
  draw(arcs);
  c.restore();
}

/** Add an arc to a path; `backwards`, and without the point where the next one begins. */
function traceArc(path, { x, y, first }, arc, begins) {
  const from = first[arc >> 1];
  const to = first[(arc >> 1) + 1] - 1;
  if (arc & 1) {
    if (begins) path.moveTo(x[to], y[to]);
    for (let i = begins ? to - 1 : to; i > from; i--) path.lineTo(x[i], y[i]);
  } else {
    if (begins) path.moveTo(x[from], y[from]);
    for (let i = begins ? from + 1 : from; i < to; i++) path.lineTo(x[i], y[i]);
  }
}

function traceRings(path, arcs, rings) {
  for (const ring of rings) {
    for (let nth = 0; nth < ring.length; nth++) traceArc(path, arcs, ring[nth], nth === 0);
    path.closePath();
  }
}

/** The path of an outline, kept for the next drawing at the same zoom. */
function pathOf(arcs, outlines, which) {
  if (!arcs.paths[which]) {
    arcs.paths[which] = new Path2D();
    traceRings(arcs.paths[which], arcs, outlines.rings[which]);
  }
  return arcs.paths[which];
}

/** Draw the lines of some outlines, or of all. */
export function strokeOutlines(c, outlines, view, which = outlines.rings.keys()) {
  inZoom(c, outlines, view, (arcs) => {
    for (const one of which) c.stroke(pathOf(arcs, outlines, one));
  });
}

/**
 * @param {CanvasRenderingContext2D} c
 * @param {object} world
 * @param {import("./view.mjs").View} view
 * @param {object} paint colours by commune (null for no data), hatch, layers, opacity
 */
export function drawGround(c, world, view, paint) {
  const shown = degreesOf(view);
  inZoom(c, world.outlines, view, (arcs) => fillCommunes(c, world, arcs, shown, paint));
  c.save();
  clipToTerritory(c, world, view, paint);
  if (paint.zones) drawZones(c, paint.zones.outlines, view, shown);
  if (paint.discs) drawOutOfReach(c, world, view, paint);
  c.restore();
  inZoom(c, world.outlines, view, (arcs) => strokeBorders(c, world, view, arcs, shown, paint));
}

/**
 * All in the commonest colour first, then the others one by one: a browser fills many small paths
 * forty times faster than a large one.
 */
function fillCommunes(c, world, arcs, shown, { colours, opacity }) {
  const { outlines, communes } = world;
  const base = opacity === 1 ? commonest(colours) : null;
  if (base) {
    c.fillStyle = base;
    c.fill(wholePath(world, arcs));
  }
  c.globalAlpha = opacity;
  c.lineWidth = 0.6;
  const unknown = dots(c);
  for (let i = 0; i < communes.count; i++) {
    if ((base && colours[i] === base) || !meets(outlines.box, i * 4, shown)) continue;
    const path = pathOf(arcs, outlines, i);
    c.fillStyle = c.strokeStyle = colours[i] ?? "#e4e4e4";
    c.fill(path);
    c.stroke(path); // or a hair of background shows between neighbours
    if (colours[i]) continue;
    c.fillStyle = unknown;
    c.fill(path);
  }
  c.globalAlpha = 1;
}

function commonest(colours) {
  const counts = new Map();
  for (const colour of colours) if (colour) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  let [best, most] = [null, 0];
  for (const [colour, count] of counts) if (count > most) [best, most] = [colour, count];
  return best;
}

/** All communes as one path, kept like theirs. */
function wholePath(world, arcs) {
  world.whole ??= outerRings(world.outlines, () => true);
  if (!arcs.whole) {
    arcs.whole = new Path2D();
    traceRings(arcs.whole, arcs, world.whole);
  }
  return arcs.whole;
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

/** Slanting lines: out of reach. Dark beside light, so that they show on any colour. */
export const hatching = (c) =>
  pattern(c, "hatching", (t) => {
    t.lineWidth = 1;
    for (const [aside, colour] of [[1.2, "rgba(255, 255, 255, 0.6)"], [0, "rgba(70, 30, 20, 0.6)"]]) {
      t.strokeStyle = colour;
      for (const x of [aside - 8, aside, aside + 8]) {
        t.beginPath();
        t.moveTo(x - 1, 9);
        t.lineTo(x + 9, -1);
        t.stroke();
      }
    }
  });

function drawZones(c, outlines, view, shown) {
  inZoom(c, outlines, view, (arcs) => {
    c.beginPath();
    for (let i = 0; i < outlines.rings.length; i++) {
      if (meets(outlines.box, i * 4, shown)) traceRings(c, arcs, outlines.rings[i]);
    }
    c.fillStyle = hatching(c);
    c.fill("evenodd");
    c.strokeStyle = "rgba(60, 20, 20, 0.8)";
    c.lineWidth = 0.8;
    c.stroke();
  });
}

/** The edge of the chosen territory, chained once for each. */
function territoryRings(world, { within, territory }) {
  if (world.edge?.territory !== territory) {
    world.edge = { territory, rings: outerRings(world.outlines, within) };
  }
  return world.edge.rings;
}

/** Add the chosen territory to the path of a canvas. */
function traceTerritory(c, world, view, paint) {
  c.beginPath();
  inZoom(c, world.outlines, view, (arcs) => traceRings(c, arcs, territoryRings(world, paint)));
}

/** Hatching stays within the chosen territory; the whole of it needs no clip. */
function clipToTerritory(c, world, view, paint) {
  if (!paint.territory || (!paint.zones && !paint.discs)) return;
  traceTerritory(c, world, view, paint);
  c.clip();
}

/** What no disc reaches: the territory hatched, then the discs rubbed out. */
function drawOutOfReach(c, world, view, paint) {
  const sheet = document.createElement("canvas");
  const ratio = view.ratio ?? 1;
  sheet.width = view.width * ratio;
  sheet.height = view.height * ratio;
  const s = sheet.getContext("2d");
  s.scale(ratio, ratio);
  traceTerritory(s, world, view, paint);
  s.fillStyle = hatching(s);
  s.fill();
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

function strokeBorders(c, world, view, arcs, shown, { layers }) {
  const known = [true, layers.departements, layers.epci, false];
  const zoom = Math.log2(view.world / 256);
  const thinner = zoom < 7 ? 0.55 : 1;
  c.lineJoin = "round";
  for (let rank = 3; rank >= 0; rank--) {
    if (rank >= 2 && zoom < 6.8) continue; // too many to tell apart from so far
    const pen = PENS[known[rank] ? rank : zoom > 9.5 ? 4 : 3];
    c.beginPath();
    traceBorders(c, world, arcs, shown, rank);
    c.strokeStyle = pen.colour;
    c.lineWidth = pen.width * thinner;
    c.stroke();
  }
}

function traceBorders(c, { outlines, borders }, { x, y, first }, shown, rank) {
  for (let arc = 0; arc < borders.length; arc++) {
    if (borders[arc] !== rank || !meets(outlines.arcBox, arc * 4, shown)) continue;
    c.moveTo(x[first[arc]], y[first[arc]]);
    for (let i = first[arc] + 1; i < first[arc + 1]; i++) c.lineTo(x[i], y[i]);
  }
}
