/**
 * The exact area of a polygon within a union of discs, by Green's theorem: half the sum of
 * x dy - y dx along the pieces of the polygon's edges that lie in a disc, plus the same along the
 * pieces of circle that lie in the polygon and in no other disc. No circle is cut into corners.
 */

const TURN = 2 * Math.PI;

/**
 * @typedef {{x: number, y: number, r: number}} Disc
 * @typedef {Float64Array[]} Polygon rings (outer counter-clockwise, holes clockwise) of x, y by turns
 */

/**
 * @param {Polygon} rings
 * @returns {number}
 */
export function polygonArea(rings) {
  let twice = 0;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      twice += ring[j] * ring[i + 1] - ring[i] * ring[j + 1];
    }
  }
  return twice / 2;
}

/**
 * @param {Polygon} rings
 * @param {Disc[]} discs no two the same
 * @returns {number} area of the polygon that lies in any of the discs
 */
export function areaWithin(rings, discs) {
  let twice = 0;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      twice += edgeWithin(ring[j], ring[j + 1], ring[i], ring[i + 1], discs);
    }
  }
  for (const disc of discs) twice += circleWithin(disc, rings, discs);
  return twice / 2;
}

/** The integral of x dy - y dx along the parts of an edge that lie in a disc. */
function edgeWithin(ax, ay, bx, by, discs) {
  const dx = bx - ax;
  const dy = by - ay;
  const square = dx * dx + dy * dy;
  if (square === 0) return 0;
  const parts = [];
  for (const disc of discs) {
    const ox = ax - disc.x;
    const oy = ay - disc.y;
    const half = (ox * dx + oy * dy) / square;
    const under = half * half - (ox * ox + oy * oy - disc.r * disc.r) / square;
    if (under <= 0) continue;
    const root = Math.sqrt(under);
    const from = Math.max(0, -half - root);
    const to = Math.min(1, -half + root);
    if (from < to) parts.push([from, to]);
  }
  return (ax * by - bx * ay) * unionLength(parts);
}

/** The length of a union of intervals. */
function unionLength(parts) {
  if (parts.length > 1) parts.sort((a, b) => a[0] - b[0]);
  let [length, end] = [0, -Infinity];
  for (const [from, to] of parts) {
    if (to > end) {
      length += to - Math.max(from, end);
      end = to;
    }
  }
  return length;
}

/** The integral along the parts of a circle in the polygon and in no other disc. */
function circleWithin(disc, rings, discs) {
  const hidden = hiddenParts(disc, discs);
  if (hidden === null) return 0;
  const cuts = edgeCrossings(disc, rings);
  for (const [from, to] of hidden) cuts.push(from, to);
  if (!cuts.length) cuts.push(0);
  cuts.sort((a, b) => a - b);
  let sum = 0;
  cuts.forEach((from, i) => {
    const to = i + 1 < cuts.length ? cuts[i + 1] : cuts[0] + TURN;
    if (to - from < 1e-12) return;
    const middle = (from + to) / 2;
    if (isHidden(middle, hidden)) return;
    const x = disc.x + disc.r * Math.cos(middle);
    const y = disc.y + disc.r * Math.sin(middle);
    if (pointWithin(rings, x, y)) sum += arcIntegral(disc, from, to);
  });
  return sum;
}

function arcIntegral({ x, y, r }, from, to) {
  return (
    r * r * (to - from) +
    r * x * (Math.sin(to) - Math.sin(from)) -
    r * y * (Math.cos(to) - Math.cos(from))
  );
}

/** The parts of a circle that lie in other discs, or null if all of it does. */
function hiddenParts(disc, discs) {
  const parts = [];
  for (const other of discs) {
    if (other === disc) continue;
    const dx = other.x - disc.x;
    const dy = other.y - disc.y;
    const apart = Math.hypot(dx, dy);
    if (apart + disc.r <= other.r) return null;
    if (apart >= disc.r + other.r || apart + other.r <= disc.r) continue;
    const cosine = (apart * apart + disc.r * disc.r - other.r * other.r) / (2 * apart * disc.r);
    const half = Math.acos(Math.max(-1, Math.min(1, cosine)));
    const towards = Math.atan2(dy, dx);
    const from = turned(towards - half);
    const to = turned(towards + half);
    if (from <= to) parts.push([from, to]);
    else parts.push([from, TURN], [0, to]);
  }
  return parts;
}

function turned(angle) {
  const once = angle % TURN;
  return once < 0 ? once + TURN : once;
}

function isHidden(angle, hidden) {
  const at = turned(angle);
  return hidden.some(([from, to]) => at > from && at < to);
}

/** The angles at which a circle crosses the polygon's edges. */
function edgeCrossings(disc, rings) {
  const angles = [];
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const ox = ring[j] - disc.x;
      const oy = ring[j + 1] - disc.y;
      const dx = ring[i] - ring[j];
      const dy = ring[i + 1] - ring[j + 1];
      const square = dx * dx + dy * dy;
      if (square === 0) continue;
      const half = (ox * dx + oy * dy) / square;
      const under = half * half - (ox * ox + oy * oy - disc.r * disc.r) / square;
      if (under <= 0) continue;
      const root = Math.sqrt(under);
      for (const t of [-half - root, -half + root]) {
        if (t >= 0 && t <= 1) angles.push(turned(Math.atan2(oy + t * dy, ox + t * dx)));
      }
    }
  }
  return angles;
}

function pointWithin(rings, x, y) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const [a, b] = [ring[j + 1], ring[i + 1]];
      if (a > y !== b > y && x < ring[j] + ((y - a) / (b - a)) * (ring[i] - ring[j])) {
        inside = !inside;
      }
    }
  }
  return inside;
}
