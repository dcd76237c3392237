/** Reading what Python packed: base 85, gzip, and numbers of seven bits a byte. */

// the alphabet of RFC 1924, with a comma for "<", which means something in HTML
const ALPHABET =
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;,=>?@^_`{|}~";

/**
 * @param {string} text five characters for four bytes, a sixteenth less than base 64
 * @returns {Uint8Array}
 */
export function fromBase85(text) {
  const digit = new Uint8Array(256);
  for (let i = 0; i < 85; i++) digit[ALPHABET.charCodeAt(i)] = i;
  const groups = Math.ceil(text.length / 5);
  const codes = new TextEncoder().encode(text.padEnd(groups * 5, "~")); // "~" is the last digit
  const bytes = new Uint8Array(groups * 4);
  for (let from = 0, to = 0; from < codes.length; from += 5, to += 4) {
    let value = digit[codes[from]];
    for (let i = 1; i < 5; i++) value = value * 85 + digit[codes[from + i]];
    bytes[to] = value / 16777216;
    bytes[to + 1] = value >>> 16;
    bytes[to + 2] = value >>> 8;
    bytes[to + 3] = value;
  }
  return bytes.subarray(0, groups * 4 - (groups * 5 - text.length));
}

/**
 * Undo gzip with the browser's own decoder, within the page: a Blob would go by way of another process.
 * @param {Uint8Array} bytes
 * @returns {Promise<Uint8Array>}
 */
export async function inflate(bytes) {
  const { writable, readable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
  const [out, reader] = [new Uint8Array(size), readable.getReader()];
  for (let at = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    out.set(value, at);
    at += value.length;
  }
  await written;
  return out;
}

/**
 * Open the payload: four bytes that give the length of the JSON, the JSON, then the blocks whose
 * places the JSON gives.
 * @param {Uint8Array} bytes
 * @returns {{head: object, block: (name: string) => (Uint8Array | null)}}
 */
export function openPayload(bytes) {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  let head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  const block = (name) => {
    const place = head.blocks[name];
    return place ? bytes.subarray(4 + size + place[0], 4 + size + place[0] + place[1]) : null;
  };
  if (head.blocks.numbers) head = withSeries(head, readSeries(block("numbers")));
  return { head, block };
}

/** Long lists of numbers: whole ones, the sign in the lowest bit, one more than that; 0 is none. */
function readSeries(bytes) {
  const [streams, series] = [new Streams(bytes), []];
  while (streams.at < bytes.length) series.push(streams.numbers());
  return series;
}

/** Put the lists back where they were taken from. */
function withSeries(value, series) {
  if (value === null || typeof value !== "object") return value;
  if ("$" in value) {
    const scale = 10 ** value.d;
    return Array.from(series[value.$], (code) => (code ? (((code - 1) >>> 1) ^ -((code - 1) & 1)) / scale : null));
  }
  if (Array.isArray(value) && typeof value[0] === "string") return value;
  for (const key of Object.keys(value)) value[key] = withSeries(value[key], series);
  return value;
}

/** A reader of streams, each led by its count. */
export class Streams {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  /** @returns {number} one non-negative number */
  number() {
    let value = 0;
    let weight = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) return value;
      weight *= 128;
    }
  }

  /** @returns {Int32Array} the next stream */
  numbers() {
    const out = new Int32Array(this.number());
    const { bytes } = this;
    let { at } = this;
    for (let i = 0; i < out.length; i++) {
      let byte = bytes[at++];
      let value = byte & 0x7f;
      for (let bits = 7; byte >= 0x80; bits += 7) {
        byte = bytes[at++];
        value |= (byte & 0x7f) << bits;
      }
      out[i] = value;
    }
    this.at = at;
    return out;
  }

  /** @returns {Uint8Array} the next bytes */
  take(count) {
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
}
