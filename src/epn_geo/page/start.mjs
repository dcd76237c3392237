/** The way in: decode what the page carries, then show it. */

import { App } from "./app.mjs";
import { fromBase85, inflate, openPayload } from "./bytes.mjs";
import { el, put } from "./dom.mjs";
import { buildWorld } from "./model.mjs";

/**
 * Called by the page's last script, with the map that Folium made.
 * @param {object} L Leaflet
 * @param {object} map
 * @returns {Promise<void>}
 */
export async function start(L, map) {
  const script = document.getElementById("epn-data");
  const compressed = script.dataset.compressed === "yes";
  const message = document.getElementById("epn-message");
  if (compressed && typeof DecompressionStream === "undefined") {
    message.hidden = false;
    put(message, script.dataset.old);
    return;
  }
  const bytes = fromBase85(script.textContent.trim());
  const { head, block } = openPayload(compressed ? await inflate(bytes) : bytes);
  script.remove();
  const world = buildWorld(head, block);
  const hosts = furnish(world, L, map, message);
  window.epn = new App(world, L, map, hosts);
  document.documentElement.dataset.ready = "yes";
}

/** The places where things are shown. */
function furnish({ head, say }, L, map, message) {
  const byId = (id) => document.getElementById(id);
  const root = byId("epn");
  document.title = head.title;
  put(byId("epn-title"), head.title);
  put(byId("epn-subtitle"), head.subtitle);
  if (head.demonstration) {
    put(byId("epn-banner"), head.demonstration);
    byId("epn-banner").hidden = false;
  }
  const fold = byId("epn-fold");
  put(fold, say("settings"));
  fold.addEventListener("click", () => {
    const open = root.classList.toggle("open");
    fold.setAttribute("aria-expanded", String(open));
    map.invalidateSize();
  });
  const tip = el("div.tip", { hidden: true });
  map.getContainer().append(tip);
  map.getContainer().setAttribute("aria-label", say("map_label"));
  map.getContainer().setAttribute("role", "region");
  addControls(L, map, say, head);
  const hosts = { root, tip, message, panel: byId("epn-panel"), sheet: byId("epn-sheet"), print: byId("epn-print") };
  for (const [name, key] of [["sheet", "sheet"], ["panel", "settings"]]) hosts[name].setAttribute("aria-label", say(key));
  return hosts;
}

function addControls(L, map, say, head) {
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) stand(map);
  map.attributionControl.setPrefix(false);
  L.control.zoom({ position: "topright", zoomInTitle: say("zoom_in"), zoomOutTitle: say("zoom_out") }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 160, position: "bottomleft" }).addTo(map);
  if (head.tiles) addTiles(L, map, say, head.tiles);
}

/** No movement of its own, for readers who asked their system for that. */
function stand(map) {
  Object.assign(map.options, { zoomAnimation: false, markerZoomAnimation: false, inertia: false });
  map._zoomAnimated = false;
}

/** A base map is a wish: where it cannot be had, the outlines remain and a sentence says so. */
function addTiles(L, map, say, { url, attribution }) {
  const tiles = L.tileLayer(url, { attribution, maxZoom: 19, zIndex: 1 }).addTo(map);
  let [failed, came] = [0, false];
  tiles.on("tileload", () => (came = true));
  tiles.on("tileerror", () => {
    if (++failed < 4 || came) return;
    tiles.remove();
    const message = document.getElementById("epn-message");
    put(message, say("no_tiles"));
    message.hidden = false;
  });
}
