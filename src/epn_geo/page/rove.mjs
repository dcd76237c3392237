/** Places by keyboard: those in the window, from its middle outwards, as a list shown while it is used. */

import { bdi, brief, el, put } from "./dom.mjs";
import { CATEGORIES } from "./model.mjs";

const MOST = 12;

/**
 * The places that the window shows, the nearest to its middle first.
 * @param {object[]} places with pixel coordinates `at`, as of the window's corner
 * @param {{x: number, y: number}} size of the window
 * @returns {object[]}
 */
export function fromTheMiddle(places, { x, y }) {
  const apart = ({ at }) => Math.hypot(at.x - x / 2, at.y - y / 2);
  const inside = ({ at }) => at.x >= 0 && at.y >= 0 && at.x <= x && at.y <= y;
  return places.filter(inside).sort((a, b) => apart(a) - apart(b)).slice(0, MOST);
}

/** The list: arrows choose, Enter opens, Escape leads back to the map. */
export function roveBox(app) {
  const { say } = app.world;
  const list = el("ul.rove", { id: "epn-rove", role: "listbox", tabindex: 0, "aria-label": say("rove") });
  let [shown, chosen] = [[], -1];
  const choose = (which) => {
    chosen = which;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === which)));
    list.setAttribute("aria-activedescendant", `epn-rove-${which}`);
    list.children[which].scrollIntoView?.({ block: "nearest" });
    app.pointTo(shown[which].place);
  };
  const fill = () => {
    const located = app.kept.filter((place) => place.located);
    const placed = located.map((place) => ({ place, at: app.map.latLngToContainerPoint([place.lat, place.lon]) }));
    shown = fromTheMiddle(placed, app.map.getSize());
    put(list, shown.map(({ place }, i) =>
      el("li", { id: `epn-rove-${i}`, role: "option", "aria-selected": "false", click: () => app.goToPlace(place) },
        bdi(brief(place.nom || "–")), el("small", null, ` ${say(`category_${CATEGORIES.indexOf(place.categorie)}`)}`))));
    if (shown.length) choose(0);
    else put(list, el("li", { role: "option", "aria-disabled": "true" }, say("rove_none")));
  };
  const keys = (event) => {
    const last = shown.length - 1;
    const to = { ArrowDown: chosen + 1, ArrowRight: chosen + 1, ArrowUp: chosen - 1, ArrowLeft: chosen - 1, Home: 0, End: last }[event.key];
    if (event.key === "Enter" && shown[chosen]) app.goToPlace(shown[chosen].place);
    else if (event.key === "Escape") app.map.getContainer().focus();
    else if (to === undefined) return;
    else if (last >= 0) choose(Math.max(0, Math.min(last, to)));
    event.preventDefault();
    event.stopPropagation();
  };
  const leave = () => {
    put(list);
    list.removeAttribute("aria-activedescendant");
    app.pointTo(null);
  };
  list.addEventListener("focus", fill);
  list.addEventListener("blur", leave);
  list.addEventListener("keydown", keys);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // a click keeps the list open
  return list;
}
