/** Elements. Text is only ever set as text. */

/**
 * @param {string} tag such as "button.primary"
 * @param {Record<string, unknown> | null} [attributes] functions are listeners
 * @param {...(Node | string | number | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (key in ON_ELEMENT) element[key] = value;
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? "" : String(value));
    }
  }
  put(element, ...children);
  return element;
}

const ON_ELEMENT = { value: 1, checked: 1, disabled: 1, open: 1, hidden: 1, selected: 1 };

/** Replace what an element holds. */
export function put(element, ...children) {
  const kept = children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false);
  element.replaceChildren(...kept.map((c) => (c instanceof Node ? c : String(c))));
  return element;
}

/** A name that keeps its own direction of writing. */
export const bdi = (text) => el("bdi", null, text);

const LONGEST = 300;

/** A text that a list or a table can bear; sheets and files give it whole. */
export const brief = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

/** A box to tick, with its words. */
export function tick(label, checked, onChange, extra = null) {
  const input = el("input", { type: "checkbox", checked, change: () => onChange(input.checked) });
  return el("label.tick", null, input, extra, label);
}

/** A choice of one, with its label. */
export function choice(label, options, value, onChange) {
  const select = el("select", { change: () => onChange(select.value) });
  for (const [key, text] of options) select.append(el("option", { value: key }, text));
  select.value = value;
  return el("label.field", null, el("span", null, label), select);
}

/** Hand a file to the reader. */
export function download(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = el("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
