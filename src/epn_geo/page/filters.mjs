/** Which places are kept: any of the values within a field, all of the fields together. */

import { isOpen } from "./hours.mjs";

/**
 * @typedef {object} Filters
 * @property {string[]} services
 * @property {boolean} everyService whether a place must offer all of them
 * @property {string[]} publics
 * @property {string[]} categories those switched off
 * @property {string} label
 * @property {string} open "", "now", "saturday" or "evening"
 */

/** @returns {Filters} */
export function noFilters() {
  return { services: [], everyService: false, publics: [], categories: [], label: "", open: "" };
}

/**
 * @param {Filters} filters
 * @returns {boolean}
 */
export function isFiltering(filters) {
  const { services, publics, categories, label, open } = filters;
  return Boolean(services.length || publics.length || categories.length || label || open);
}

/**
 * @param {object} place
 * @param {Filters} filters
 * @param {Date} [now]
 * @returns {boolean}
 */
export function keeps(place, filters, now) {
  const offers = (service) => place.services.includes(service);
  const { services, everyService, publics, categories, label, open } = filters;
  return (
    !categories.includes(place.categorie) &&
    (!services.length || (everyService ? services.every(offers) : services.some(offers))) &&
    // who names no public in particular receives everybody
    (!publics.length ||
      !place.publics.length ||
      publics.some((one) => place.publics.includes(one))) &&
    (!label || place.label === label) &&
    (!open || isOpen(place.week, open, now))
  );
}
