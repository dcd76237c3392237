// What Python packed comes back, and areas are exact.
import assert from "node:assert/strict";
import { test } from "node:test";

import { fromBase85, inflate, openPayload, Streams } from "../../src/epn_geo/page/bytes.mjs";
import { areaWithin, polygonArea } from "../../src/epn_geo/page/discs.mjs";
import { planeOf } from "../../src/epn_geo/page/plane.mjs";
import { layGround, measure } from "../../src/epn_geo/page/reach.mjs";
import { arcOwners, holds, outerRings, outlineAt, readOutlines, walkRing } from "../../src/epn_geo/page/topology.mjs";
import { circleSize, toDegrees, toPixel, viewOf } from "../../src/epn_geo/page/view.mjs";

// pack_topology of: a square of 3° with a hole of 1° in it, what fills the hole, a neighbour, nothing
const PACKED = "BAIBAQAEAgEBAgYAAAABBQAEAgQFBBTqAQDqAQCcAQBOAE4AAOoBAOoBTk4ATgDqAWAAXwA/ACAAIAAAYABfICAAHwBg";
const outlines = () => readOutlines(Uint8Array.from(atob(PACKED), (c) => c.charCodeAt(0)));

function points(o, ring) {
  const out = [];
  walkRing(o, ring, (i) => out.push([o.lon[i], o.lat[i]]));
  return out;
}

const square = [Float64Array.from([0, 0, 1, 0, 1, 1, 0, 1])];

test("base 85, as Python writes it", () => {
  assert.deepEqual([...fromBase85("009C61O)~M2nh-c3=Iws5D^j")], Array.from("\0\x01\x02\x03\x04\x05\x06\x07\b\t\n\v\f\r\x0e\x0f\x10\x11\x12", (c) => c.charCodeAt(0)));
  assert.deepEqual([...fromBase85("")], []);
});

test("numbers of seven bits a byte", () => {
  const streams = new Streams(Uint8Array.from([3, 1, 0x7f, 0x80, 0x01, 0]));
  assert.deepEqual([...streams.numbers()], [1, 127, 128]);
  assert.deepEqual([...streams.numbers()], []);
});

test("a payload is opened by its first four bytes", async () => {
  const head = new TextEncoder().encode('{"blocks":{"a":[0,2]},"x":1}');
  const bytes = new Uint8Array([head.length, 0, 0, 0, ...head, 7, 8]);
  const { head: read, block } = openPayload(bytes);
  assert.equal(read.x, 1);
  assert.deepEqual([...block("a")], [7, 8]);
  assert.equal(block("none"), null);
  const zipped = new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip")));
  assert.deepEqual(await inflate(new Uint8Array(await zipped.arrayBuffer())), bytes);
});

test("outlines come back as Python had them", () => {
  const o = outlines();
  assert.deepEqual(o.rings.map((rings) => rings.length), [2, 1, 1, 0]);
  assert.deepEqual(new Set(points(o, o.rings[1][0]).map(String)), new Set(["1,1", "2,1", "2,2", "1,2"]));
  assert.deepEqual(new Set(points(o, o.rings[2][0]).map(String)), new Set(["3,0", "4,0", "4,3", "3,3"]));
  assert.deepEqual([...o.box.subarray(0, 4)], [0, 0, 3, 3]);
});

test("a point is found in its outline, not in the hole", () => {
  const o = outlines();
  assert.equal(outlineAt(o, 0.5, 0.5), 0);
  assert.equal(outlineAt(o, 1.5, 1.5), 1);
  assert.equal(outlineAt(o, 3.5, 1), 2);
  assert.equal(outlineAt(o, 9, 9), -1);
  assert.equal(holds(o, 0, 1.5, 1.5), false);
});

test("each arc knows its two owners, and the edge of the whole is chained", () => {
  const o = outlines();
  const owners = arcOwners(o);
  const inner = o.rings[1][0][0] >> 1;
  assert.deepEqual([owners.left[inner], owners.right[inner]].sort(), [0, 1]);
  const rings = outerRings(o, () => true);
  assert.equal(rings.length, 1);
  const corners = new Set(points(o, rings[0]).map(String));
  assert.ok(["0,0", "4,0", "4,3", "0,3"].every((corner) => corners.has(corner)));
  assert.ok(!corners.has("1,1"));
});

test("area within one disc", () => {
  assert.equal(polygonArea(square), 1);
  const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);
  near(areaWithin(square, [{ x: 0.5, y: 0.5, r: 0.2 }]), Math.PI * 0.04);
  near(areaWithin(square, [{ x: 0, y: 0, r: 0.5 }]), (Math.PI * 0.25) / 4);
  near(areaWithin(square, [{ x: 0, y: 0.5, r: 0.25 }]), (Math.PI * 0.0625) / 2);
  near(areaWithin(square, [{ x: 0.5, y: 0.5, r: 5 }]), 1);
  near(areaWithin(square, [{ x: 9, y: 9, r: 1 }]), 0);
});

test("area within two discs that meet, and one within another", () => {
  const r = 0.2;
  const half = Math.acos(0.1 / r);
  const lens = 2 * r * r * half - 2 * 0.1 * r * Math.sin(half);
  const two = [{ x: 0.4, y: 0.5, r }, { x: 0.6, y: 0.5, r }];
  assert.ok(Math.abs(areaWithin(square, two) - (2 * Math.PI * r * r - lens)) < 1e-12);
  const nested = [{ x: 0.5, y: 0.5, r: 0.3 }, { x: 0.55, y: 0.5, r: 0.1 }];
  assert.ok(Math.abs(areaWithin(square, nested) - Math.PI * 0.09) < 1e-12);
});

test("a hole is not area", () => {
  const holed = [...square, Float64Array.from([0.4, 0.4, 0.4, 0.6, 0.6, 0.6, 0.6, 0.4])];
  const disc = { x: 0.5, y: 0.5, r: 0.3 };
  assert.ok(Math.abs(areaWithin(holed, [disc]) - (Math.PI * 0.09 - 0.04)) < 1e-12);
});

test("areas agree with counting points, for ragged polygons and unequal discs", () => {
  let seed = 12345;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  for (let round = 0; round < 12; round++) {
    const discs = Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
      return { x: random() * 1.4 - 0.2, y: random() * 1.4 - 0.2, r: 0.1 + random() * 0.5 };
    });
    const ring = Array.from({ length: 9 }, (_, i) => {
      const reach = 0.2 + 0.3 * random();
      const angle = (i / 9) * 2 * Math.PI;
      return [0.5 + reach * Math.cos(angle), 0.5 + reach * Math.sin(angle)];
    });
    const counted = count(ring, discs, 250);
    const exact = areaWithin([Float64Array.from(ring.flat())], discs);
    assert.ok(Math.abs(exact - counted) < 6e-4, `${exact} is not about ${counted}`);
  }
});

function count(ring, discs, side) {
  let hit = 0;
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      const [x, y] = [(i + 0.5) / side, (j + 0.5) / side];
      if (!discs.some((d) => (d.x - x) ** 2 + (d.y - y) ** 2 < d.r * d.r)) continue;
      let inside = false;
      ring.forEach(([bx, by], k) => {
        const [ax, ay] = ring[(k + 8) % 9];
        if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
      });
      if (inside) hit++;
    }
  }
  return hit / side / side;
}

test("measure gives shares, town halls and distances", () => {
  const ground = layGround(outlines(), (lon, lat) => [lon, lat], [[0.5, 0.5], [1.5, 1.5], null, null]);
  const disc = (x, y, r, place) => ({ x, y, r, place });
  const got = measure(ground, [disc(1.5, 1.5, 0.9, 0), disc(1.5, 1.5, 0.9, 1), disc(3.5, 1.5, 9, 2)]);
  assert.equal(got.share[1], 1);
  assert.equal(got.share[2], 1);
  assert.deepEqual([...got.hall], [1, 1, 0, 0]);
  assert.equal(got.distance[1], 0);
  assert.equal(got.nearest[1], 0);
  assert.ok(Number.isNaN(got.distance[2]));
  assert.equal(measure(ground, []).share[0], 0);
  const some = measure(ground, [disc(1.5, 1.5, 0.9, 0)]);
  assert.ok(Math.abs(some.share[0] - (Math.PI * 0.81 - 1) / 8) < 1e-12);
});

test("a polynomial plane", () => {
  const plane = planeOf({ lon: 1, lat: 2, scale: 1, degree: 1, x: [0, 0, 3], y: [0, 5, 0] });
  assert.deepEqual(plane(2, 4), [3, 10]);
});

test("pixels and degrees are each other's inverse, and a view holds its box", () => {
  const view = viewOf([-2, 48, 2, 50.1], 800, 600);
  const [x, y] = toPixel(view, 0.3, 49.2);
  const [lon, lat] = toDegrees(view, x, y);
  assert.ok(Math.abs(lon - 0.3) < 1e-9 && Math.abs(lat - 49.2) < 1e-9);
  const [left, top] = toPixel(view, -2, 50.1);
  assert.ok(left >= 0 && top >= 0);
});

test("a circle is as wide as it says", () => {
  const view = viewOf([-2, 48, 2, 50.1], 800, 600);
  const [rx] = circleSize(view, 49, 10);
  const east = 10 / (111.412 * Math.cos((49 * Math.PI) / 180)); // about, on a sphere
  const [x0] = toPixel(view, 0, 49);
  const [x1] = toPixel(view, east, 49);
  assert.ok(Math.abs(rx / (x1 - x0) - 1) < 0.01);
});

test("the edge of outlines that overlap is chained all the same", () => {
  // two squares of 2° that share a strip: four arcs of their own, none shared
  const ring = (x) => [[x, 0], [x + 2, 0], [x + 2, 2], [x, 2], [x, 0]];
  const all = [...ring(0), ...ring(1)];
  const o = {
    lon: Float64Array.from(all, ([x]) => x), lat: Float64Array.from(all, ([, y]) => y),
    start: Int32Array.from([0, 5, 10]), rings: [[Int32Array.from([0])], [Int32Array.from([2])]],
  };
  const closed = (rings) => rings.every((arcs) => points(o, arcs).length === 4);
  const rings = outerRings(o, () => true);
  assert.equal(rings.length, 2);
  assert.ok(closed(rings));
  // three outlines on one edge, two of them on the same side: it is run along once more one way
  const three = { ...o, rings: [[Int32Array.from([0])], [Int32Array.from([0])], [Int32Array.from([1])]] };
  assert.deepEqual(outerRings(three, () => true).map((arcs) => [...arcs]), [[0]]);
  assert.deepEqual(outerRings(three, (which) => which > 0), []);
});
