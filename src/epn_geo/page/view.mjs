/** From degrees to pixels, the way web maps do it, and how long a kilometre is there. */

const RADIUS_KM = 6378.137;
const FLATNESS = 0.00669438;

/** @param {number} lon @returns {number} 0 to 1 from west to east */
export const across = (lon) => (lon + 180) / 360;

/** @param {number} lat @returns {number} 0 to 1 from north to south */
export function down(lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/**
 * @typedef {object} View a window on the world
 * @property {number} world pixels around the globe
 * @property {number} left pixels from the date line
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {number} [ratio] device pixels per pixel
 * @property {number} [margin] pixels at the left and right that lie outside the window
 */

/** @returns {[number, number]} pixels in the view */
export function toPixel(view, lon, lat) {
  return [across(lon) * view.world - view.left, down(lat) * view.world - view.top];
}

/** @returns {[number, number]} longitude and latitude under a pixel */
export function toDegrees(view, x, y) {
  const lon = ((x + view.left) / view.world) * 360 - 180;
  const north = Math.PI * (1 - (2 * (y + view.top)) / view.world);
  return [lon, (Math.atan(Math.sinh(north)) * 180) / Math.PI];
}

/**
 * Half the width and height, in pixels, of a circle of so many kilometres on the ellipsoid.
 * @returns {[number, number]}
 */
export function circleSize(view, lat, km) {
  const phi = (lat * Math.PI) / 180;
  const bulge = 1 - FLATNESS * Math.sin(phi) ** 2;
  const east = (RADIUS_KM / Math.sqrt(bulge)) * Math.cos(phi);
  const north = (RADIUS_KM * (1 - FLATNESS)) / bulge ** 1.5;
  const perRadian = view.world / (2 * Math.PI);
  return [(km / east) * perRadian, (km / north / Math.cos(phi)) * perRadian];
}

/** @returns {number} kilometres that a pixel spans in the middle of the view */
export function kmPerPixel(view) {
  const [, lat] = toDegrees(view, view.width / 2, view.height / 2);
  return 1 / circleSize(view, lat, 1)[0];
}

/**
 * The view that holds a box.
 * @param {ArrayLike<number>} box west, south, east, north
 * @returns {View}
 */
export function viewOf(box, width, height, margin = 12) {
  const wide = Math.max(across(box[2]) - across(box[0]), 1e-6);
  const high = Math.max(down(box[1]) - down(box[3]), 1e-6);
  const world = Math.min((width - 2 * margin) / wide, (height - 2 * margin) / high);
  const x = ((across(box[0]) + across(box[2])) / 2) * world;
  const y = ((down(box[1]) + down(box[3])) / 2) * world;
  return { world, left: x - width / 2, top: y - height / 2, width, height };
}
