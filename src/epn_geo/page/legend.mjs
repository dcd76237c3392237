/** The legend: one list of rows, shown in the page and drawn on the picture. */

import { hatching, dots } from "./draw.mjs";
import { el, put } from "./dom.mjs";
import { classOf } from "./figures.mjs";
import { CATEGORIES } from "./model.mjs";
import { drawSite, drawSymbol } from "./symbols.mjs";

/**
 * @param {object} app
 * @returns {{title: string, rows: {paint: Function, label: string, count: string}[]}[]}
 */
export function legendParts(app) {
  return [indicatorPart(app), placePart(app), linePart(app)].filter((part) => part.rows.length);
}

function indicatorPart({ world, state, values, within, indicator }) {
  const { say, number } = world;
  const counts = new Array(indicator.colours.length + 1).fill(0);
  values.forEach((value, i) => {
    if (within(i)) counts[classOf(value, indicator.breaks) + 1]++;
  });
  const rows = indicator.colours.map((colour, nth) => ({
    id: `class ${nth} ${colour}`,
    paint: (c) => swatch(c, colour),
    label: indicator.labels[nth],
    count: number(counts[nth + 1]),
  }));
  if (counts[0]) {
    const label = say("no_data");
    rows.push({ paint: (c) => (swatch(c, "#e4e4e4"), swatch(c, dots(c))), label, count: number(counts[0]) });
  }
  const km = indicator.byRadius && state.radius !== null ? ` (${world.reachText(state.radius)})` : "";
  return { title: indicator.label + km, unit: say("communes"), rows };
}

function swatch(c, colour) {
  c.fillStyle = colour;
  c.fillRect(1, 3, 18, 14);
  c.strokeStyle = "#555";
  c.lineWidth = 1;
  c.strokeRect(1.5, 3.5, 17, 13);
}

function placePart({ world, state, kept, standing }) {
  const { say, number } = world;
  const counts = new Map();
  for (const place of kept) {
    if (!place.located || state.off.has(place.row) || !standing(place)) continue;
    counts.set(place.categorie, (counts.get(place.categorie) ?? 0) + 1);
  }
  const rows = CATEGORIES.filter((one) => counts.has(one)).map((one) => ({
    id: one,
    paint: (c) => drawSymbol(c, one, 10, 10),
    label: say(`category_${CATEGORIES.indexOf(one)}`),
    count: number(counts.get(one)),
  }));
  const moving = kept.filter((place) => place.located && place.moving && standing(place));
  if (moving.length) {
    const label = say(moving.some((place) => place.serves) ? "moving" : "moving_not_serving");
    rows.push({ paint: (c) => drawSymbol(c, moving[0].categorie, 10, 10, { moving: true }), label, count: number(moving.length) });
  }
  if (kept.some((place) => place.parent >= 0 && standing(place)) && state.layers.links) {
    rows.push({ id: "links", paint: line("#1a1a1a", 1.8), label: say("layer_links"), count: "" });
  }
  const beyond = kept.filter((place) => place.located && !standing(place));
  if (beyond.length) {
    rows.push({
      paint: (c) => drawSymbol(c, beyond[0].categorie, 10, 10, { faded: true }),
      label: say("outside_places"),
      count: number(beyond.length),
    });
  }
  return { title: say("places"), unit: "", rows };
}

function line(colour, width) {
  return (c) => {
    c.beginPath();
    c.moveTo(1, 10);
    c.lineTo(19, 10);
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.stroke();
  };
}

function linePart({ world, state, hatched }) {
  const { say } = world;
  const rows = [];
  const add = (paint, key) => rows.push({ id: key, paint, label: say(key), count: "" });
  if (hatched) {
    add((c) => (swatch(c, "#fff"), swatch(c, hatching(c))), "layer_gaps");
  }
  if (state.layers.reach && (world.places.length || world.reach)) add(ring, world.head.areas ? "layer_areas" : "layer_reach");
  if (state.layers.sites && world.sites) add((c) => drawSite(c, 1, 10, 10), "layer_sites");
  if (state.layers.departements && world.departements.length > 1) add(line("#222", 2), "layer_departements");
  if (state.layers.epci && world.epcis.length > 1) add(line("rgba(40, 40, 60, 0.75)", 1), "layer_epci");
  return { title: "", unit: "", rows };
}

function ring(c) {
  c.beginPath();
  c.arc(10, 10, 8, 0, 2 * Math.PI);
  c.strokeStyle = "rgba(120, 40, 0, 0.8)";
  c.lineWidth = 1.2;
  c.stroke();
}

/** Show the legend in the page. */
export function showLegend(app, host) {
  const tables = legendParts(app).map((part) =>
    el(
      "table",
      null,
      part.title && el("caption", null, part.title),
      part.unit &&
        el("thead", null, el("tr", null,
          el("td", null), el("th", { scope: "col" }, app.world.say("class")), el("th", { scope: "col" }, part.unit))),
      el("tbody", null, part.rows.map((row) =>
        el("tr", null, el("td", null, keyOf(row)), el("td", null, row.label), el("td.count", null, row.count)))),
    ),
  );
  put(host, tables);
}

const keys = new Map();

/** The picture of a row, made once where the row says what it is: making a canvas takes a while. */
function keyOf({ id, paint }) {
  if (!id) return key(paint);
  if (!keys.has(id)) keys.set(id, key(paint));
  return keys.get(id);
}

/** A small picture of a row's colour or symbol. */
export function key(paint) {
  const canvas = el("canvas.key", { width: 40, height: 40, "aria-hidden": "true" });
  const c = canvas.getContext("2d");
  c.scale(2, 2);
  paint(c);
  return canvas;
}
