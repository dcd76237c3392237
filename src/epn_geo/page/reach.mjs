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
  for (let i = 0; i < count; i++) {
    Object.assign(ground, { polygon });
    const [x, y, r] = boundingCircle(polygon(i));
    [ground.x[i], ground.y[i], ground.r[i]] = [x, y, r];
    const hall = halls[i] ? plane(...halls[i]) : [NaN, NaN];
    [ground.hallX[i], ground.hallY[i]] = hall;
  }
  return ground;
}

function boundingCircle(rings) {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      west = Math.min(west, ring[i]);
      east = Math.max(east, ring[i]);
      south = Math.min(south, ring[i + 1]);
      north = Math.max(north, ring[i + 1]);
    }
  }
  const [x, y] = [(west + east) / 2, (south + north) / 2];
  let r = 0;
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) r = Math.max(r, Math.hypot(ring[i] - x, ring[i + 1] - y));
  }
  return [x, y, r];
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
  const single = withoutRepeats(discs);
  const result = {
    share: new Float64Array(count),
    hall: new Uint8Array(count),
    distance: new Float64Array(count).fill(NaN),
    nearest: new Int32Array(count).fill(-1),
  };
  for (let i = 0; i < count; i++) {
    result.share[i] = shareWithin(ground, i, single);
    measureHall(ground, i, discs, result);
  }
  return result;
}

function withoutRepeats(discs) {
  const met = new Set();
  return discs.filter(({ x, y, r }) => {
    const key = `${x} ${y} ${r}`;
    return !met.has(key) && met.add(key);
  });
}

function shareWithin(ground, which, discs) {
  const [x, y, r] = [ground.x[which], ground.y[which], ground.r[which]];
  const near = [];
  for (const disc of discs) {
    const dx = disc.x - x;
    const dy = disc.y - y;
    const square = dx * dx + dy * dy;
    if (square >= (disc.r + r) ** 2) continue;
    if (disc.r >= r && square <= (disc.r - r) ** 2) return 1;
    near.push(disc);
  }
  if (!near.length) return 0;
  const rings = ground.polygon(which);
  const area = polygonArea(rings);
  if (!(area > 0)) return 0;
  const share = areaWithin(rings, near) / area;
  if (share < 1e-9) return 0;
  return share > 1 - 1e-9 ? 1 : share;
}

function measureHall(ground, which, discs, result) {
  const [x, y] = [ground.hallX[which], ground.hallY[which]];
  let best = Infinity;
  for (const disc of discs) {
    const square = (disc.x - x) ** 2 + (disc.y - y) ** 2;
    if (square <= disc.r * disc.r) result.hall[which] = 1;
    if (square < best) {
      best = square;
      result.nearest[which] = disc.place;
    }
  }
  if (best < Infinity) result.distance[which] = Math.sqrt(best);
}
