// Filters, hours, words, search, tables, the address: what the reader chooses and reads.
import assert from "node:assert/strict";
import { test } from "node:test";

import { classOf, communeFigures, headline, isChanged, totals } from "../../src/epn_geo/page/figures.mjs";
import { isFiltering, keeps, noFilters } from "../../src/epn_geo/page/filters.mjs";
import { isOpen, readHours, sayHours } from "../../src/epn_geo/page/hours.mjs";
import { find } from "../../src/epn_geo/page/search.mjs";
import { firstState, readHash, writeHash } from "../../src/epn_geo/page/state.mjs";
import { sortRows } from "../../src/epn_geo/page/table.mjs";
import { csv, csvCell, dayWriter, fold, numberWriter, percentWriter, safeLink, sayer } from "../../src/epn_geo/page/text.mjs";

const place = (over) => ({
  categorie: "EPN",
  services: ["aide", "prêt"],
  publics: [],
  label: "EPN Normandie",
  week: readHours("Mo-Fr 09:00-12:00,14:00-18:30; Sa 09:00-12:00"),
  ...over,
});
const filters = (over) => ({ ...noFilters(), ...over });

test("no filter keeps all", () => {
  assert.ok(keeps(place(), noFilters()));
  assert.equal(isFiltering(noFilters()), false);
});

test("services: any of them, or every one", () => {
  const asked = { services: ["aide", "création"] };
  assert.ok(keeps(place(), filters(asked)));
  assert.ok(!keeps(place(), filters({ ...asked, everyService: true })));
  assert.ok(keeps(place(), filters({ services: ["aide", "prêt"], everyService: true })));
});

test("a place that names no public receives everybody", () => {
  assert.ok(keeps(place(), filters({ publics: ["Seniors"] })));
  assert.ok(!keeps(place({ publics: ["Jeunes"] }), filters({ publics: ["Seniors"] })));
  assert.ok(keeps(place({ publics: ["Jeunes", "Seniors"] }), filters({ publics: ["Seniors"] })));
});

test("categories switched off, labels, and all fields together", () => {
  assert.ok(!keeps(place(), filters({ categories: ["EPN"] })));
  assert.ok(!keeps(place({ label: "" }), filters({ label: "EPN Normandie" })));
  assert.ok(!keeps(place(), filters({ services: ["aide"], label: "autre" })));
});

test("open on Saturday, in the evening, now", () => {
  assert.ok(keeps(place(), filters({ open: "saturday" })));
  assert.ok(keeps(place(), filters({ open: "evening" })));
  const monday = (hour, minute) => new Date(2026, 10, 23, hour, minute);
  assert.ok(keeps(place(), filters({ open: "now" }), monday(9, 0)));
  assert.ok(!keeps(place(), filters({ open: "now" }), monday(12, 0)));
  assert.ok(!keeps(place({ week: null }), filters({ open: "saturday" })));
});

test("hours are read, or said to be unreadable", () => {
  assert.deepEqual(readHours("Mo,We 10:00-12:00")[2], [[600, 720]]);
  assert.deepEqual(readHours("Fr-Mo 10:00-12:00").map((day) => day.length), [1, 0, 0, 0, 1, 1, 1]);
  assert.deepEqual(readHours("24/7")[6], [[0, 1440]]);
  assert.deepEqual(readHours("Mo-Su 10:00-12:00; Tu off")[1], []);
  assert.deepEqual(readHours("Mo-Fr 09:00-17:00; PH off")[0], [[540, 1020]]);
  for (const text of ["", "  ", "sur rendez-vous", "Mo-Xx 10:00-12:00", "a\nb", "{{7*7}}"]) {
    assert.equal(readHours(text), null, text);
  }
  assert.equal(isOpen(null, "now"), false);
});

test("hours are said as people write them", () => {
  const week = readHours("Mo-Fr 09:00-12:00,14:00-18:30; Sa 09:00-12:00");
  assert.equal(sayHours(week, "", "fr"), "lun.–ven. 9\u00a0h–12\u00a0h, 14\u00a0h–18\u00a0h\u00a030 ; sam. 9\u00a0h–12\u00a0h");
  assert.equal(sayHours(null, "sur rendez-vous", "fr"), "sur rendez-vous");
});

test("a day is written as people do, in one piece", () => {
  const months = "janvier février mars avril";
  assert.equal(dayWriter(months, "fr")("2026-03-01"), "1er\u00a0mars\u00a02026");
  assert.equal(dayWriter("January February", "en")("2026-02-01"), "1\u00a0February\u00a02026");
  for (const text of ["2026", "mars 2026", "2026-13-01", "", undefined]) {
    assert.equal(dayWriter(months, "fr")(text), text);
  }
});

test("accents, case and hyphens do not matter", () => {
  assert.equal(fold("Saint-Lô  (L’Œuvre)"), "saint lo l oeuvre");
});

test("search: words begin words; a name that begins so comes first", () => {
  const entries = ["Saint-Lô", "Le Havre", "Havré", "Hérouville"].map((label, index) => {
    return { label, index, text: ` ${fold(label)} 5050${index}` };
  });
  assert.deepEqual(find(entries, "hav").map(({ label }) => label), ["Havré", "Le Havre"]);
  assert.deepEqual(find(entries, "LO saint").map(({ label }) => label), ["Saint-Lô"]);
  assert.deepEqual(find(entries, "50503").map(({ label }) => label), ["Hérouville"]);
  assert.deepEqual(find(entries, "  "), []);
});

test("no cell becomes a formula", () => {
  for (const text of ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"]) {
    assert.match(csvCell(text, "fr"), /^"?'/, JSON.stringify(text));
  }
  assert.equal(csvCell(-1.5, "fr"), "-1,5");
  assert.equal(csvCell(-1.5, "en"), "-1.5");
  assert.equal(csvCell('a "b"; c', "fr"), '"a ""b""; c"');
  assert.equal(csvCell(null, "fr"), "");
  assert.equal(csv(["é", "b"], [[1, "x\ny"]], "fr"), '\ufeffé;b\r\n1;"x\ny"\r\n');
});

test("only web addresses become links", () => {
  assert.equal(safeLink("https://exemple.fr/a?b=1"), "https://exemple.fr/a?b=1");
  assert.equal(safeLink("www.exemple.fr"), "https://www.exemple.fr/");
  for (const text of ["javascript:alert(1)", "data:text/html,x", "java\nscript:x", "C:\\users\\new", "", "<b>", "file:///x"]) {
    assert.equal(safeLink(text), null, text);
  }
});

test("numbers and words", () => {
  const number = numberWriter("fr");
  assert.equal(number(1234.5, 1).replace(/\s/g, " "), "1 234,5");
  assert.equal(number(null), "–");
  const told = { a: "{n} {n|lieu affiché|lieux affichés}" };
  const say = sayer(told, "fr");
  assert.deepEqual(["0", 1, "1,5", 3, "1\u202f000"].map((n) => say("a", { n }).split(" ").slice(-2)[0]), ["lieu", "lieu", "lieu", "lieux", "lieux"]);
  assert.deepEqual([0, 1, "1,000"].map((n) => sayer(told, "en")("a", { n }).split(" ")[1]), ["lieux", "lieu", "lieux"]);
  assert.throws(() => say("b"), /no word for b/);
});

test("nearly nothing is not nothing, nearly all is not all", () => {
  const percent = percentWriter(numberWriter("fr"));
  assert.deepEqual([0, 0.0004, 0.25, 0.9996, 1, null].map(percent), ["0 %", "< 0,1 %", "25,0 %", "> 99,9 %", "100 %", "–"]);
});

test("classes", () => {
  const breaks = [0.0005, 0.25, 0.9995];
  assert.deepEqual([0, 0.0004, 0.0005, 0.25, 0.9, 1, null, NaN].map((v) => classOf(v, breaks)), [0, 0, 1, 2, 2, 3, -1, -1]);
});

test("rows are sorted by number or by word, what is missing last", () => {
  const rows = [["b", 2], ["à", 10], ["", 1], ["c", null]].map((cells) => ({ cells }));
  const order = (column, down) => sortRows(rows, column, down, "fr").map(({ cells }) => cells[column]);
  assert.deepEqual(order(0, false), ["à", "b", "c", ""]);
  assert.deepEqual(order(1, true), [10, 2, 1, null]);
});

/** Three communes in a row, 4 km wide, one place in the middle of the first. */
function world() {
  const box = (i) => [Float64Array.from([4 * i, 0, 4 * i + 4, 0, 4 * i + 4, 4, 4 * i, 4])];
  const ground = { polygon: box };
  ground.x = Float64Array.from([2, 6, 10]);
  ground.y = Float64Array.from([2, 2, 2]);
  ground.r = Float64Array.from([2.83, 2.83, 2.83]);
  ground.hallX = ground.x;
  ground.hallY = ground.y;
  const one = { id: "a", row: 0, nom: "A", lon: 2, lat: 2, x: 2, y: 2, located: true, serves: true, ...place() };
  const communes = { count: 3, population: [100, 200, 300], couvert: [null], halls: [[2, 2], [6, 2], [10, 2]], outside: new Uint8Array(3) };
  const indicators = [
    { key: "part", values: [[1, 0, 0]] },
    { key: "mairie", values: [[1, 0, 0]] },
    { key: "distance", values: [[0, 4, 8]] },
  ];
  const territory = [{ code: "14", nom: "Calvados" }, { code: "27", nom: "Eure" }];
  return {
    head: { indicator: "part", radius: 3 }, radii: [3], ground, communes, indicators, places: [one],
    departements: territory, epcis: territory, plane: (lon, lat) => [lon, lat],
  };
}

const ALL = { level: "", row: -1 };

test("unchanged, the figures are Python's", () => {
  const w = world();
  const figures = communeFigures(w, firstState(w));
  assert.ok(figures.exact);
  assert.deepEqual(figures.share, [1, 0, 0]);
  const sum = totals(w, figures, ALL);
  assert.deepEqual([sum.population, sum.people, sum.halls, sum.communes], [600, 100, 1, 3]);
});

test("a place switched off leaves nothing; what it did not reach keeps Python's figures", () => {
  const w = world();
  const state = { ...firstState(w), off: new Set([0]), version: 1 };
  assert.ok(isChanged(w, state));
  const figures = communeFigures(w, state);
  assert.deepEqual(figures.share, [0, 0, 0]);
  assert.deepEqual(figures.distance, [null, null, null]);
  assert.equal(totals(w, figures, ALL).people, 0);
});

test("sums are those of Python's tables, and a scenario differs from them by its own effect alone", () => {
  const w = world();
  w.indicators[0].values[0] = [0.33333, 0, 0.44444];
  w.communes.departement = [0, 0, 1];
  w.communes.epci = [0, 1, 1];
  w.communes.couvert = [{ rows: [2], people: [133.5] }]; // the page alone would say 133.332
  w.communes.sommes = [[166.4, 33.4, 133, 33.4, 133]];
  const figures = communeFigures(w, firstState(w));
  assert.deepEqual(figures.people, [33.333, 0, 133.5]);
  assert.equal(totals(w, figures, ALL).people, 166.4);
  for (const level of ["departement", "epci"]) {
    assert.equal(totals(w, figures, { level, row: 0 }).people, 33.4);
    assert.equal(totals(w, figures, { level, row: 1 }).people, 133);
  }
  const state = { ...firstState(w), off: new Set([0]), version: 1 };
  const after = totals(w, communeFigures(w, state), ALL).people; // the first commune's are lost
  assert.ok(Math.abs(after - 133.5 * (166.4 / 166.833)) < 1e-9);
});

test("what is said first of people is what the map was made to say, by territory", () => {
  const w = { ...world(), say: (key) => key };
  w.communes.epci = [0, 1, 1];
  w.communes.departement = [0, 0, 1];
  const sums = totals(w, communeFigures(w, firstState(w)), ALL);
  assert.deepEqual(headline(w, sums, ALL), { text: "people_within", people: 100 });
  w.head.headline = { text: "sans le service", people: [60, 20, 40, 25, 35] };
  assert.deepEqual(headline(w, sums, ALL), { text: "sans le service", people: 60 });
  assert.equal(headline(w, sums, { level: "departement", row: 1 }).people, 40);
  assert.equal(headline(w, sums, { level: "epci", row: 1 }).people, 35);
});

test("another radius is measured in the page", () => {
  const w = world();
  const figures = communeFigures(w, { ...firstState(w), radius: 2, version: 2 });
  assert.ok(Math.abs(figures.share[0] - (Math.PI * 4) / 16) < 1e-12);
});

test("the address keeps every choice", () => {
  const w = world();
  const state = firstState(w);
  state.radius = 7.5;
  state.territory = { level: "departement", row: 1 };
  state.layers.reach = true;
  state.filters = filters({ services: ["a & b", "c,d"], everyService: true, publics: ["é"], categories: ["EPN"], label: "L", open: "now" });
  state.off = new Set([0]);
  const added = { lon: 1.25, lat: 3.5, nom: "un, deux & <b>" };
  state.added = [added];
  const text = writeHash(w, state, { zoom: 9.25, lat: 49.1, lng: -0.3 });
  const { state: back, window } = readHash(w, `#${text}`);
  for (const key of ["indicator", "radius", "territory", "layers", "filters", "off"]) assert.deepEqual(back[key], state[key], key);
  assert.equal(back.added[0].nom, added.nom);
  assert.deepEqual([back.added[0].lon, back.added[0].lat], [1.25, 3.5]);
  assert.deepEqual(window, { zoom: 9.25, lat: 49.1, lng: -0.3 });
});

test("an address that makes no sense is passed over", () => {
  const w = world();
  const { state, window } = readHash(w, "#i=x&r=-4&t=epci:9&l=a,b&m=1/2&x=zz&a=1,999,q&a=;&c=");
  assert.deepEqual(state.radius, 3);
  assert.deepEqual(state.territory, { level: "", row: -1 });
  assert.equal(state.off.size + state.added.length, 0);
  assert.equal(window, null);
});
