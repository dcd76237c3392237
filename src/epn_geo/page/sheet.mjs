/** The sheet of what was clicked: a commune, a place. */

import { bdi, brief, el, put } from "./dom.mjs";
import { canMeasure, classOf } from "./figures.mjs";
import { sayHours } from "./hours.mjs";
import { CATEGORIES } from "./model.mjs";
import { safeLink } from "./text.mjs";
import { outlineAt } from "./topology.mjs";

const NEAREST = 4;

/** Show the sheet of the selection, or hide it. */
export function showSheet(app, host) {
  const { selection } = app.state;
  host.hidden = !selection;
  if (!selection) return put(host);
  const close = el("button.close", { type: "button", click: () => app.select(null) }, "×");
  close.setAttribute("aria-label", app.world.say("close"));
  return put(host, close, SHEETS[selection.kind](app, selection));
}

const SHEETS = { place: placeSheet, commune: communeSheet, site: siteSheet };

/** A proposed place: all that is told of it, and a way to try it. */
function siteSheet(app, { index }) {
  const { say, number, sites } = app.world;
  const { rank, lon, lat, nom, facts: told } = sites[index];
  const title = say("site_title", { rank });
  const shown = (value) => (typeof value === "number" ? number(value, Number.isInteger(value) ? 0 : 2) : value);
  const name = nom ? `${title} – ${nom}` : title;
  return [
    el("h2", null, bdi(name)),
    facts(told.map(([term, value]) => [term, shown(value)])),
    canMeasure(app.world)
      ? el("button", { type: "button", click: () => app.addPlace(lon, lat, name) }, say("try_site"))
      : null,
  ];
}

/** Terms and what is known of them; unknown ones are left out. */
function facts(pairs) {
  const list = el("dl", null);
  for (const [term, value] of pairs) {
    if (value === null || value === undefined || value === "") continue;
    list.append(el("dt", null, term), el("dd", null, value));
  }
  return list;
}

function communeSheet(app, { index, at }) {
  const { world, figures } = app;
  const { communes, say, number } = world;
  const percent = (share) => (share === null ? say("no_data") : world.percent(share));
  const km = app.radiusText();
  const population = communes.population?.[index] ?? null;
  const share = figures.share[index];
  const yesNo = (value) => (value === null ? null : say(value ? "yes" : "no"));
  return [
    el("h2", null, bdi(communes.nom[index] || say("commune"))),
    el("p.sub", null, bdi([communes.code[index], territoryName(world.epcis, communes.epci[index]),
      territoryName(world.departements, communes.departement[index])].filter(Boolean).join(" · "))),
    communes.outside[index] ? el("p.note", null, say("outside_selection")) : null,
    facts([
      [say("population"), population === null ? null : number(population)],
      [say("area_covered") + km, share === null && !world.radii.length ? null : percent(share)],
      [say("people_covered") + km, figures.people[index] === null ? null : number(Math.round(figures.people[index]))],
      [say("hall_covered") + km, yesNo(figures.hall[index])],
      [say("distance"), figures.distance[index] === null ? null : `${number(figures.distance[index], 1)} km`],
      [say("reasons"), communes.motifs?.[index]],
      ...customFacts(app, index),
    ]),
    zoneFacts(app, at),
    nearestPlaces(app, index),
    missingServices(app, index),
    canMeasure(world) && communes.halls[index] ? addHere(app, index) : null,
  ];
}

const territoryName = (list, row) => (row >= 0 ? list[row].nom : "");

/** The caller's own columns. */
function customFacts({ world }, index) {
  return world.indicators
    .filter((i) => !["part", "mairie", "distance", "population", "hors_portee"].includes(i.key))
    .map((i) => [i.label, customFact(world, i, i.values[0][index])]);
}

function customFact({ say, number, percent }, indicator, value) {
  if (value === null) return say("no_data");
  if (indicator.unit === "%") return percent(value);
  return indicator.unit === "oui" ? indicator.labels[classOf(value, indicator.breaks)] : number(value, 1);
}

/** The zone out of reach that was clicked. */
function zoneFacts({ world, state, changed }, at) {
  if (!world.gaps || !at || changed || !state.layers.gaps) return null;
  const zone = outlineAt(world.gaps.outlines, at[0], at[1]);
  if (zone < 0) return null;
  const { table } = world.gaps;
  const { say, number } = world;
  const cell = (name, digits) => (table[name] ? number(table[name][zone], digits) : null);
  return [
    el("h3", null, say("zone")),
    facts([
      [say("communes"), cell("communes", 0)],
      [say("area"), table.aire_km2 && `${cell("aire_km2", 1)} km²`],
      [say("people_out"), cell("population_hors_portee", 0)],
    ]),
  ];
}

/** Places from near to far, as seen from a commune's town hall. */
export function placesFrom(app, index) {
  const { ground } = app.world;
  if (!ground || Number.isNaN(ground.hallX[index])) return [];
  return app.kept
    .filter((place) => place.serves && place.located && !app.state.off.has(place.row))
    .map((place) => ({ place, km: Math.hypot(place.x - ground.hallX[index], place.y - ground.hallY[index]) }))
    .sort((a, b) => a.km - b.km);
}

function nearestPlaces(app, index) {
  const { say, number } = app.world;
  const near = placesFrom(app, index).slice(0, NEAREST);
  if (!near.length) return null;
  return [
    el("h3", null, say("nearest_places")),
    el("ol.places", null, near.map(({ place, km }) =>
      el("li", null, placeButton(app, place), ` ${number(km, 1)}\u00a0km`))),
  ];
}

/** A button that leads to a place. */
export function placeButton(app, place) {
  return el("button.link", { type: "button", click: () => app.goToPlace(place) }, bdi(brief(place.nom || "–")));
}

function missingServices(app, index) {
  const { world, state } = app;
  if (!world.head.services.length || state.radius === null || world.head.areas) return null;
  const near = placesFrom(app, index).filter(({ place, km }) => km <= (place.rayon ?? state.radius));
  const offered = new Set(near.flatMap(({ place }) => place.services));
  const missing = world.head.services.filter((service) => !offered.has(service));
  const heading = el("h3", null, world.say("missing_services") + app.radiusText());
  if (!missing.length) return [heading, el("p", null, world.say("none_missing"))];
  return [heading, el("ul", null, missing.map((service) => el("li", null, service)))];
}

function addHere(app, index) {
  const [lon, lat] = app.world.communes.halls[index];
  const name = app.world.say("new_place_at", { name: app.world.communes.nom[index] });
  return el("button", { type: "button", click: () => app.addPlace(lon, lat, name) }, app.world.say("add_at_hall"));
}

function placeSheet(app, { index }) {
  const { world, state } = app;
  const { say } = world;
  const place = app.placeAt(index);
  if (!place) return null;
  const parent = world.places[place.parent];
  const children = world.places.filter((one) => one.parent === index && index >= 0);
  return [
    el("h2", null, bdi(place.nom || "–")),
    el("p.sub", null, say(`category_${CATEGORIES.indexOf(place.categorie)}`), place.added ? ` · ${say("simulated")}` : ""),
    standingNote(app, place),
    app.isScenario() && world.communes.population
      ? el("p.note", null, say("scenario_gain", { people: signed(world.number, app.gain()) }))
      : null,
    facts([
      [say("attached_to"), parent ? placeButton(app, parent) : bdi(place.structure_parente ?? "")],
      [say("antennes"), children.length ? children.flatMap((one, i) => [i ? ", " : "", placeButton(app, one)]) : null],
      [say("label"), [place.label, place.statut_label, world.day(place.date_label)].filter(Boolean).join(" · ")],
      [say("address"), bdi([place.adresse, place.complement_adresse, [place.code_postal, place.commune].filter(Boolean).join(" ")].filter(Boolean).join(", "))],
      [say("hours"), sayHours(place.week, place.horaires ?? "", world.lang)],
      [say("services"), bullets(place.services)],
      [say("publics"), bullets(place.publics)],
      [say("care"), bullets(place.charge)],
      [say("cost"), place.frais.join(", ")],
      [say("programmes"), bullets(place.dispositifs)],
      [say("prizes"), place.prix.join(", ")],
      [say("support"), place.accompagnement.join(", ")],
      [say("phone"), place.telephone],
      [say("mail"), place.courriels],
      [say("site"), place.site_web && link(place.site_web)],
      [say("booking"), place.prise_rdv && link(place.prise_rdv)],
      [say("about"), place.presentation_resume],
      [say("updated"), world.day(place.date_maj)],
      [say("source"), place.source],
    ].map(([term, value]) => [term, value instanceof Node && !value.textContent ? null : value])),
    canMeasure(world) && (place.serves || place.added) ? switchButton(app, place, state) : null,
  ];
}

/** A difference, with its sign. */
export const signed = (number, value) => (value > 0 ? `+${number(value)}` : number(value).replace("-", "−"));

function standingNote({ world, standing }, place) {
  if (place.located && !standing(place)) return el("p.note", null, world.say("outside_places_note"));
  if (!place.serves) return el("p.note", null, world.say(place.moving ? "moving_note" : "not_serving"));
  return null;
}

const bullets = (items) => (items.length ? el("ul", null, items.map((item) => el("li", null, item))) : null);

/** Web addresses become links only if they are web addresses. */
function link(text) {
  return el("span", null, text.split("|").flatMap((one, i) => {
    const href = safeLink(one.trim());
    const shown = href ? el("a", { href, rel: "noopener noreferrer", target: "_blank" }, one.trim()) : one;
    return i ? [" ", shown] : [shown];
  }));
}

function switchButton(app, place, state) {
  const off = state.off.has(place.row);
  const key = place.added ? "remove_added" : off ? "switch_on" : "switch_off";
  return el("button", { type: "button", click: () => app.switchPlace(place) }, app.world.say(key));
}
