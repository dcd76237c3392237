/** The page: the world, the reader's choices, and what is shown of them. */

import { el, put, download } from "./dom.mjs";
import { drawGround } from "./draw.mjs";
import { noFilters } from "./filters.mjs";
import { canMeasure, classOf, communeFigures, indicatorValues, isChanged, keptPlaces, territoryTest, totals } from "./figures.mjs";
import { addCanvas } from "./layer.mjs";
import { drawHover, drawOverlay } from "./overlay.mjs";
import { buildPanel } from "./panel.mjs";
import { drawPoster } from "./poster.mjs";
import { roveBox } from "./rove.mjs";
import { showSheet } from "./sheet.mjs";
import { firstState, newPlace, readHash, writeHash } from "./state.mjs";
import { openTable } from "./table.mjs";
import { holds, outlineAt } from "./topology.mjs";
import { toPixel } from "./view.mjs";

const NEAR = 12; // pixels within which a click means a place

export class App {
  /**
   * @param {object} world
   * @param {object} L Leaflet
   * @param {object} map
   * @param {Record<string, HTMLElement>} hosts
   */
  constructor(world, L, map, hosts) {
    Object.assign(this, { world, L, map, hosts });
    const asked = readHash(world, readAddress());
    this.state = asked.state;
    this.usual = communeFigures(world, firstState(world));
    this.compute();
    this.panel = buildPanel(this);
    put(hosts.panel, this.panel.host);
    if (world.places.length) map.getContainer().after(roveBox(this));
    this.panel.refresh();
    // once all is in its place, and the heading has its lines: the browser lays the page out once
    map.invalidateSize({ animate: false, pan: false });
    this.setWindow(asked.window);
    this.settled = false;
    const canvas = (pane, order, paint, needed) => addCanvas(L, map, pane, order, paint, () => this.settled, needed);
    this.ground = canvas("epn-ground", 350, (c, view) =>
      drawGround(c, world, view, { ...this.paint(), opacity: world.head.tiles ? 0.7 : 1 }));
    this.overlay = canvas("epn-overlay", 450, (c, view) => drawOverlay(c, world, view, this.scene()));
    this.pointer = canvas("epn-pointer", 440, (c, view) => drawHover(c, world, view, this.hover),
      () => Boolean(this.hover));
    this.listen();
    this.drawMap();
    whenShown(() => this.settle());
  }

  /** Names and the margin around the window cost as much as all the rest: they come after it. */
  settle() {
    this.settled = true;
    this.ground.redraw();
    this.overlay.redraw();
    document.documentElement.dataset.settled = "yes";
  }

  /** Work out what the choices mean. */
  compute() {
    const { world, state } = this;
    this.indicator = world.indicators.find((i) => i.key === state.indicator);
    this.kept = keptPlaces(world, state);
    this.changed = isChanged(world, state);
    this.figures = communeFigures(world, state);
    this.within = territoryTest(world, state);
    this.sums = totals(world, this.figures, state.territory);
    this.values = indicatorValues(world, state, this.figures);
    this.hatched = state.layers.gaps && Boolean(this.discs() || this.zones());
  }

  /** Whether a place stands in the chosen territory. */
  standing = (place) => {
    const { communes, outlines } = this.world;
    if (place.added) {
      const commune = (place.standsIn ??= outlineAt(outlines, place.lon, place.lat));
      return commune >= 0 && this.within(commune);
    }
    if (!place.located) return !this.state.territory.level;
    return place.commune_numero >= 0 && this.within(place.commune_numero) && communes.count > 0;
  };

  radiusText = () => {
    const { radius } = this.state;
    return radius === null ? "" : ` (${this.world.reachText(radius)})`;
  };

  /** People within reach now, less those of the map as first shown, in the chosen territory. */
  gain() {
    return Math.round(this.sums.people - totals(this.world, this.usual, this.state.territory).people);
  }

  isScenario() {
    const { state, world } = this;
    return state.added.length > 0 || state.off.size > 0 || state.radius !== world.head.radius;
  }

  zones() {
    const changed = this.changed && !this.world.head.areas;
    return changed || this.state.radius !== this.world.head.gapsRadius ? null : this.world.gaps;
  }

  /** The discs to rub out of the hatching, where it must be drawn afresh. */
  discs() {
    if (this.zones() || !canMeasure(this.world) || (this.world.reach && !this.changed)) return null;
    return this.kept
      .filter((place) => place.serves && place.located && !this.state.off.has(place.row))
      .map((place) => ({ lon: place.lon, lat: place.lat, km: place.rayon ?? this.state.radius }));
  }

  paint() {
    const { values, indicator, state, within } = this;
    const quiet = (colour, i) => (within(i) ? colour : faded(colour));
    const colours = values.map((value, i) => {
      const nth = classOf(value, indicator.breaks);
      return nth < 0 ? null : quiet(indicator.colours[nth], i);
    });
    const { layers } = state;
    const territory = state.territory.level && `${state.territory.level}:${state.territory.row}`;
    const [zones, discs] = layers.gaps ? [this.zones(), this.discs()] : [null, null];
    return { colours, layers, zones, discs, within, territory };
  }

  scene() {
    const { state, kept, changed } = this;
    const { off, radius, selection } = state;
    const layers = { ...state.layers, names: state.layers.names && this.settled };
    const quiet = (place) => !this.standing(place);
    return { places: kept, layers, off, radius, selection, quiet, changed, within: this.within };
  }

  /** Take over changes, work out, show. */
  change(changes) {
    Object.assign(this.state, changes);
    this.state.version++;
    this.compute();
    this.show(Object.keys(changes).join() !== "indicator");
  }

  show(everything = true) {
    this.drawMap(everything);
    this.panel.refresh();
    this.writeAddress();
  }

  drawMap(everything = true) {
    this.ground.redraw();
    if (everything) this.overlay.redraw();
    showSheet(this, this.hosts.sheet);
    this.hosts.root.classList.toggle("adding", this.state.adding);
  }

  select(selection) {
    this.state.selection = selection;
    this.overlay.redraw();
    showSheet(this, this.hosts.sheet);
  }

  placeAt(row) {
    return row >= 0 ? this.world.places[row] : this.state.added.find((place) => place.row === row);
  }

  goToPlace(place) {
    if (place.located) {
      this.map.setView([place.lat, place.lon], Math.max(this.map.getZoom(), 11), { animate: false });
      const { x, y } = this.map.getSize();
      if (x < 760) this.map.panBy([0, Math.round(y * 0.3)], { animate: false }); // above the sheet
    }
    this.select({ kind: "place", index: place.row });
    this.hosts.sheet.querySelector("button")?.focus();
  }

  /** Go to what was found. */
  goTo({ kind, index }) {
    if (kind === "place") return this.goToPlace(this.world.places[index]);
    if (kind !== "commune") return this.setTerritory({ level: kind, row: index });
    const beside = this.map.getSize().x > 900 ? 340 : 8;
    this.fit(this.world.outlines.box.subarray(index * 4, index * 4 + 4), 12, beside);
    this.select({ kind: "commune", index });
    this.hosts.sheet.querySelector("button")?.focus();
    return undefined;
  }

  setTerritory(territory) {
    const list = territory.level === "epci" ? this.world.epcis : this.world.departements;
    this.fillTerritories?.();
    this.change({ territory, selection: null });
    this.fit(territory.level ? list[territory.row].box : this.world.head.bounds, 13);
  }

  addPlace(lon, lat, name) {
    const nom = name ?? this.world.say("new_place", { number: this.state.added.length + 1 });
    const place = newPlace(this.world, this.state, lon, lat, nom);
    this.change({ added: [...this.state.added, place], adding: false, selection: { kind: "place", index: place.row } });
  }

  /** Switch a place off or on; an added one goes away. */
  switchPlace(place) {
    const { state } = this;
    if (place.added) {
      const gone = state.selection?.index === place.row ? null : state.selection;
      return this.change({ added: state.added.filter((one) => one !== place), selection: gone });
    }
    const off = new Set(state.off);
    if (!off.delete(place.row)) off.add(place.row);
    return this.change({ off });
  }

  resetScenario() {
    this.change({ off: new Set(), added: [], adding: false, radius: this.world.head.radius, selection: null });
  }

  clearFilters() {
    this.change({ filters: noFilters() });
    this.rebuildPanel();
  }

  /** Make the panel afresh, the same parts of it open. */
  rebuildPanel() {
    const open = [...this.panel.host.querySelectorAll("details")].map((one) => one.open);
    this.panel = buildPanel(this);
    put(this.hosts.panel, this.panel.host);
    this.panel.refresh();
    this.panel.host.querySelectorAll("details").forEach((one, i) => (one.open = open[i]));
  }

  openTable() {
    openTable(this);
  }

  savePicture() {
    drawPoster(this, 2).toBlob((blob) => download("carte.png", blob, "image/png"));
  }

  async share() {
    const { say } = this.world;
    const text = location.href;
    try {
      await navigator.clipboard.writeText(text);
      this.tell(say("link_copied"));
    } catch {
      this.tell(`${say("link_below")} ${text}`);
    }
  }

  tell(text) {
    put(this.hosts.message, text);
    this.hosts.message.hidden = false;
    clearTimeout(this.quietly);
    this.quietly = setTimeout(() => (this.hosts.message.hidden = true), 6000);
  }

  setWindow(window) {
    if (window) this.map.setView([window.lat, window.lng], window.zoom, { animate: false });
    else this.fit(this.world.head.bounds, 13);
  }

  /** Show a box, no nearer than `most`; `left` pixels are kept free for the sheet. */
  fit(box, most, left = 8) {
    if (!Number.isFinite(box[0])) return;
    const bounds = [[box[1], box[0]], [box[3], box[2]]];
    this.map.fitBounds(bounds, { animate: false, maxZoom: most, paddingTopLeft: [left, 8], paddingBottomRight: [8, 8] });
  }

  /** What the picture must hold: the territory if all of it shows, else what the window shows. */
  visibleBox() {
    const bounds = this.map.getBounds();
    const shown = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const { bounds: all } = this.world.head;
    const whole = shown[0] <= all[0] && shown[1] <= all[1] && shown[2] >= all[2] && shown[3] >= all[3];
    return whole ? all : shown;
  }

  listen() {
    const { map, hosts } = this;
    map.on("click", (event) => this.click(event));
    map.on("mousemove", (event) => this.point(event));
    map.on("mouseout", () => this.point(null));
    map.on("moveend", () => this.writeAddress());
    map.getContainer().addEventListener("keydown", (event) => this.press(event));
    window.addEventListener("hashchange", () => this.follow());
    window.addEventListener("beforeprint", () => put(hosts.print, drawPoster(this, 3)));
    window.addEventListener("afterprint", () => put(hosts.print));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
      if (this.state.adding) this.change({ adding: false });
      else if (this.state.selection) this.select(null);
    });
  }

  placeUnder(event) {
    return this.pointUnder(event, this.kept);
  }

  siteUnder(event) {
    const { sites } = this.world;
    return sites && this.state.layers.sites ? this.pointUnder(event, sites) : null;
  }

  /** Of some points, the one within reach of the pointer, nearest first. */
  pointUnder({ latlng, containerPoint }, points) {
    const size = this.map.getSize();
    const corner = this.map.getPixelBounds().min;
    const view = { world: 256 * 2 ** this.map.getZoom(), left: corner.x, top: corner.y, width: size.x, height: size.y };
    let [best, found] = [NEAR, null];
    for (const place of points) {
      if (!place.located || Math.abs(place.lat - latlng.lat) > 5) continue;
      const [x, y] = toPixel(view, place.lon, place.lat);
      const apart = Math.hypot(x - containerPoint.x, y - containerPoint.y);
      if (apart <= best) [best, found] = [apart, place];
    }
    return found;
  }

  click(event) {
    const { lng, lat } = event.latlng;
    if (this.state.adding) return this.addPlace(lng, lat);
    const place = this.placeUnder(event);
    if (place) return this.select({ kind: "place", index: place.row });
    const site = this.siteUnder(event);
    if (site) return this.select({ kind: "site", index: site.rank - 1 });
    const commune = outlineAt(this.world.outlines, lng, lat);
    return this.select(commune < 0 ? null : { kind: "commune", index: commune, at: [lng, lat] });
  }

  /** For who has no mouse: Enter is a click in the middle of the map, where a cross stands. */
  press(event) {
    if (event.key !== "Enter" || event.target !== this.map.getContainer()) return;
    event.preventDefault(); // or the same key presses the button that gets the focus below
    const containerPoint = this.map.getSize().divideBy(2);
    this.click({ containerPoint, latlng: this.map.containerPointToLatLng(containerPoint) });
    this.hosts.sheet.querySelector("button")?.focus();
  }

  /** Ring a place without opening it. */
  pointTo(place) {
    this.hover = place ? { kind: "place", index: place.row, place } : null;
    this.pointer.redraw();
  }

  /** Say what is under the pointer. */
  point(event) {
    const { world, hosts } = this;
    const place = event && (this.placeUnder(event) ?? this.siteUnder(event));
    const commune = event && !place ? this.communeUnder(event.latlng) : -1;
    const hover = commune >= 0 ? { kind: "commune", index: commune } : null;
    if (hover?.index !== this.hover?.index || hover?.kind !== this.hover?.kind) {
      this.hover = hover;
      this.pointer.redraw();
    }
    this.map.getContainer().style.cursor = this.state.adding ? "crosshair" : place || hover ? "pointer" : "";
    hosts.tip.hidden = !place && !hover;
    if (hosts.tip.hidden) return;
    const name = place ? place.nom : world.communes.nom[commune];
    put(hosts.tip, el("bdi", null, (name || "–").slice(0, 120)), place ? null : el("span", null, this.valueText(commune)));
    const { x, y } = event.containerPoint;
    const flip = x > this.map.getSize().x - 240;
    hosts.tip.style.transform = `translate(${flip ? x - 14 : x + 14}px, ${y + 14}px)${flip ? " translateX(-100%)" : ""}`;
  }

  /** The commune under the pointer; most often the same as before. */
  communeUnder({ lng, lat }) {
    const { outlines } = this.world;
    if (this.hover?.kind === "commune" && holds(outlines, this.hover.index, lng, lat)) return this.hover.index;
    return outlineAt(outlines, lng, lat);
  }

  valueText(commune) {
    const { world, indicator, values } = this;
    const value = values[commune];
    const { say, number } = world;
    if (value === null || value === undefined) return say("no_data");
    if (indicator.unit === "oui") return indicator.labels[classOf(value, indicator.breaks)];
    if (indicator.unit === "%") return world.percent(value);
    if (indicator.unit === "km") return `${number(value, 1)} km`;
    return `${number(value, indicator.unit || Number.isInteger(value) ? 0 : 2)} ${indicator.unit}`.trim();
  }

  writeAddress() {
    const centre = this.map.getCenter();
    const window = { zoom: this.map.getZoom(), lat: centre.lat, lng: centre.lng };
    this.address = `#${writeHash(this.world, this.state, window)}`;
    try {
      history.replaceState(null, "", this.address);
    } catch {
      // a page inside a notebook has no address of its own
    }
  }

  /** Follow an address typed or come back to. */
  follow() {
    if (location.hash === this.address) return;
    const asked = readHash(this.world, readAddress());
    this.change(asked.state);
    if (asked.window) this.setWindow(asked.window);
    this.rebuildPanel();
  }
}

/** Once the page has been shown, and a first click has had its turn. */
function whenShown(act) {
  requestAnimationFrame(() => setTimeout(act, 300));
}

function readAddress() {
  try {
    return location.hash;
  } catch {
    return "";
  }
}

/** A quieter tone of a colour: what lies outside the chosen territory. */
function faded(colour) {
  const value = Number.parseInt(colour.slice(1), 16);
  const parts = [value >> 16, (value >> 8) & 255, value & 255];
  const grey = 0.3 * parts[0] + 0.59 * parts[1] + 0.11 * parts[2];
  const mixed = parts.map((part) => Math.round(242 + (0.35 * part + 0.65 * grey - 242) * 0.35));
  return `rgb(${mixed.join(", ")})`;
}
