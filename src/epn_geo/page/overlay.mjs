/** What lies on the ground: reach, links, places, sites, names, and what is pointed at. */

import { strokeOutlines, traceDisc } from "./draw.mjs";
import { drawLabels } from "./labels.mjs";
import { drawSite, drawSymbol } from "./symbols.mjs";
import { toPixel } from "./view.mjs";

/**
 * @param {CanvasRenderingContext2D} c
 * @param {object} world
 * @param {import("./view.mjs").View} view
 * @param {object} scene places kept, layers, radius, off, selection, hover
 */
export function drawOverlay(c, world, view, scene) {
  const { layers } = scene;
  if (layers.reach) drawReach(c, world, view, scene);
  goRound(c, world, view, scene.selection, 2.6);
  if (layers.links) drawLinks(c, world, view, scene);
  const shown = { ...scene, crowd: scene.places.length };
  const taken = scene.places.map((place) => drawPlace(c, view, place, shown)).filter(Boolean);
  const sites = layers.sites && world.sites ? world.sites.filter((site) => site.located) : [];
  const spots = sites.map(({ lon, lat }) => toPixel(view, lon, lat));
  drawLabels(c, world, view, scene, [...taken, ...spots.map(([x, y]) => [x - 11, y - 11, x + 11, y + 11])]);
  // on top: a great town is named even over a symbol, and a proposal must not be hidden
  spots.forEach(([x, y], nth) => drawSite(c, sites[nth].rank, x, y));
  drawSelectedPlace(c, view, scene);
}

function drawReach(c, world, view, { places, off, radius, changed }) {
  c.strokeStyle = "rgba(120, 40, 0, 0.6)";
  c.lineWidth = 1;
  if (world.reach && (!changed || world.head.areas)) {
    return strokeOutlines(c, world.reach.outlines, view, rowsAt(world.reach.table.band, radius));
  }
  c.beginPath();
  for (const place of places) {
    if (!place.located || !place.serves || off.has(place.row)) continue;
    traceDisc(c, view, { lon: place.lon, lat: place.lat, km: place.rayon ?? radius });
  }
  c.stroke();
  return undefined;
}

/** The areas of the time shown; all of them where they have none. */
function rowsAt(band, radius) {
  return band ? [...band.keys()].filter((row) => band[row] === radius) : undefined;
}

function drawLinks(c, world, view, { places }) {
  const shown = new Set(places.map((place) => place.row));
  c.beginPath();
  for (const place of places) {
    const parent = world.places[place.parent];
    if (!parent || !shown.has(parent.row) || !place.located || !parent.located) continue;
    c.moveTo(...toPixel(view, place.lon, place.lat));
    c.lineTo(...toPixel(view, parent.lon, parent.lat));
  }
  for (const [width, colour] of [[4, "rgba(255, 255, 255, 0.85)"], [1.8, "#1a1a1a"]]) {
    c.lineWidth = width;
    c.strokeStyle = colour;
    c.stroke();
  }
}

/** From afar symbols are small, and those of a whole country smaller still: colours must show between. */
function symbolScale(view, crowd) {
  const zoom = Math.log2(view.world / 256);
  const least = crowd > 600 && zoom < 7 ? 0.22 : 0.35;
  return Math.max(least, Math.min(1.5, (zoom - 4) / 4.6 - (least < 0.35 ? 0.15 : 0)));
}

/** Draw a place; gives the box it takes, if it shows. */
function drawPlace(c, view, place, { off, quiet, crowd }) {
  if (!place.located) return null;
  const [x, y] = toPixel(view, place.lon, place.lat);
  if (x < -10 || y < -10 || x > view.width + 10 || y > view.height + 10) return null;
  const scale = symbolScale(view, crowd);
  const how = { scale, faded: quiet(place), off: off.has(place.row), added: place.added, moving: place.moving };
  drawSymbol(c, place.categorie, x, y, how);
  return [x - 8 * scale, y - 8 * scale, x + 8 * scale, y + 8 * scale];
}

/** Go round a commune in black on white. */
function goRound(c, world, view, pointed, width) {
  if (pointed?.kind !== "commune") return;
  c.lineJoin = "round";
  for (const [wide, colour] of [[width + 2, "#fff"], [width, "#000"]]) {
    c.lineWidth = wide;
    c.strokeStyle = colour;
    strokeOutlines(c, world.outlines, view, [pointed.index]);
  }
}

/** What is under the pointer, on a canvas of its own. */
export function drawHover(c, world, view, hover) {
  goRound(c, world, view, hover, 1.6);
  if (hover?.place) ringPlace(c, view, hover.place);
}

function drawSelectedPlace(c, view, { selection, places }) {
  if (selection?.kind !== "place") return;
  const place = places.find((one) => one.row === selection.index);
  if (place?.located) ringPlace(c, view, place);
}

function ringPlace(c, view, place) {
  const [x, y] = toPixel(view, place.lon, place.lat);
  c.beginPath();
  c.arc(x, y, 13, 0, 2 * Math.PI);
  c.lineWidth = 5;
  c.strokeStyle = "#fff";
  c.stroke();
  c.lineWidth = 2.5;
  c.strokeStyle = "#000";
  c.stroke();
}
