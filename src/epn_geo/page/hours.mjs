/** Opening hours as the national standard writes them (OpenStreetMap's opening_hours, in part). */

const DAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const EVENING = 18 * 60;

/**
 * @param {string} text such as "Mo-Fr 09:00-12:00,14:00-18:00; Sa 09:00-12:00"
 * @returns {[number, number][][] | null} for each day, Monday first, the minutes when it is open;
 *   null where the text is missing or cannot be read
 */
export function readHours(text) {
  const week = DAYS.map(() => []);
  if (!text.trim()) return null;
  for (const rule of text.split(";").map((part) => part.trim()).filter(Boolean)) {
    const match = /^((?:[A-Z][a-zH](?:-[A-Z][a-zH])?,?\s*)*)(.*)$/s.exec(rule);
    const days = readDays(match[1].replace(/\s/g, ""));
    const spans = readSpans(match[2].trim());
    if (!days || !spans) return null;
    for (const day of days) if (day < 7) week[day] = spans;
  }
  return week;
}

function readDays(text) {
  if (!text) return [0, 1, 2, 3, 4, 5, 6];
  const days = [];
  for (const part of text.split(",").filter(Boolean)) {
    if (part === "PH" || part === "SH") continue;
    const [from, to = from] = part.split("-").map((name) => DAYS.indexOf(name));
    if (from < 0 || to < 0) return null;
    for (let day = from; ; day = (day + 1) % 7) {
      days.push(day);
      if (day === to) break;
    }
  }
  return days;
}

function readSpans(text) {
  if (text === "off" || text === "closed") return [];
  if (text === "24/7" || text === "00:00-24:00") return [[0, 1440]];
  const spans = [];
  for (const part of text.split(",")) {
    const match = /^\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*$/.exec(part);
    if (!match) return null;
    const [a, b, c, d] = match.slice(1).map(Number);
    spans.push([a * 60 + b, c * 60 + d]);
  }
  return spans;
}

/**
 * @param {[number, number][][] | null} week what `readHours` gave
 * @param {"now" | "saturday" | "evening"} when
 * @param {Date} [now]
 * @returns {boolean} false where the hours are unknown
 */
export function isOpen(week, when, now = new Date()) {
  if (!week) return false;
  if (when === "saturday") return week[5].length > 0;
  if (when === "evening") return week.some((spans) => spans.some(([, to]) => to > EVENING));
  const minute = now.getHours() * 60 + now.getMinutes();
  return week[(now.getDay() + 6) % 7].some(([from, to]) => from <= minute && minute < to);
}

/**
 * Opening hours as people write them: days that share their hours together, closed days left out.
 * @param {[number, number][][] | null} week what `readHours` gave
 * @param {string} raw what to say where they could not be read
 * @param {string} lang
 * @returns {string}
 */
export function sayHours(week, raw, lang) {
  if (!week) return raw;
  const spans = week.map((day) => day.map(([from, to]) => `${clock(from, lang)}–${clock(to, lang)}`).join(", "));
  const said = [];
  for (let day = 0; day < 7; ) {
    let last = day;
    while (last < 6 && spans[last + 1] === spans[day]) last++;
    if (spans[day]) said.push(`${dayName(day, lang)}${last > day ? `–${dayName(last, lang)}` : ""} ${spans[day]}`);
    day = last + 1;
  }
  return said.join(" ; ") || raw;
}

function clock(minutes, lang) {
  const [hour, rest] = [Math.floor(minutes / 60), String(minutes % 60).padStart(2, "0")];
  if (lang !== "fr") return `${hour}:${rest}`;
  return `${hour}\u00a0h${rest === "00" ? "" : `\u00a0${rest}`}`;
}

/** The 5th of January 1970 was a Monday. */
function dayName(day, lang) {
  const date = new Date(Date.UTC(1970, 0, 5 + day));
  return new Intl.DateTimeFormat(lang, { weekday: "short", timeZone: "UTC" }).format(date);
}
