/** Outlines as shared arcs: decoding them, walking them, finding what lies under a point. */

import { Streams } from "./bytes.mjs";

/**
 * @typedef {object} Outlines
 * @property {Float64Array} lon of all arc points, degrees
 * @property {Float64Array} lat
 * @property {Int32Array} start where each arc begins; one more entry than arcs
 * @property {Int32Array[][]} rings of each outline: arcs, twice the number, plus one if backwards
 * @property {Float64Array} arcBox west, south, east, north of each arc
 * @property {Float64Array} box the same of each outline
 */

/**
 * @param {Uint8Array} bytes what `pack_topology` wrote
 * @param {number} [decimals]
 * @returns {Outlines}
 */
export function readOutlines(bytes, decimals = 4) {
  const streams = new Streams(bytes);
  const [ringCounts, arcCounts, codes, lengths] = [1, 2, 3, 4].map(() => streams.numbers());
  const start = new Int32Array(lengths.length + 1);
  for (let i = 0; i < lengths.length; i++) start[i + 1] = start[i] + lengths[i];
  const { flat, x, y } = readRings(streams, arcCounts, codes, start);
  const scale = 10 ** decimals;
  const [lon, lat] = [new Float64Array(x.length), new Float64Array(x.length)];
  for (let i = 0; i < x.length; i++) {
    lon[i] = x[i] / scale;
    lat[i] = y[i] / scale;
  }
  let ring = 0;
  const rings = Array.from(ringCounts, (count) => flat.slice(ring, (ring += count)));
  const outlines = { lon, lat, start, rings, arcBox: null, box: null };
  outlines.arcBox = arcBoxes(outlines);
  outlines.box = boxes(outlines);
  return outlines;
}

/**
 * Rings and points together. A code of 0 is an arc not met before: its steps follow, in high parts
 * and low bytes; it begins where the arc before it in the ring ended, and the last one ends where
 * the ring began. Other codes choose among the arcs that end here and have been run along once, the
 * latest first; beyond those they tell how long ago the arc came, and which way round.
 */
function readRings(streams, arcCounts, codes, start) {
  const high = streams.numbers();
  const low = streams.take(high.length);
  const half = high.length / 2;
  const count = start[start.length - 1];
  const [x, y] = [new Int32Array(count), new Int32Array(count)];
  const waiting = new Map();
  const spot = (point) => x[point] * 4194304 + y[point];
  const NONE = [];
  let [at, met, from, px, py] = [0, 0, 0, 0, 0];
  const flat = Array.from(arcCounts, (arcs) => {
    const ring = new Int32Array(arcs);
    let [first, here] = [-1, -1]; // the points where the ring begins, and where its last arc ended
    for (let nth = 0; nth < arcs; nth++) {
      const code = codes[at++];
      const there = here < 0 ? NONE : (waiting.get(spot(here)) ?? NONE);
      const back = code - 1 - there.length;
      let arc = 2 * met;
      if (code > 0) arc = back < 0 ? there[there.length - code] : 2 * (met - 1 - (back >> 1)) + (1 - (back & 1));
      const begin = start[arc >> 1];
      const end = start[(arc >> 1) + 1] - 1;
      if (code === 0) {
        met++;
        for (let i = begin; i <= end; i++) {
          const told = i === begin && nth > 0 ? here : i === end && nth === arcs - 1 ? first : -1;
          if (told < 0) {
            const dx = high[from] * 256 + low[from];
            const dy = high[half + from] * 256 + low[half + from];
            from++;
            px += (dx >>> 1) ^ -(dx & 1);
            py += (dy >>> 1) ^ -(dy & 1);
          } else {
            px = x[told];
            py = y[told];
          }
          x[i] = px;
          y[i] = py;
          if (first < 0) first = i;
        }
        const known = waiting.get(spot(end));
        if (known) known.push(arc + 1);
        else waiting.set(spot(end), [arc + 1]);
      } else {
        const known = waiting.get(spot(arc & 1 ? end : begin)) ?? NONE;
        const which = known.indexOf(arc);
        if (which >= 0) known.splice(which, 1);
        if (first < 0) first = arc & 1 ? end : begin;
      }
      here = arc & 1 ? begin : end;
      ring[nth] = arc;
    }
    return ring;
  });
  return { flat, x, y };
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

/** As many boxes that hold nothing yet: west, south, east, north of each. */
function emptyBoxes(count) {
  const box = new Float64Array(count * 4).fill(Infinity);
  for (let at = 2; at < box.length; at += 4) box[at] = box[at + 1] = -Infinity;
  return box;
}

/** Of each arc. These loops make no small arrays: they run before the browser has warmed up. */
function arcBoxes({ lon, lat, start }) {
  const box = emptyBoxes(start.length - 1);
  for (let at = 0; at < box.length; at += 4) {
    const last = start[at / 4 + 1];
    for (let i = start[at / 4]; i < last; i++) {
      if (lon[i] < box[at]) box[at] = lon[i];
      if (lat[i] < box[at + 1]) box[at + 1] = lat[i];
      if (lon[i] > box[at + 2]) box[at + 2] = lon[i];
      if (lat[i] > box[at + 3]) box[at + 3] = lat[i];
    }
  }
  return box;
}

function boxes({ rings, arcBox }) {
  const box = emptyBoxes(rings.length);
  for (let at = 0; at < box.length; at += 4) {
    for (const ring of rings[at / 4]) {
      for (let nth = 0; nth < ring.length; nth++) {
        const from = (ring[nth] >> 1) * 4;
        if (arcBox[from] < box[at]) box[at] = arcBox[from];
        if (arcBox[from + 1] < box[at + 1]) box[at + 1] = arcBox[from + 1];
        if (arcBox[from + 2] > box[at + 2]) box[at + 2] = arcBox[from + 2];
        if (arcBox[from + 3] > box[at + 3]) box[at + 3] = arcBox[from + 3];
      }
    }
  }
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
 * The rings around all outlines that `inside` accepts, holes included, chained end to end: arcs that
 * these run along more often one way than the other. The chains close even where rounding made
 * outlines overlap; fill them by the non-zero rule.
 * @param {Outlines} outlines
 * @param {(which: number) => boolean} inside
 * @returns {number[][]} rings, as in `rings`
 */
export function outerRings(outlines, inside) {
  const { lon, lat, start } = outlines;
  const keyOf = (point) => lon[point] * 1e9 + lat[point];
  const net = new Int8Array(start.length - 1);
  outlines.rings.forEach((rings, which) => {
    if (!inside(which)) return;
    for (const ring of rings) for (const arc of ring) net[arc >> 1] += arc & 1 ? -1 : 1;
  });
  const leaving = new Map();
  for (let arc = 0; arc < net.length; arc++) {
    for (let times = Math.abs(net[arc]); times > 0; times--) {
      const directed = 2 * arc + (net[arc] > 0 ? 0 : 1);
      const key = keyOf(directed & 1 ? start[arc + 1] - 1 : start[arc]);
      if (leaving.has(key)) leaving.get(key).push(directed);
      else leaving.set(key, [directed]);
    }
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
