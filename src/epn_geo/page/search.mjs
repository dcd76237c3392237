/** Search of communes, EPCI and places, whatever the accents. */

import { bdi, brief, el, put } from "./dom.mjs";
import { fold } from "./text.mjs";

const MOST = 8;

/**
 * Everything that can be found, folded once.
 * @param {object} world
 * @returns {{text: string, label: string, note: string, kind: string, index: number}[]}
 */
export function searchIndex(world) {
  const { communes, say } = world;
  const entries = [];
  const add = (kind, index, label, code, note) =>
    entries.push({ kind, index, label, note, text: ` ${fold(label.slice(0, 200))} ${code.toLowerCase()}` });
  world.departements.forEach((one, i) => one.inside && add("departement", i, one.nom, one.code, `${say("departement")} ${one.code}`));
  communes.nom.forEach((nom, i) => add("commune", i, nom, communes.code[i], communes.code[i]));
  world.epcis.forEach((one, i) => one.inside && add("epci", i, one.nom, one.code, "EPCI"));
  world.places.forEach((place, i) => place.located && add("place", i, place.nom, place.id ?? "", place.commune || say("place")));
  return entries;
}

/**
 * Entries where each word typed begins a word; those whose name begins so come first.
 * @param {ReturnType<typeof searchIndex>} entries
 * @param {string} typed
 * @returns {ReturnType<typeof searchIndex>}
 */
export function find(entries, typed) {
  const asked = fold(typed);
  if (!asked) return [];
  const words = asked.split(" ");
  const found = entries.filter(({ text }) => words.every((word) => text.includes(` ${word}`)));
  const rank = ({ text }) => (text.startsWith(` ${asked} `) ? 0 : text.startsWith(` ${asked}`) ? 1 : 2);
  return found
    .map((entry, i) => [rank(entry), i, entry])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .slice(0, MOST)
    .map(([, , entry]) => entry);
}

/** The search box. */
export function searchBox(app) {
  const { say } = app.world;
  let entries = null;
  const list = el("ul.found", { id: "epn-found", hidden: true, "aria-label": say("search_results") });
  const input = el("input", { type: "search", autocomplete: "off", placeholder: say("search_hint") });
  const status = el("span.unseen", { role: "status" });
  const close = () => {
    list.hidden = true;
    put(list);
  };
  const choose = (entry) => {
    input.value = "";
    close();
    app.goTo(entry);
  };
  input.addEventListener("input", () => {
    entries ??= searchIndex(app.world);
    const found = find(entries, input.value);
    list.hidden = !found.length;
    put(list, found.map((entry) =>
      el("li", null, el("button", { type: "button", click: () => choose(entry) },
        bdi(brief(entry.label)), el("small", null, ` ${entry.note}`)))));
    put(status, input.value ? say("search_count", { count: found.length }) : "");
  });
  const keys = (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && at < 0 && buttons[0]) buttons[0].click();
    else if (event.key === "ArrowDown") buttons[Math.min(at + 1, buttons.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? buttons[at - 1] : input).focus();
    else return;
    event.preventDefault();
  };
  return el("div.search", { keydown: keys },
    el("label.field", null, el("span", null, say("search")), input), status, list);
}
