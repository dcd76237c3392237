/** Who is within reach of a set of places: the same three numbers as Python's, in the page. */

import { areaWithin, polygonArea } from "./discs.mjs";
import { walkRing } from "./topology.mjs";

/**
 * @typedef {object} Ground the communes in the metric plane
 * @property {(which: number) => Float64Array[]} polygon
 * @property {Float64Array} x centre of the bounding circle, kilometres
 * @property {Float64Array} y
 * @property {Float64Array} r its radius
 * @property {Float64Array} hallX town hall (NaN where unknown)
 * @property {Float64Array} hallY
 */

/**
 * Lay the communes in the plane. Polygons are laid when first asked for, then kept.
 * @param {import("./topology.mjs").Outlines} outlines
 * @param {(lon: number, lat: number) => [number, number]} plane
 * @param {([number, number] | null)[]} halls longitude and latitude of each town hall
 * @returns {Ground}
 */
export function layGround(outlines, plane, halls) {
  const count = outlines.rings.length;
  const ground = { polygon: null };
  for (const name of ["x", "y", "r", "hallX", "hallY"]) ground[name] = new Float64Array(count);
  const kept = new Array(count);
  const polygon = (which) => (kept[which] ??= outlines.rings[which].map((ring) => {
    const flat = [];
    walkRing(outlines, ring, (i) => flat.push(...plane(outlines.lon[i], outlines.lat[i])));
    return Float64Array.from(flat);
  }));
  ground.polygon = polygon;
  for (let i = 0; i < count; i++) {
    [ground.x[i], ground.y[i], ground.r[i]] = circleAround(outlines.box, i * 4, plane);
    const hall = halls[i] ? plane(...halls[i]) : [NaN, NaN];
    [ground.hallX[i], ground.hallY[i]] = hall;
  }
  return ground;
}

/** A circle around a box of degrees, a little wider than its corners: its sides are bent in the plane. */
function circleAround(box, at, plane) {
  const [west, south, east, north] = [box[at], box[at + 1], box[at + 2], box[at + 3]];
  if (!Number.isFinite(west)) return [NaN, NaN, 0];
  const [x, y] = plane((west + east) / 2, (south + north) / 2);
  let r = 0;
  for (const [lon, lat] of [[west, south], [west, north], [east, south], [east, north]]) {
    const [cx, cy] = plane(lon, lat);
    r = Math.max(r, Math.hypot(cx - x, cy - y));
  }
  return [x, y, r * 1.01];
}

/**
 * @typedef {import("./discs.mjs").Disc & {place: number}} Reach a disc and the place it is around
 * @typedef {object} Measure
 * @property {Float64Array} share of each commune's area within reach
 * @property {Uint8Array} hall whether its town hall is within reach
 * @property {Float64Array} distance from its town hall to the nearest place, NaN where unknown
 * @property {Int32Array} nearest that place, or -1
 */

/**
 * @param {Ground} ground
 * @param {Reach[]} discs
 * @returns {Measure}
 */
export function measure(ground, discs) {
  const count = ground.x.length;
  const [row, single] = [inRow(discs), inRow(withoutRepeats(discs))];
  const result = {
    share: new Float64Array(count),
    hall: new Uint8Array(count),
    distance: new Float64Array(count).fill(NaN),
    nearest: new Int32Array(count).fill(-1),
  };
  for (let i = 0; i < count; i++) {
    result.share[i] = shareWithin(ground, i, single);
    measureHall(ground, i, row, result);
  }
  return result;
}

/** Discs from west to east: a commune need look only at those beside it. */
function inRow(discs) {
  const order = discs.map((disc, nth) => ({ disc, nth })).sort((a, b) => a.disc.x - b.disc.x || a.nth - b.nth);
  const widest = discs.reduce((most, { r }) => Math.max(most, r), 0);
  return { order, widest };
}

/** The first disc of a row that is not west of x. */
function firstFrom({ order }, x) {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order[middle].disc.x < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function withoutRepeats(discs) {
  const met = new Set();
  return discs.filter(({ x, y, r }) => {
    const key = `${x} ${y} ${r}`;
    return !met.has(key) && met.add(key);
  });
}

function shareWithin(ground, which, row) {
  const [x, y, r] = [ground.x[which], ground.y[which], ground.r[which]];
  const near = [];
  const east = x + r + row.widest;
  for (let at = firstFrom(row, x - r - row.widest); at < row.order.length; at++) {
    const { disc } = row.order[at];
    if (disc.x > east) break;
    const dx = disc.x - x;
    const dy = disc.y - y;
    const square = dx * dx + dy * dy;
    if (square >= (disc.r + r) ** 2) continue;
    if (disc.r >= r && square <= (disc.r - r) ** 2) return 1;
    near.push(row.order[at]);
  }
  if (!near.length) return 0;
  const rings = ground.polygon(which);
  const area = polygonArea(rings);
  if (!(area > 0)) return 0;
  // always in the same order: the same discs must give the same share to the last digit
  near.sort((a, b) => a.nth - b.nth);
  const share = areaWithin(rings, near.map(({ disc }) => disc)) / area;
  if (share < 1e-9) return 0;
  return share > 1 - 1e-9 ? 1 : share;
}

/** Outwards from the town hall's own longitude, until all the rest is farther than the nearest. */
function measureHall(ground, which, row, result) {
  const { order, widest } = row;
  const [x, y] = [ground.hallX[which], ground.hallY[which]];
  let [best, nth] = [Infinity, -1];
  const look = (at) => {
    const { disc } = order[at];
    const square = (disc.x - x) ** 2 + (disc.y - y) ** 2;
    if (square <= disc.r * disc.r) result.hall[which] = 1;
    if (square < best || (square === best && order[at].nth < nth)) {
      best = square;
      nth = order[at].nth;
      result.nearest[which] = disc.place;
    }
  };
  const worth = (at) => {
    const square = (order[at].disc.x - x) ** 2;
    return square <= best || square <= widest * widest;
  };
  const middle = firstFrom(row, x);
  for (let at = middle; at < order.length && worth(at); at++) look(at);
  for (let at = middle - 1; at >= 0 && worth(at); at--) look(at);
  if (best < Infinity) result.distance[which] = Math.sqrt(best);
}
