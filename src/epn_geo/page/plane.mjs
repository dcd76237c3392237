/** The official metric plane of the territory, as a polynomial that Python fitted to it. */

/**
 * @param {{lon: number, lat: number, scale: number, degree: number, x: number[], y: number[]}} fit
 *   coefficients of the powers u^i v^j (i + j <= degree, j fastest), in kilometres
 * @returns {(lon: number, lat: number) => [number, number]} kilometres east and north
 */
export function planeOf(fit) {
  return (lon, lat) => {
    const u = (lon - fit.lon) * fit.scale;
    const v = (lat - fit.lat) * fit.scale;
    let [x, y, nth] = [0, 0, 0];
    for (let i = 0, ui = 1; i <= fit.degree; i++, ui *= u) {
      for (let j = 0, power = ui; i + j <= fit.degree; j++, power *= v) {
        x += fit.x[nth] * power;
        y += fit.y[nth++] * power;
      }
    }
    return [x, y];
  };
}
