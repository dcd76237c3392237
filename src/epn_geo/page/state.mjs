/** What the reader has chosen, and the same as text for the address bar. */

import { LISTS, noFilters } from "./filters.mjs";

const LAYERS = ["gaps", "departements", "epci", "names", "links", "reach", "sites"];

/**
 * @param {object} world
 * @returns {object}
 */
export function firstState(world) {
  const { head } = world;
  return {
    indicator: head.indicator,
    radius: head.radius,
    territory: { level: "", row: -1 },
    layers: Object.fromEntries(LAYERS.map((name) => [name, name !== "reach"])),
    filters: noFilters(),
    off: new Set(),
    added: [],
    selection: null,
    adding: false,
    version: 0,
  };
}

/** A place that is not in the list. */
export function newPlace(world, state, lon, lat, nom) {
  const row = -1 - state.added.length;
  const [x, y] = world.plane(lon, lat);
  const lists = Object.fromEntries(LISTS.map(([field]) => [field, []]));
  const empty = { ...lists, accompagnement: [], week: null, label: "", moving: false };
  const rayon = state.radius === null ? usualRadius(world.places) : undefined;
  const place = { ...empty, row, rayon, nom, lon, lat, x, y, categorie: "EPN", parent: -1 };
  return { ...place, located: true, serves: true, added: true };
}

/** Where each place has its own radius, a new one gets that of the first EPN, or of any. */
function usualRadius(places) {
  const serving = places.filter((place) => place.serves && place.rayon > 0);
  return (serving.find((place) => place.categorie === "EPN") ?? serving[0])?.rayon ?? null;
}

/** What the address calls the lists. */
const SHORT = { services: "s", publics: "p", charge: "h", frais: "f", dispositifs: "d", prix: "pm" };

/** Places are named by their id where they have one, so that a link outlives a new list. */
const nameOf = (place) => place.id || `#${place.row}`;

/**
 * @param {object} world
 * @param {object} state
 * @param {{zoom: number, lat: number, lng: number} | null} window
 * @returns {string} without the hash sign
 */
export function writeHash(world, state, window) {
  const first = firstState(world);
  const out = new URLSearchParams();
  const { filters, territory } = state;
  const put = (key, value, usual = "") => value !== usual && out.set(key, value);
  if (window) out.set("m", [window.zoom, window.lat.toFixed(4), window.lng.toFixed(4)].join("/"));
  put("i", state.indicator, first.indicator);
  put("r", String(state.radius), String(first.radius));
  if (territory.level) out.set("t", `${territory.level}:${listOf(world, territory.level)[territory.row].code}`);
  const changed = LAYERS.filter((name) => state.layers[name] !== first.layers[name]);
  put("l", changed.join(","));
  for (const [field] of LISTS) for (const value of filters[field]) out.append(SHORT[field], value);
  put("et", filters.everyService ? "1" : "");
  for (const value of filters.categories) out.append("c", value);
  put("lab", filters.label);
  put("o", filters.open);
  for (const row of state.off) out.append("x", nameOf(world.places[row]));
  for (const place of state.added) {
    out.append("a", `${place.lon.toFixed(5)},${place.lat.toFixed(5)},${place.nom}`);
  }
  return out.toString();
}

const listOf = (world, level) => (level === "epci" ? world.epcis : world.departements);

/**
 * @param {object} world
 * @param {string} hash
 * @returns {{state: object, window: {zoom: number, lat: number, lng: number} | null}} what cannot
 *   be understood is passed over
 */
export function readHash(world, hash) {
  const state = firstState(world);
  const asked = new URLSearchParams(hash.replace(/^#/, ""));
  const known = world.indicators.some((i) => i.key === asked.get("i"));
  if (known) state.indicator = asked.get("i");
  const radius = Number(asked.get("r"));
  const free = world.plane && !world.head.areas;
  if (world.radii.includes(radius) || (radius > 0 && radius <= 100 && free)) state.radius = radius;
  state.territory = readTerritory(world, asked.get("t"));
  for (const name of (asked.get("l") ?? "").split(",")) {
    if (name in state.layers) state.layers[name] = !state.layers[name];
  }
  state.filters = {
    ...Object.fromEntries(LISTS.map(([field]) => [field, asked.getAll(SHORT[field])])),
    everyService: asked.get("et") === "1",
    categories: asked.getAll("c"),
    label: asked.get("lab") ?? "",
    open: asked.get("o") ?? "",
  };
  readScenario(world, state, asked);
  return { state, window: readWindow(asked.get("m")) };
}

function readTerritory(world, text) {
  const [level, code] = (text ?? "").split(":");
  const row = level === "epci" || level === "departement"
    ? listOf(world, level).findIndex((one) => one.code === code)
    : -1;
  return row < 0 ? { level: "", row: -1 } : { level, row };
}

function readScenario(world, state, asked) {
  const off = new Set(asked.getAll("x"));
  if (off.size) {
    for (const place of world.places) if (off.has(nameOf(place))) state.off.add(place.row);
  }
  if (!world.plane) return;
  for (const text of asked.getAll("a")) {
    const [lon, lat, ...nom] = text.split(",");
    if (Math.abs(Number(lon)) <= 180 && Math.abs(Number(lat)) <= 85 && lon && lat) {
      state.added.push(newPlace(world, state, Number(lon), Number(lat), nom.join(",")));
    }
  }
}

function readWindow(text) {
  const [zoom, lat, lng] = (text ?? "").split("/").map(Number);
  const fine = zoom >= 0 && zoom <= 20 && Math.abs(lat) <= 85 && Math.abs(lng) <= 180;
  return fine ? { zoom, lat, lng } : null;
}
