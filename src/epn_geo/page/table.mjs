/** The map as tables: places shown, communes; sortable, and the way in for who cannot see a map. */

import { brief, download, el, put } from "./dom.mjs";
import { sayHours } from "./hours.mjs";
import { CATEGORIES } from "./model.mjs";
import { csv } from "./text.mjs";

const STEP = 100;

/** Open the tables in a dialog. */
export function openTable(app) {
  const { say } = app.world;
  const view = { what: app.world.places.length ? "places" : "communes", sort: 0, down: false, shown: STEP };
  const body = el("div.table-body", { tabindex: "0", role: "region", "aria-label": say("table") });
  const count = el("p", { role: "status" });
  const dialog = el("dialog.table", { "aria-label": say("table") });
  const show = () => showTable(app, view, body, count, show, dialog);
  const tab = (what) =>
    el("button", { type: "button", click: () => (Object.assign(view, { what, sort: 0, down: false, shown: STEP }), show()) },
      say(TABS[what].title));
  dialog.append(
    el("div.tools", null,
      app.world.places.length ? tab("places") : null,
      tab("communes"),
      app.world.gaps ? tab("zones") : null,
      el("button", { type: "button", click: () => saveTable(app, view) }, say("save_csv")),
      el("button", { type: "button", click: () => dialog.close() }, say("close"))),
    count,
    body,
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  show();
  dialog.showModal();
  return dialog;
}

/**
 * The rows of a table, with the columns' names.
 * @param {object} app
 * @param {"places" | "communes" | "zones"} what
 * @returns {{columns: string[], rows: {cells: unknown[], go: () => void}[]}}
 */
export function tableRows(app, what) {
  return TABS[what].rows(app);
}

const TABS = {
  places: { title: "places", rows: placeRows, file: "lieux.csv" },
  communes: { title: "communes_tab", rows: communeRows, file: "communes.csv" },
  zones: { title: "zones_tab", rows: zoneRows, file: "zones.csv" },
};

/** The zones as `find_gaps` told them: its columns under their own names. */
function zoneRows(app) {
  const { table, outlines } = app.world.gaps;
  const names = Object.keys(table);
  const rows = outlines.rings.map((_, zone) => ({
    cells: names.map((name) => table[name][zone]),
    go: () => app.fit(outlines.box.subarray(zone * 4, zone * 4 + 4), 12),
  }));
  return { columns: names.map((name) => name.replaceAll("_", " ")), rows };
}

function placeRows(app) {
  const { world, kept, standing, state } = app;
  const { say } = world;
  const columns = ["place", "category", "commune", "label", "services", "hours"].map((key) => say(key));
  const rows = kept.filter((place) => (!place.located || standing(place)) && !state.off.has(place.row)).map((place) => ({
    cells: [place.nom, say(`category_${CATEGORIES.indexOf(place.categorie)}`), place.commune ?? "", place.label,
      place.services.join(" · "), sayHours(place.week, place.horaires ?? "", world.lang)],
    go: () => app.goToPlace(place),
  }));
  return { columns, rows };
}

function communeRows(app) {
  const { world, figures, within } = app;
  const { communes, say } = world;
  const km = app.radiusText();
  const columns = [say("commune"), "Code", "EPCI", say("population"), `${say("area_covered")}${km} (%)`,
    say("people_covered") + km, `${say("distance")} (km)`];
  const rows = [];
  const round = (value, factor) => (value === null ? null : Math.round(value * factor) / factor);
  for (let i = 0; i < communes.count; i++) {
    if (!within(i)) continue;
    const share = figures.share[i] === null ? null : round(figures.share[i] * 100, 10);
    const epci = communes.epci[i] < 0 ? "" : world.epcis[communes.epci[i]].nom;
    rows.push({
      cells: [communes.nom[i], communes.code[i], epci, communes.population?.[i] ?? null, share,
        figures.people[i] === null ? null : Math.round(figures.people[i]), round(figures.distance[i], 10)],
      go: () => app.goTo({ kind: "commune", index: i }),
    });
  }
  return { columns, rows };
}

/** Numbers by size, words by the alphabet; what is missing stays last. */
export function sortRows(rows, column, down, lang) {
  const collator = new Intl.Collator(lang, { numeric: true });
  const missing = (value) => value === null || value === undefined || value === "";
  return [...rows].sort((a, b) => {
    const [x, y] = [a.cells[column], b.cells[column]];
    if (missing(x) || missing(y)) return missing(x) - missing(y);
    const order = typeof x === "number" && typeof y === "number" ? x - y : collator.compare(x, y);
    return down ? -order : order;
  });
}

function showTable(app, view, body, count, show, dialog) {
  const { lang, say, number } = app.world;
  const { columns, rows } = tableRows(app, view.what);
  const sorted = sortRows(rows, view.sort, view.down, lang);
  const head = columns.map((name, i) => {
    const sort = () => (Object.assign(view, { down: view.sort === i && !view.down, sort: i }), show());
    const state = view.sort === i ? (view.down ? "descending" : "ascending") : "none";
    return el("th", { scope: "col", "aria-sort": state }, el("button", { type: "button", click: sort }, name));
  });
  const lines = sorted.slice(0, view.shown).map(({ cells, go }) =>
    el("tr", null, cells.map((cell, i) => {
      const shown = typeof cell === "number" ? number(cell, Number.isInteger(cell) ? 0 : 1) : brief(cell ?? "–");
      if (i) return el(typeof cell === "number" ? "td.count" : "td", null, shown);
      const open = () => (dialog.close(), go());
      return el("th", { scope: "row" }, el("button.link", { type: "button", click: open }, el("bdi", null, shown || "–")));
    })));
  put(count, say("rows_of", { shown: number(lines.length), all: number(rows.length) }));
  put(body,
    el("table", null, el("thead", null, el("tr", null, head)), el("tbody", null, lines)),
    sorted.length > view.shown
      ? el("button", { type: "button", click: () => ((view.shown += STEP * 5), show()) }, say("more_rows"))
      : null);
}

function saveTable(app, view) {
  const { columns, rows } = tableRows(app, view.what);
  const sorted = sortRows(rows, view.sort, view.down, app.world.lang);
  const text = csv(columns, sorted.map(({ cells }) => cells), app.world.lang);
  download(TABS[view.what].file, text, "text/csv;charset=utf-8");
}
