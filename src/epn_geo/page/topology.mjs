/** Outlines as shared arcs: decoding them, walking them, finding what lies under a point. */

import { Streams } from "./bytes.mjs";

/**
 * @typedef {object} Outlines
 * @property {Float64Array} lon of all arc points, degrees
 * @property {Float64Array} lat
 * @property {Int32Array} start where each arc begins; one more entry than arcs
 * @property {Int32Array[][]} rings of each outline: arcs, twice the number, plus one if backwards
 * @property {Float64Array} box west, south, east, north of each outline
 */

/**
 * @param {Uint8Array} bytes what `pack_topology` wrote
 * @param {number} [decimals]
 * @returns {Outlines}
 */
export function readOutlines(bytes, decimals = 4) {
  const streams = new Streams(bytes);
  const [ringCounts, arcCounts, codes, lengths] = [1, 2, 3, 4].map(() => streams.numbers());
  const arcs = readArcs(codes);
  const start = new Int32Array(lengths.length + 1);
  lengths.forEach((length, i) => (start[i + 1] = start[i] + length));
  const flat = [];
  let at = 0;
  for (const count of arcCounts) flat.push(arcs.subarray(at, (at += count)));
  const { lon, lat } = readPoints(streams, flat, start, 10 ** decimals);
  let ring = 0;
  const rings = Array.from(ringCounts, (count) => flat.slice(ring, (ring += count)));
  const outlines = { lon, lat, start, rings, box: null };
  outlines.box = boxes(outlines);
  return outlines;
}

/** Arcs from their codes: 0 is the next new one, else how long ago it came, and which way round. */
function readArcs(codes) {
  let met = 0;
  return codes.map((code) => {
    if (code === 0) return 2 * met++;
    const back = code - 1;
    return 2 * (met - 1 - (back >> 1)) + (1 - (back & 1));
  });
}

/**
 * Points, ring by ring: an arc begins where the one before it in the ring ends, and the last one
 * ends where the ring began; all else is steps, in high parts and low bytes.
 */
function readPoints(streams, rings, start, scale) {
  const high = streams.numbers();
  const low = streams.bytes.subarray(streams.at, streams.at + high.length);
  const count = start[start.length - 1];
  const [x, y] = [new Int32Array(count), new Int32Array(count)];
  let from = 0;
  const step = () => {
    const code = high[from] * 256 + low[from++];
    return (code >>> 1) ^ -(code & 1);
  };
  let [met, px, py] = [0, 0, 0]; // the last point of the last new arc
  for (const ring of rings) {
    let [first, before] = [-1, -1]; // points where the ring begins, and where the last arc ended
    ring.forEach((arc, nth) => {
      const [begin, end] = [start[arc >> 1], start[(arc >> 1) + 1] - 1];
      if (arc === 2 * met) {
        met++;
        for (let i = begin; i <= end; i++) {
          const told = i === begin && nth > 0 ? before : i === end && nth === ring.length - 1 ? first : -1;
          [px, py] = told < 0 ? [px + step(), py + step()] : [x[told], y[told]];
          [x[i], y[i]] = [px, py];
          if (first < 0) first = i;
        }
      }
      if (first < 0) first = arc & 1 ? end : begin;
      before = arc & 1 ? begin : end;
    });
  }
  return { lon: Float64Array.from(x, (v) => v / scale), lat: Float64Array.from(y, (v) => v / scale) };
}

/**
 * Walk a ring, each point once.
 * @param {Outlines} outlines
 * @param {Int32Array} ring
 * @param {(point: number) => void} visit gets the number of the point
 */
export function walkRing(outlines, ring, visit) {
  for (const arc of ring) {
    const from = outlines.start[arc >> 1];
    const to = outlines.start[(arc >> 1) + 1] - 1;
    if (arc & 1) for (let i = to; i > from; i--) visit(i);
    else for (let i = from; i < to; i++) visit(i);
  }
}

function boxes(outlines) {
  const box = new Float64Array(outlines.rings.length * 4);
  outlines.rings.forEach((rings, which) => {
    let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of rings) {
      walkRing(outlines, ring, (i) => {
        west = Math.min(west, outlines.lon[i]);
        east = Math.max(east, outlines.lon[i]);
        south = Math.min(south, outlines.lat[i]);
        north = Math.max(north, outlines.lat[i]);
      });
    }
    box.set([west, south, east, north], which * 4);
  });
  return box;
}

/**
 * @param {Outlines} outlines
 * @param {number} which
 * @param {number} lon
 * @param {number} lat
 * @returns {boolean} whether the outline holds the point (even-odd rule)
 */
export function holds(outlines, which, lon, lat) {
  const { box } = outlines;
  const at = which * 4;
  if (lon < box[at] || lon > box[at + 2] || lat < box[at + 1] || lat > box[at + 3]) return false;
  let inside = false;
  for (const ring of outlines.rings[which]) {
    for (const arc of ring) {
      const end = outlines.start[(arc >> 1) + 1] - 1;
      for (let i = outlines.start[arc >> 1]; i < end; i++) {
        const [a, b] = [outlines.lat[i], outlines.lat[i + 1]];
        if (a > lat === b > lat) continue;
        const [x, y] = [outlines.lon[i], outlines.lon[i + 1]];
        if (lon < x + ((lat - a) / (b - a)) * (y - x)) inside = !inside;
      }
    }
  }
  return inside;
}

/**
 * @param {Outlines} outlines
 * @param {number} lon
 * @param {number} lat
 * @returns {number} the first outline that holds the point, or -1
 */
export function outlineAt(outlines, lon, lat) {
  for (let which = 0; which < outlines.rings.length; which++) {
    if (holds(outlines, which, lon, lat)) return which;
  }
  return -1;
}

/**
 * The two owners of each arc (-1 where there is none).
 * @param {Outlines} outlines
 * @returns {{left: Int32Array, right: Int32Array}}
 */
export function arcOwners(outlines) {
  const left = new Int32Array(outlines.start.length - 1).fill(-1);
  const right = left.slice();
  outlines.rings.forEach((rings, which) => {
    for (const ring of rings) {
      for (const arc of ring) (arc & 1 ? right : left)[arc >> 1] = which;
    }
  });
  return { left, right };
}

/**
 * The rings around all outlines that `inside` accepts, holes included: arcs with one owner inside,
 * chained end to end.
 * @param {Outlines} outlines
 * @param {{left: Int32Array, right: Int32Array}} owners
 * @param {(which: number) => boolean} inside
 * @returns {number[][]} rings, as in `rings`
 */
export function outerRings(outlines, { left, right }, inside) {
  const { lon, lat, start } = outlines;
  const within = (which) => which >= 0 && inside(which);
  const keyOf = (point) => `${lon[point]} ${lat[point]}`;
  const leaving = new Map();
  for (let arc = 0; arc < left.length; arc++) {
    if (within(left[arc]) === within(right[arc])) continue;
    const directed = 2 * arc + (within(left[arc]) ? 0 : 1);
    const key = keyOf(directed & 1 ? start[arc + 1] - 1 : start[arc]);
    leaving.set(key, [...(leaving.get(key) ?? []), directed]);
  }
  const rings = [];
  for (const waiting of leaving.values()) {
    while (waiting.length) {
      const ring = [];
      for (let arc = waiting.pop(); arc !== undefined; ) {
        ring.push(arc);
        const end = arc & 1 ? start[arc >> 1] : start[(arc >> 1) + 1] - 1;
        arc = leaving.get(keyOf(end))?.pop();
      }
      rings.push(ring);
    }
  }
  return rings;
}
