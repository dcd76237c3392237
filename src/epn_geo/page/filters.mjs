/** Which places are kept: any of the values within a field, all of the fields together. */

import { isOpen } from "./hours.mjs";

/** The fields of a place that hold several values: its name here, the standard's, and its word. */
export const LISTS = [
  ["services", "services", "services"],
  ["publics", "publics_specifiquement_adresses", "publics"],
  ["charge", "prise_en_charge_specifique", "care"],
  ["frais", "frais_a_charge", "cost"],
  ["dispositifs", "dispositif_programmes_nationaux", "programmes"],
  ["prix", "prix", "prizes"],
];

/**
 * @typedef {object} Filters one list for each of LISTS, and
 * @property {boolean} everyService whether a place must offer all of the services
 * @property {string[]} categories those switched off
 * @property {string} label
 * @property {string} open "", "now", "saturday" or "evening"
 */

/** @returns {Filters} */
export function noFilters() {
  const lists = Object.fromEntries(LISTS.map(([field]) => [field, []]));
  return { ...lists, everyService: false, categories: [], label: "", open: "" };
}

/**
 * @param {Filters} filters
 * @returns {boolean}
 */
export function isFiltering(filters) {
  const { categories, label, open } = filters;
  return Boolean(LISTS.some(([field]) => filters[field].length) || categories.length || label || open);
}

/**
 * @param {object} place
 * @param {Filters} filters
 * @param {Date} [now]
 * @returns {boolean}
 */
export function keeps(place, filters, now) {
  const { everyService, categories, label, open } = filters;
  const has = ([field]) => {
    const [asked, told] = [filters[field], place[field]];
    if (!asked.length || (field === "publics" && !told.length)) return true; // no public named: everybody
    const offers = (one) => told.includes(one);
    return field === "services" && everyService ? asked.every(offers) : asked.some(offers);
  };
  return (
    !categories.includes(place.categorie) &&
    LISTS.every(has) &&
    (!label || place.label === label) &&
    (!open || isOpen(place.week, open, now))
  );
}
