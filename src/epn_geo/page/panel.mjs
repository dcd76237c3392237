/** The panel: what can be chosen, and the key figures of the choice. */

import { brief, choice, el, put, tick } from "./dom.mjs";
import { canMeasure, headline } from "./figures.mjs";
import { LISTS } from "./filters.mjs";
import { key, showLegend } from "./legend.mjs";
import { CATEGORIES } from "./model.mjs";
import { searchBox } from "./search.mjs";
import { drawSymbol } from "./symbols.mjs";
import { showWhatIf } from "./whatif.mjs";

/**
 * Build the panel once; `refresh` says again what changes.
 * @param {object} app
 * @returns {{host: HTMLElement, refresh: () => void}}
 */
export function buildPanel(app) {
  const { say, head } = app.world;
  const figures = el("div.figures", { role: "status", "aria-label": say("key_figures") });
  const controls = el("div.controls", null);
  const legend = el("div.legend", { role: "group", "aria-label": say("legend") });
  const sections = [
    canFilter(app.world) && section(say("filters"), (body) => showFilters(app, body)),
    canMeasure(app.world) && section(say("what_if"), (body) => showWhatIf(app, body)),
    head.areas && section(say("what_if"), (body) => put(body, el("p", null, say("what_if_areas")))),
    section(say("layers"), (body) => showLayers(app, body)),
    section(say("about_map"), (body) => showAbout(head, say, body)),
  ].filter(Boolean);
  const host = el(
    "div.panel-body",
    null,
    figures,
    controls,
    legend,
    searchBox(app),
    tools(app),
    sections.map(({ host }) => host),
  );
  const refresh = () => {
    showFigures(app, figures);
    showControls(app, controls);
    showLegend(app, legend);
    for (const { host, refresh } of sections) if (host.open) refresh();
  };
  return { host, refresh };
}

/** A part that is made when it is first opened, and said again while it is open. */
function section(title, show) {
  const body = el("div", null);
  const refresh = () => show(body);
  return { host: el("details", { toggle: refresh }, el("summary", null, title), body), refresh };
}

function showFigures(app, host) {
  const { world, sums } = app;
  const { say, number } = world;
  const parts = [];
  const lines = [];
  const fold = document.getElementById("epn-fold"); // a phone shows no more of the panel than this
  const first = headline(world, sums, app.state.territory);
  if (first) {
    const { people, text } = first;
    const share = world.percent(sums.population ? people / sums.population : null);
    if (!world.head.headline) put(fold, say("settings_with", { share }));
    parts.push(el("p.big", null, el("strong", null, share), ` ${text}${app.radiusText()}`));
    lines.push(say("people_of", { people: number(Math.round(people)), all: number(sums.population) }));
    lines.push(say("people_beyond", { people: number(Math.round(sums.population - sums.people)) }));
  }
  if (sums.known) {
    lines.push(say("halls_of", { halls: number(sums.halls), all: number(sums.known) }));
  } else {
    lines.push(`${number(sums.communes)} ${say("communes")}`);
  }
  if (world.places.length) lines.push(placesLine(app));
  parts.push(...lines.map((text) => el("p", null, text)));
  parts.push(...(world.head.notices ?? []).map((text) => el("p.notice", null, text)));
  if (app.changed) parts.push(el("p.note", null, say(canMeasure(world) ? "recomputed" : world.head.areas ? "not_recomputed_areas" : "not_recomputed")));
  put(host, parts);
}

function placesLine({ world, kept, standing, state }) {
  const here = kept.filter((place) => place.located && !place.added && standing(place) && !state.off.has(place.row));
  const all = world.places.filter((place) => place.located && standing(place)).length;
  const nowhere = kept.filter((place) => !place.located).length;
  const beyond = kept.filter((place) => place.located && !standing(place)).length;
  const text = world.say("places_of", { shown: world.number(here.length), all: world.number(all) });
  const parts = [text];
  if (state.added.length) parts.push(world.say("places_added", { count: world.number(state.added.length) }));
  if (beyond) parts.push(world.say("places_beyond", { count: world.number(beyond) }));
  if (nowhere) parts.push(world.say("places_nowhere", { count: world.number(nowhere) }));
  return parts.join(" ");
}

function showControls(app, host) {
  const { world, state } = app;
  const { say, radii } = world;
  if (host.childElementCount) {
    const selects = host.querySelectorAll("select");
    const reach = world.controlsHaveRadius ? [String(state.radius)] : [];
    const values = [territoryKey(state), ...reach, state.indicator];
    if (reach.length) offerRadius(selects[1], state.radius, world);
    selects.forEach((select, i) => (select.value = values[i]));
    return;
  }
  const options = world.indicators.map((i) => [i.key, i.label]);
  const known = radii.filter((radius) => radius !== null);
  world.controlsHaveRadius = known.length > 0;
  put(
    host,
    known.length
      ? choice(reachWord(world), known.map((km) => [String(km), reachOption(world, km)]), String(state.radius),
          (value) => app.change({ radius: Number(value) }))
      : null,
    options.length > 1 || known.length
      ? choice(say("indicator"), options, state.indicator, (value) => app.change({ indicator: value }))
      : null,
  );
  host.prepend(territoryChoice(app));
  if (known.length) offerRadius(host.querySelectorAll("select")[1], state.radius, world);
}

/** A reach as the choice offers it: by the road is what the choice is called. */
function reachOption(world, value) {
  return world.head.areas?.road ? `${world.number(value, value % 1 ? 1 : 0)} km` : world.reachText(value);
}

/** What the choice of reach is called: a radius, or what areas were measured in. */
function reachWord({ say, head }) {
  if (!head.areas) return say("radius");
  return head.areas.road ? say("distance_by_road") : say("travel_time");
}

/** A radius that only the simulation knows is offered while it is in force. */
function offerRadius(select, radius, world) {
  for (const option of [...select.options]) if (option.dataset.own && Number(option.value) !== radius) option.remove();
  if ([...select.options].some((option) => Number(option.value) === radius)) return;
  const option = el("option", { value: String(radius), "data-own": "1" }, world.reachText(radius));
  select.append(option);
  select.value = String(radius);
}

const territoryKey = ({ territory }) => (territory.level ? `${territory.level}:${territory.row}` : "");

/** The EPCI are many: their options are made when the list is first opened. */
function territoryChoice(app) {
  const { world, state } = app;
  const { say } = world;
  const label = choice(say("territory"), [["", say("whole_territory")]], "", (value) => {
    const [level, row] = value.split(":");
    app.setTerritory(level ? { level, row: Number(row) } : { level: "", row: -1 });
  });
  const select = label.querySelector("select");
  const fill = () => {
    if (select.dataset.full) return;
    select.dataset.full = "1";
    const { compare } = new Intl.Collator("fr");
    for (const [level, list, title] of [
      ["departement", world.departements, say("departements")],
      ["epci", world.epcis, "EPCI"],
    ]) {
      const inside = list.filter((one) => one.inside).sort((a, b) => (level === "epci" ? compare(a.nom, b.nom) : 0));
      if (inside.length < 2) continue;
      select.append(el("optgroup", { label: title }, inside.map((one) =>
        el("option", { value: `${level}:${one.row}` }, brief(level === "epci" ? one.nom : `${one.nom} (${one.code})`)))));
    }
    select.value = territoryKey(app.state);
  };
  for (const event of ["focus", "pointerdown", "mouseenter"]) select.addEventListener(event, fill);
  app.fillTerritories = fill;
  if (state.territory.level) fill();
  return label;
}

/** Whether the places differ in anything that can be filtered by. */
function canFilter({ choices, places }) {
  const kinds = new Set(places.map((place) => place.categorie));
  const told = LISTS.some(([field]) => choices[field].length);
  return kinds.size > 1 || told || places.some((place) => place.label || place.horaires);
}

/** Made once: the boxes keep their own state, and `rebuild` starts afresh. */
function showFilters(app, host) {
  if (host.childElementCount) return;
  const { say, choices } = app.world;
  const listed = (word, field, extra) => choices[field].length
    ? group(say(word), choices[field], () => app.state.filters[field], (list) => filter(app, { [field]: list }), extra)
    : null;
  put(
    host,
    categoryTicks(app),
    LISTS.map(([field, , word]) => listed(word, field, field === "services" ? everyChoice(app) : null)),
    labelChoice(app),
    hoursChoice(app),
    el("button", { type: "button", click: () => app.clearFilters() }, say("clear_filters")),
  );
}

const filter = (app, changes) => app.change({ filters: { ...app.state.filters, ...changes } });

function toggled(list, value, on) {
  return on ? [...list, value] : list.filter((one) => one !== value);
}

function categoryTicks(app) {
  const { world, state } = app;
  const there = CATEGORIES.filter((one) => world.places.some((place) => place.categorie === one));
  if (there.length < 2) return null;
  return el("fieldset", null, el("legend", null, world.say("category")), there.map((one) =>
    tick(world.say(`category_${CATEGORIES.indexOf(one)}`), !state.filters.categories.includes(one),
      (on) => filter(app, { categories: toggled(app.state.filters.categories, one, !on) }),
      key((c) => drawSymbol(c, one, 10, 10)))));
}

function group(title, values, current, change, extra = null) {
  return el("fieldset", null, el("legend", null, title), extra, values.map((value) =>
    tick(brief(value), current().includes(value), (on) => change(toggled(current(), value, on)))));
}

function everyChoice(app) {
  const { say } = app.world;
  return tick(say("every_service"), app.state.filters.everyService, (on) => filter(app, { everyService: on }));
}

function labelChoice(app) {
  const { world, state } = app;
  const labels = [...new Set(world.places.map((place) => place.label).filter(Boolean))].sort();
  if (!labels.length) return null;
  const options = [["", world.say("any")], ...labels.map((label) => [label, brief(label)])];
  return choice(world.say("label"), options, state.filters.label, (label) => filter(app, { label }));
}

function hoursChoice(app) {
  const { world, state } = app;
  if (!world.places.some((place) => place.week)) return null;
  const { say } = world;
  const options = [["", say("any")], ...["now", "saturday", "evening"].map((when) => [when, say(`open_${when}`)])];
  return choice(say("open"), options, state.filters.open, (open) => filter(app, { open }));
}

function showLayers(app, host) {
  const { world, state } = app;
  const there = {
    gaps: world.gaps || canMeasure(world),
    departements: world.departements.length > 1,
    epci: world.epcis.length > 1,
    names: true,
    links: world.places.some((place) => place.parent >= 0),
    reach: world.reach || (canMeasure(world) && world.places.length),
    sites: world.sites,
  };
  const shown = Object.keys(there).filter((name) => there[name]);
  if (host.childElementCount) {
    host.querySelectorAll("input").forEach((input, i) => (input.checked = state.layers[shown[i]]));
    return;
  }
  put(host, shown.map((name) =>
    tick(world.say(name === "reach" && world.head.areas ? "layer_areas" : `layer_${name}`), state.layers[name], (on) =>
      app.change({ layers: { ...app.state.layers, [name]: on } }))));
}

function tools(app) {
  const { say } = app.world;
  const button = (key, action) => el("button", { type: "button", click: action }, say(key));
  return el("div.tools", { role: "group", "aria-label": say("tools") },
    button("table", () => app.openTable()),
    button("print", () => window.print()),
    button("picture", () => app.savePicture()),
    button("share", () => app.share()));
}

function showAbout(head, say, host) {
  if (host.childElementCount) return;
  host.className = "about";
  put(host,
    el("p", null, head.definition),
    el("p", null, say("exactness")),
    el("h2", null, say("sources")),
    el("ul", null, head.sources.map((source) => el("li", null, source))),
    head.date ? el("p", null, say("made_on", { date: head.date })) : null);
}
