/** Reading what Python packed: base 85, gzip, and numbers of seven bits a byte. */

// the alphabet of RFC 1924, with a comma for "<", which means something in HTML
const ALPHABET =
  "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;,=>?@^_`{|}~";

/**
 * @param {string} text five characters for four bytes, a sixteenth less than base 64
 * @returns {Uint8Array}
 */
export function fromBase85(text) {
  const digit = new Uint8Array(128);
  for (let i = 0; i < 85; i++) digit[ALPHABET.charCodeAt(i)] = i;
  const groups = Math.ceil(text.length / 5);
  const bytes = new DataView(new ArrayBuffer(groups * 4));
  for (let group = 0, at = 0; group < groups; group++) {
    let value = 0;
    for (let i = 0; i < 5; i++, at++) value = value * 85 + (at < text.length ? digit[text.charCodeAt(at)] : 84);
    bytes.setUint32(group * 4, value);
  }
  return new Uint8Array(bytes.buffer, 0, groups * 4 - (groups * 5 - text.length));
}

/**
 * Undo gzip with the browser's own decoder.
 * @param {Uint8Array} bytes
 * @returns {Promise<Uint8Array>}
 */
export async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Open the payload: four bytes that give the length of the JSON, the JSON, then the blocks whose
 * places the JSON gives.
 * @param {Uint8Array} bytes
 * @returns {{head: object, block: (name: string) => (Uint8Array | null)}}
 */
export function openPayload(bytes) {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  const block = (name) => {
    const place = head.blocks[name];
    return place ? bytes.subarray(4 + size + place[0], 4 + size + place[0] + place[1]) : null;
  };
  return { head, block };
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
    for (let i = 0; i < out.length; i++) out[i] = this.number();
    return out;
  }
}
