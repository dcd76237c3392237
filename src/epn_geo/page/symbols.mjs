/** A shape and a colour for each category (Okabe and Ito's colours), drawn on a canvas. */

const SHAPES = {
  EPN: { colour: "#d55e00", draw: circle, size: 5.5 },
  antenne: { colour: "#f0e442", draw: (c, r) => star(c, r, 3, 0.5), size: 6.5 },
  CRANT: { colour: "#000000", draw: (c, r) => star(c, r, 5, 0.45), size: 8 },
  "France Services": { colour: "#0072b2", draw: square, size: 4.8 },
  "conseiller numérique": { colour: "#cc79a7", draw: (c, r) => star(c, r, 4, Math.SQRT1_2), size: 6.5 },
  médiathèque: { colour: "#009e73", draw: (c, r) => star(c, r, 6, 0.866), size: 6 },
  "projet lauréat": { colour: "#e69f00", draw: cross, size: 6 },
  autre: { colour: "#767676", draw: circle, size: 4 },
};

function circle(c, r) {
  c.arc(0, 0, r, 0, 2 * Math.PI);
}

function square(c, r) {
  c.rect(-r, -r, 2 * r, 2 * r);
}

/** Points at the top, hollows between at `hollow` of the radius: triangle, diamond, star, hexagon. */
function star(c, r, points, hollow) {
  for (let i = 0; i < points * 2; i++) {
    const angle = (i * Math.PI) / points - Math.PI / 2;
    const reach = i % 2 ? r * hollow : r;
    c.lineTo(reach * Math.cos(angle), reach * Math.sin(angle));
  }
  c.closePath();
}

function cross(c, r) {
  const arm = r / 2.6;
  const corners = [[-arm, -r], [arm, -r], [arm, -arm], [r, -arm], [r, arm], [arm, arm], [arm, r]];
  corners.push([-arm, r], [-arm, arm], [-r, arm], [-r, -arm], [-arm, -arm]);
  for (const [x, y] of corners) c.lineTo(x, y);
  c.closePath();
}

/**
 * @param {CanvasRenderingContext2D} c
 * @param {string} categorie
 * @param {number} x
 * @param {number} y
 * @param {{scale?: number, faded?: boolean, off?: boolean, added?: boolean, moving?: boolean}} [how]
 */
export function drawSymbol(c, categorie, x, y, { scale = 1, faded, off, added, moving } = {}) {
  const { colour, draw, size } = SHAPES[categorie] ?? SHAPES.autre;
  c.save();
  c.translate(x, y);
  c.scale(scale, scale);
  c.globalAlpha = faded ? 0.45 : 1;
  c.lineJoin = "round";
  if (moving) ring(c);
  c.beginPath();
  draw(c, moving ? size * 0.8 : size);
  c.strokeStyle = "#fff";
  c.lineWidth = 4;
  c.stroke();
  c.fillStyle = off ? "#fff" : colour;
  c.fill();
  c.strokeStyle = "#1a1a1a";
  c.lineWidth = added ? 2 : 1;
  c.stroke();
  if (off) strike(c, size + 2);
  c.restore();
}

/** A place on wheels: a broken ring, for it is not there all the time. */
function ring(c) {
  for (const [width, colour, dashes] of [[4, "#fff", []], [1.6, "#1a1a1a", [3.2, 2.4]]]) {
    c.beginPath();
    c.arc(0, 0, 8.2, 0, 2 * Math.PI);
    c.lineWidth = width;
    c.strokeStyle = colour;
    c.setLineDash(dashes);
    c.stroke();
  }
  c.setLineDash([]);
}

function strike(c, r) {
  c.beginPath();
  c.moveTo(-r, r);
  c.lineTo(r, -r);
  c.lineWidth = 1.8;
  c.stroke();
}

/** A place proposed by the search for sites: its rank in a ring. */
export function drawSite(c, rank, x, y) {
  c.save();
  c.translate(x, y);
  c.beginPath();
  c.arc(0, 0, 9, 0, 2 * Math.PI);
  c.fillStyle = "#fff";
  c.fill();
  c.lineWidth = 2.5;
  c.strokeStyle = "#1a1a1a";
  c.stroke();
  c.fillStyle = "#1a1a1a";
  c.font = "bold 11px system-ui, sans-serif";
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.fillText(String(rank), 0, 0.5);
  c.restore();
}
