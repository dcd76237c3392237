/** The payload as objects that the rest of the page reads. */

import { LISTS } from "./filters.mjs";
import { readHours } from "./hours.mjs";
import { planeOf } from "./plane.mjs";
import { layGround } from "./reach.mjs";
import { dayWriter, numberWriter, percentWriter, sayer } from "./text.mjs";
import { arcOwners, readOutlines } from "./topology.mjs";

/** The categories, in the order in which the legend names them. */
export const CATEGORIES = [
  "EPN",
  "antenne",
  "CRANT",
  "France Services",
  "conseiller numérique",
  "médiathèque",
  "projet lauréat",
  "autre",
];

/**
 * @param {object} head
 * @param {(name: string) => (Uint8Array | null)} block
 * @returns {object} the world: everything that never changes
 */
export function buildWorld(head, block) {
  const outlines = readOutlines(block("communes"), head.decimals);
  const communes = readCommunes(head.communes, outlines, head.decimals);
  const plane = head.plane ? planeOf(head.plane) : null;
  const places = readPlaces(head.places, plane);
  let ground = null;
  return {
    head,
    lang: head.lang,
    say: sayer(head.words, head.lang),
    number: numberWriter(head.lang),
    day: dayWriter(sayer(head.words, head.lang)("months"), head.lang),
    percent: percentWriter(numberWriter(head.lang)),
    outlines,
    borders: arcRanks(arcOwners(outlines), communes),
    communes,
    departements: readTerritories(head.communes.departements, communes.departement, outlines, communes),
    epcis: readTerritories(head.communes.epcis, communes.epci, outlines, communes),
    plane,
    /** Laid when first needed: a map that is only looked at never measures. */
    get ground() {
      ground ??= plane ? layGround(outlines, plane, communes.halls) : null;
      return ground;
    },
    places,
    choices: Object.fromEntries(LISTS.map(([field, column]) => [field, head.places?.listes[column]?.values ?? []])),
    radii: head.radii,
    /** A reach with its unit: kilometres, or what areas were measured in. */
    reachText: (value) => `${numberWriter(head.lang)(value, value % 1 ? 1 : 0)} ${head.areas?.unit ?? "km"}`,
    // inhabitants out of reach are worked out from the figures at hand
    indicators: head.indicators.map((i) => (i.key === "population" ? { ...i, values: [communes.population] } : i)),
    gaps: readZones(head.gaps, block("gaps")),
    reach: readZones(head.reach, block("reach")),
    sites: readSites(head.sites),
  };
}

function readCommunes(table, outlines, decimals) {
  const count = table.nom.length;
  const outside = new Uint8Array(count);
  for (const which of table.dehors ?? []) outside[which] = 1;
  const known = {
    ...table,
    code: readCodes(table.code),
    count,
    outside,
    population: table.population ?? null,
    hasHalls: Boolean(table.mairie?.some((step) => step !== null)),
  };
  readLater(known, "halls", () => readHalls(table.mairie, outlines, 10 ** (decimals + 1)));
  return known;
}

/** Town halls, told from the corner of their commune. */
function readHalls(steps, { box }, unit) {
  return Array.from({ length: box.length / 4 }, (_, i) => {
    const dx = steps?.[2 * i] ?? null;
    const dy = steps?.[2 * i + 1] ?? null;
    return dx === null || dy === null ? null : [box[4 * i] + dx / unit, box[4 * i + 1] + dy / unit];
  });
}

/** Codes as they are, or summed from their steps. */
function readCodes(codes) {
  if (Array.isArray(codes)) return codes;
  let code = 0;
  return codes.steps.map((step) => (code += step).toString(codes.base ?? 10).toUpperCase().padStart(5, "0"));
}

function readPlaces(table, plane) {
  if (!table) return [];
  const list = (name, row) => {
    const found = table.listes[name];
    return found ? found.rows[row].map((i) => found.values[i]) : [];
  };
  return table.nom.map((nom, row) => {
    const place = { row, nom, lon: table.longitude[row], lat: table.latitude[row] };
    for (const [name, column] of Object.entries(table)) {
      if (!(name in place) && Array.isArray(column)) place[name] = column[row];
    }
    place.categorie = CATEGORIES.includes(place.categorie) ? place.categorie : "autre";
    place.label ??= "";
    for (const [field, column] of LISTS) place[field] = list(column, row);
    place.accompagnement = list("modalites_accompagnement", row);
    readLater(place, "week", () => readHours(place.horaires ?? ""));
    place.located = place.lon !== null;
    place.serves = Boolean(place.sert);
    place.moving = Boolean(place.itinerant);
    if (plane && place.located) [place.x, place.y] = plane(place.lon, place.lat);
    return place;
  });
}

/** A property worked out when first asked for. */
function readLater(object, name, read) {
  const get = () => {
    const value = read();
    Object.defineProperty(object, name, { value, enumerable: true });
    return value;
  };
  Object.defineProperty(object, name, { get, enumerable: true, configurable: true });
}

/** 0 at the edge of the territory, 1 between départements, 2 between EPCI, 3 between communes. */
function arcRanks({ left, right }, communes) {
  const ranks = new Uint8Array(left.length);
  for (let arc = 0; arc < left.length; arc++) {
    const a = left[arc];
    const b = right[arc];
    if (a < 0 || b < 0) ranks[arc] = 0;
    else if (communes.departement[a] !== communes.departement[b]) ranks[arc] = 1;
    else if (communes.epci[a] !== communes.epci[b]) ranks[arc] = 2;
    else ranks[arc] = 3;
  }
  return ranks;
}

/** Départements or EPCI: code, name, communes, box, and where to write the name. */
function readTerritories(table, rows, outlines, communes) {
  const found = table.map(([code, nom]) => {
    return { code, nom, communes: [], box: [Infinity, Infinity, -Infinity, -Infinity] };
  });
  rows.forEach((row, commune) => {
    if (row < 0) return;
    const { box } = found[row];
    found[row].communes.push(commune);
    const own = outlines.box.subarray(commune * 4, commune * 4 + 4);
    if (!Number.isFinite(own[0])) return;
    box[0] = Math.min(box[0], own[0]);
    box[1] = Math.min(box[1], own[1]);
    box[2] = Math.max(box[2], own[2]);
    box[3] = Math.max(box[3], own[3]);
  });
  found.forEach((one, row) => {
    one.row = row;
    one.inside = one.communes.some((commune) => !communes.outside[commune]);
    readLater(one, "label", () => labelPoint(one.communes, outlines));
  });
  return found;
}

/** The mean of the communes' middles, weighted by the size of their boxes. */
function labelPoint(members, outlines) {
  let [lon, lat, weights] = [0, 0, 0];
  for (const which of members) {
    const [west, south, east, north] = outlines.box.subarray(which * 4, which * 4 + 4);
    if (!Number.isFinite(west)) continue;
    const weight = (east - west) * (north - south);
    lon += ((west + east) / 2) * weight;
    lat += ((south + north) / 2) * weight;
    weights += weight;
  }
  return weights ? [lon / weights, lat / weights] : null;
}

/**
 * @param {object} communes
 * @param {(number | null)[]} shares
 * @param {(number | null)[] | {rows: number[], people: number[]} | null} told people within reach:
 *   of all where Python counted otherwise, or of those that a rounded share would get wrong
 * @returns {(number | null)[]}
 */
export function coveredPeople(communes, shares, told) {
  if (Array.isArray(told)) return told;
  const found = shares.map((share, i) => {
    const people = communes.population ? communes.population[i] : null;
    return share === null || people === null ? null : share * people;
  });
  told?.rows.forEach((row, nth) => (found[row] = told.people[nth]));
  return found;
}

/** Proposed places, with all that is told of them. */
function readSites(head) {
  if (!head) return null;
  const { longitude, latitude, table } = head;
  const rows = longitude.map((lon, i) => {
    const facts = Object.entries(table).map(([name, column]) => [name, column[i]]);
    const told = Object.fromEntries(facts);
    const name = told.nom || told.commune;
    return { rank: i + 1, lon, lat: latitude[i], located: lon !== null, nom: String(name ?? ""), facts };
  });
  return rows.length ? rows : null;
}

function readZones(table, bytes) {
  return bytes ? { outlines: readOutlines(bytes), table } : null;
}
