/** Two canvases that move with a Leaflet map: the ground, and what lies on it. */

/** Margin around the window, so that a short pan shows no blank edge. */
const MARGIN = 0.25;

/**
 * @param {object} L Leaflet
 * @param {object} map
 * @param {string} pane
 * @param {(c: CanvasRenderingContext2D, view: import("./view.mjs").View) => void} paint
 * @param {() => boolean} wide whether to draw the margin too
 * @param {() => boolean} [needed] whether there is anything to draw
 * @returns {{redraw: () => void, picture: () => string}}
 */
export function addCanvas(L, map, pane, order, paint, wide, needed = () => true) {
  const host = map.createPane(pane);
  host.style.zIndex = order;
  host.style.pointerEvents = "none";
  const canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated epn-canvas", host);
  const state = { corner: null, zoom: 0 };

  const redraw = () => {
    if (!needed() && !state.corner) return; // no canvas before there is something to draw
    const size = map.getSize();
    const pad = size.multiplyBy(wide() ? MARGIN : 0).round();
    const corner = map.containerPointToLayerPoint(pad.multiplyBy(-1));
    const [width, height] = [size.x + 2 * pad.x, size.y + 2 * pad.y];
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
      canvas.width = width * ratio;
      canvas.height = height * ratio;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    L.DomUtil.setPosition(canvas, corner);
    Object.assign(state, { corner, zoom: map.getZoom(), latlng: map.layerPointToLatLng(corner) });
    const c = canvas.getContext("2d");
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, height);
    paint(c, { ...windowOf(map, corner), width, height, ratio, margin: pad.x });
  };
  map.on("moveend resize", redraw);
  map.on("zoomanim", (event) => {
    if (!state.corner) return;
    const scale = map.getZoomScale(event.zoom, state.zoom);
    const offset = map._latLngToNewLayerPoint(state.latlng, event.zoom, event.center);
    L.DomUtil.setTransform(canvas, offset, scale);
  });
  return { redraw, picture: () => canvas.toDataURL() };
}

/** Where a layer point lies on the globe, in pixels. */
function windowOf(map, corner) {
  const origin = map.getPixelOrigin().add(corner);
  return { world: 256 * 2 ** map.getZoom(), left: origin.x, top: origin.y };
}
