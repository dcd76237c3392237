/** Words, numbers, searching without accents, and CSV that a spreadsheet cannot be fooled by. */

/**
 * @param {string} text
 * @returns {string} lower case, no accents, no punctuation
 */
export function fold(text) {
  return text
    .replace(/œ/gi, "oe")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/**
 * @param {string} lang
 * @returns {(value: number | null, digits?: number) => string}
 */
export function numberWriter(lang) {
  const [between, point] = lang === "fr" ? ["\u202f", ","] : [",", "."];
  // what Intl.NumberFormat writes, without the 20 ms that it takes to wake up
  return (value, digits = 0) => {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    const [whole, rest] = value.toFixed(digits).split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, between);
    return rest ? grouped + point + rest : grouped;
  };
}

/**
 * A share in per cent: what is nearly nothing is not nothing, nor is nearly all all.
 * @param {(value: number, digits?: number) => string} number
 * @returns {(share: number | null) => string}
 */
export function percentWriter(number) {
  return (share) => {
    if (share === null || share === undefined || Number.isNaN(share)) return "–";
    if (Math.min(Math.abs(share), Math.abs(share - 1)) < 1e-9) return `${number(100 * Math.round(share))} %`;
    if (share > 0 && share < 0.0005) return `< ${number(0.1, 1)} %`;
    if (share >= 0.9995 && share < 1) return `> ${number(99.9, 1)} %`;
    return `${number(100 * share, 1)} %`;
  };
}

/**
 * Sentences, with the word that a number asks for: {n|commune|communes}.
 * @param {Record<string, string>} words
 * @param {string} lang in French a number below two is singular, in English one is
 * @returns {(key: string, values?: Record<string, unknown>) => string}
 */
export function sayer(words, lang) {
  const single = (text) => {
    const value = Math.abs(Number(text.replace(/[\s\u202f]/g, "").replace(",", lang === "fr" ? "." : "")));
    return lang === "fr" ? value < 2 : value === 1;
  };
  return (key, values = {}) => {
    if (!(key in words)) throw new Error(`no word for ${key}`);
    return words[key]
      .replace(/\{(\w+)\|([^|{}]*)\|([^|{}]*)\}/g, (_, name, one, many) => (single(String(values[name])) ? one : many))
      .replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  };
}

/**
 * A day as people write it, in one piece; what is no day is left as it is.
 * @param {string} months
 * @param {string} lang
 * @returns {(text: string | undefined) => string | undefined}
 */
export function dayWriter(months, lang) {
  return (text) => text?.replace(/^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, (_, year, month, day) => {
    const first = lang === "fr" && day === "01" ? "er" : "";
    return `${Number(day)}${first}\u00a0${months.split(" ")[month - 1]}\u00a0${year}`;
  });
}

/**
 * A cell that no spreadsheet takes for a formula.
 * @param {unknown} value
 * @param {string} lang
 * @returns {string}
 */
export function csvCell(value, lang) {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  if (typeof value === "number") return lang === "fr" ? String(value).replace(".", ",") : String(value);
  let text = String(value).replace(/\0/g, "");
  if (/^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[";,\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * @param {string[]} columns
 * @param {unknown[][]} rows
 * @param {string} lang French spreadsheets want semicolons and decimal commas
 * @returns {string} with a byte order mark, so that accents survive
 */
export function csv(columns, rows, lang) {
  const separator = lang === "fr" ? ";" : ",";
  const lines = [columns, ...rows].map((row) => row.map((v) => csvCell(v, lang)).join(separator));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

/**
 * The addresses that a link may lead to; anything else is shown as text.
 * @param {string} text
 * @returns {string | null}
 */
export function safeLink(text) {
  if (/[\s\u0000-\u001f<>"'`\\]/.test(text)) return null;
  try {
    const url = new URL(/^www\./i.test(text) ? `https://${text}` : text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
