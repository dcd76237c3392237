/** What if: places switched off or added, another radius, and what it does to people. */

import { bdi, brief, download, el, put } from "./dom.mjs";
import { totals } from "./figures.mjs";
import { signed } from "./sheet.mjs";
import { csv } from "./text.mjs";

/** Show the simulation's controls and its effect. */
export function showWhatIf(app, host) {
  const { say } = app.world;
  if (!host.childElementCount) {
    const slider = app.state.radius === null ? null : radiusSlider(app);
    put(host, el("p", null, say("what_if_hint")), slider, addButton(app),
      el("div.effect", { "aria-live": "polite" }), buttons(app));
  }
  const { state } = app;
  const slider = host.querySelector("input[type=range]");
  if (slider) {
    slider.value = state.radius;
    host.querySelector("output").value = `${app.world.number(state.radius, 1)} km`;
  }
  host.querySelector(".add").setAttribute("aria-pressed", String(state.adding));
  put(host.querySelector(".effect"), changesList(app), app.isScenario() ? effectTable(app) : null);
}

function radiusSlider(app) {
  const { say } = app.world;
  const slider = el("input", { type: "range", min: 1, max: 30, step: 0.5 });
  slider.addEventListener("input", () => app.change({ radius: Number(slider.value) }));
  return el("label.field", null, el("span", null, say("radius_free"), " ", el("output", null)), slider);
}

function addButton(app) {
  const { say } = app.world;
  return el("button.add", { type: "button", "aria-pressed": "false", click: () => app.change({ adding: !app.state.adding }) },
    say("add_place"));
}

function buttons(app) {
  const { say } = app.world;
  return el("div.tools", null,
    el("button", { type: "button", click: () => app.resetScenario() }, say("reset")),
    el("button", { type: "button", click: () => saveScenario(app) }, say("save_scenario")));
}

function changesList(app) {
  const { world, state } = app;
  const changed = [...state.off].map((row) => world.places[row]).concat(state.added);
  if (!changed.length) return null;
  return el("ul.changes", null, changed.map((place) =>
    el("li", null,
      el("span", null, world.say(place.added ? "added" : "closed"), " ", bdi(brief(place.nom || "–"))), " ",
      el("button.link", { type: "button", click: () => app.switchPlace(place) },
        world.say(place.added ? "remove_added" : "switch_on")))));
}

/**
 * Before and after, by département and in all.
 * @param {object} app
 * @returns {{nom: string, before: object, after: object}[]}
 */
export function effects(app) {
  const { world, usual, figures } = app;
  const rows = world.departements.filter((one) => one.inside).map(({ nom, row }) => ({
    nom,
    territory: { level: "departement", row },
  }));
  if (rows.length !== 1) rows.push({ nom: world.say("total"), territory: { level: "", row: -1 } });
  return rows.map(({ nom, territory }) => ({
    nom,
    before: totals(world, usual, territory),
    after: totals(world, figures, territory),
  }));
}

function effectTable(app) {
  const { say, number, communes } = app.world;
  const rows = effects(app).map(({ nom, before, after }) => {
    const people = Math.round(after.people) - Math.round(before.people);
    return el("tr", null, el("th", { scope: "row" }, brief(nom)),
      communes.population && el("td.count", null, signed(number, people)),
      communes.population && el("td.count", null, number(Math.round(after.people))),
      communes.hasHalls && el("td.count", null, signed(number, after.halls - before.halls)));
  });
  const columns = [say("departement"), communes.population && say("people_change"), communes.population && say("people_after"), communes.hasHalls && say("halls_change")];
  return el("table.effects", null,
    el("caption", null, say("effect_caption")),
    el("thead", null, el("tr", null, columns.filter(Boolean).map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", null, rows));
}

/** The scenario in the columns of the national standard, led by what is done. */
function saveScenario(app) {
  const { world, state } = app;
  const row = (action, place) => [action, place.id ?? "", place.nom, place.categorie,
    place.lat ?? "", place.lon ?? "", place.commune ?? "", place.rayon ?? state.radius];
  const rows = [...state.off].map((i) => row("retirer", world.places[i]))
    .concat(state.added.map((place) => row("ajouter", place)));
  const columns = ["action", "id", "nom", "categorie", "latitude", "longitude", "commune", "rayon_km"];
  download("scenario.csv", csv(columns, rows, world.lang), "text/csv;charset=utf-8");
}
