/**
 * The figures for what is chosen: radius, filters, scenario, territory.
 *
 * As long as nothing is changed they are Python's own. Otherwise shares are worked out here, exactly
 * as Python does; communes whose share the change leaves alone keep Python's figures to the last
 * digit, so that a difference shows only where there is one.
 */

import { isFiltering, keeps } from "./filters.mjs";
import { coveredPeople } from "./model.mjs";
import { measure } from "./reach.mjs";

/**
 * @param {object} world
 * @param {object} state
 * @returns {object[]} places that the filters keep, the added ones included
 */
export function keptPlaces(world, state) {
  const kept = world.places.filter((place) => keeps(place, state.filters, state.now));
  return kept.concat(state.added);
}

/**
 * @param {object} world
 * @param {object} state
 * @returns {boolean} whether the figures are other than Python's
 */
export function isChanged(world, state) {
  return (
    state.added.length > 0 ||
    state.off.size > 0 ||
    isFiltering(state.filters) ||
    (world.radii.length > 0 && world.radii.indexOf(state.radius) < 0)
  );
}

/** Whether the page knows the plane and how far places reach, and so can measure by itself. */
export function canMeasure(world) {
  if (world.head.areas) return false; // the page has the polygons, not how they came to be
  const known = world.radii.some((radius) => radius !== null);
  return Boolean(world.plane) && world.radii.length > 0 && (known || hasOwnRadii(world));
}

/** Whether each place has a radius of its own. */
export function hasOwnRadii(world) {
  return world.places.some((place) => place.rayon > 0);
}

/** The index of the series nearest to the radius: Python's own when it is one of its radii. */
export function seriesOf(world, state) {
  const exact = world.radii.indexOf(state.radius);
  return exact >= 0 ? exact : null;
}

/** The discs around places, each with its own radius if it has one. */
function discsOf(places, off, radius) {
  return places
    .filter((place) => place.serves && place.located && !off.has(place.row))
    .map((place) => ({ x: place.x, y: place.y, r: place.rayon ?? radius, place: place.row }));
}

/**
 * @param {object} world
 * @param {object} state
 * @returns {object} per commune: share, hall, people, distance; `exact` tells whether they are Python's
 */
export function communeFigures(world, state) {
  const series = seriesOf(world, state);
  const python = series === null ? null : pythonFigures(world, series);
  if (!canMeasure(world) || !isChanged(world, state)) return python ?? pythonFigures(world, 0);
  const own = measured(world, `f${scenarioKey(state)}`, () =>
    discsOf(keptPlaces(world, state), state.off, state.radius));
  if (!python) return pageFigures(world, own);
  const usual = measured(world, `r${state.radius}`, () =>
    discsOf(world.places, new Set(), state.radius));
  return blend(world, python, usual, own);
}

/** All that a measure depends on, as text. */
function scenarioKey({ radius, off, added, filters }) {
  return JSON.stringify([radius, [...off], added.map(({ lon, lat, rayon }) => [lon, lat, rayon]), filters]);
}

/** Measures are kept: the unchanged ones for good, the last changed one until the next. */
function measured(world, key, discs) {
  world.measures ??= new Map();
  if (!world.measures.has(key)) {
    for (const old of world.measures.keys()) if (old[0] === key[0]) world.measures.delete(old);
    world.measures.set(key, measure(world.ground, discs()));
  }
  return world.measures.get(key);
}

/** Worked out once for each radius. */
function pythonFigures(world, series) {
  world.python ??= [];
  return (world.python[series] ??= readFigures(world, series));
}

function readFigures(world, series) {
  const find = (key) => world.indicators.find((i) => i.key === key);
  const none = new Array(world.communes.count).fill(null);
  const share = find("part")?.values[series] ?? none;
  return {
    share,
    hall: find("mairie")?.values[series] ?? none,
    people: coveredPeople(world.communes, share, world.communes.couvert[series]),
    distance: find("distance")?.values[0] ?? none,
    series,
    exact: true,
  };
}

function pageFigures(world, own) {
  const share = Array.from(own.share);
  return {
    share,
    hall: Array.from(own.hall, (yes, i) => (world.communes.halls[i] ? yes : null)),
    people: coveredPeople(world.communes, share, null),
    distance: Array.from(own.distance, (km) => (Number.isNaN(km) ? null : km)),
    exact: false,
  };
}

function blend(world, python, usual, own) {
  const page = { ...pageFigures(world, own), series: python.series };
  for (let i = 0; i < world.communes.count; i++) {
    if (own.share[i] === usual.share[i]) {
      page.share[i] = python.share[i];
      page.people[i] = python.people[i];
    }
    if (own.hall[i] === usual.hall[i]) page.hall[i] = python.hall[i];
    if (own.distance[i] === usual.distance[i]) page.distance[i] = python.distance[i];
  }
  return page;
}

/**
 * @param {object} world
 * @param {object} state
 * @returns {(commune: number) => boolean} whether a commune belongs to the chosen territory
 */
export function territoryTest(world, state) {
  const { communes } = world;
  const [level, row] = [state.territory.level, state.territory.row];
  if (level === "departement") return (i) => !communes.outside[i] && communes.departement[i] === row;
  if (level === "epci") return (i) => communes.epci[i] === row;
  return (i) => !communes.outside[i];
}

/**
 * @param {object} world
 * @param {object} figures what `communeFigures` gave
 * @param {{level: string, row: number}} territory
 * @returns {object} communes, inhabitants, within reach and not
 */
export function totals(world, figures, territory) {
  const within = territoryTest(world, { territory });
  const sum = { communes: 0, halls: 0, known: 0, population: 0, people: 0, full: 0, none: 0 };
  for (let i = 0; i < world.communes.count; i++) {
    if (!within(i)) continue;
    sum.communes++;
    if (figures.hall[i] !== null) sum.known++;
    if (figures.hall[i] >= 0.5) sum.halls++;
    if (figures.share[i] >= 0.9995) sum.full++;
    if (figures.share[i] !== null && figures.share[i] < 0.0005) sum.none++;
    if (world.communes.population && world.communes.population[i] !== null) {
      sum.population += world.communes.population[i];
      sum.people += figures.people[i] ?? 0;
    }
  }
  sum.people *= drift(world, figures, territory, sum.people);
  return sum;
}

/**
 * What Python's sum of people is of the page's own, whose shares are rounded: one to a few
 * millionths. A scenario is told in the same measure, so that it differs by what it changes alone.
 */
function drift(world, figures, { level, row }, own) {
  const told = world.communes.sommes?.[figures.series];
  if (!told) return 1;
  world.drifts ??= new Map();
  const key = `${figures.series} ${level} ${row}`;
  if (!world.drifts.has(key)) {
    const at = territoryAt(world, { level, row });
    const usual = figures.exact ? own : pageSum(world, figures.series, { level, row });
    world.drifts.set(key, usual ? told[at] / usual : 1);
  }
  return world.drifts.get(key);
}

/** Where sums by territory hold that of one: in all, by département, by EPCI. */
function territoryAt(world, { level, row }) {
  if (!level) return 0;
  return 1 + row + (level === "epci" ? world.departements.length : 0);
}

/**
 * What is said first of people: their share, and of what.
 * @param {object} world
 * @param {object} sums what `totals` gave
 * @param {{level: string, row: number}} territory
 * @returns {{people: number, text: string} | null}
 */
export function headline(world, sums, territory) {
  const asked = world.head.headline;
  if (!world.communes.population) return null;
  if (asked) return { text: asked.text, people: asked.people[territoryAt(world, territory)] };
  return world.radii.length ? { text: world.say("people_within"), people: sums.people } : null;
}

function pageSum(world, series, territory) {
  const { people } = pythonFigures(world, series);
  const within = territoryTest(world, { territory });
  const { population } = world.communes;
  return people.reduce((sum, one, i) => sum + (within(i) && population[i] !== null ? one ?? 0 : 0), 0);
}

/** The values of an indicator for the figures at hand. */
export function indicatorValues(world, state, figures) {
  const indicator = world.indicators.find((i) => i.key === state.indicator);
  switch (indicator.key) {
    case "part":
      return figures.share;
    case "mairie":
      return figures.hall;
    case "distance":
      return figures.distance;
    case "hors_portee":
      return figures.people.map((p, i) =>
        p === null ? null : Math.max(0, world.communes.population[i] - p));
    default:
      return indicator.values[0];
  }
}

/**
 * @param {number | null} value
 * @param {number[]} breaks
 * @returns {number} the class, or -1 for none
 */
export function classOf(value, breaks) {
  if (value === null || value === undefined || Number.isNaN(value)) return -1;
  let nth = 0;
  while (nth < breaks.length && value >= breaks[nth]) nth++;
  return nth;
}
