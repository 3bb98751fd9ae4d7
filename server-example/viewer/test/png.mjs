/** Just enough PNG for the tests: 8 bits, or palettes of fewer; no interlacing. */

import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * @param {Buffer} file
 * @returns {{width: number, height: number, at(x: number, y: number): number[], rgba(x: number, y: number): number[]}}
 *   colours without and with alpha
 */
export function decodePng(file) {
  if (!file.subarray(0, 8).equals(SIGNATURE)) throw new Error("not a PNG");
  let [width, height, channels] = [0, 0, 0];
  let [palette, transparency] = [Buffer.alloc(0), Buffer.alloc(0)];
  let indexed = false;
  let depth = 8;
  const compressed = [];
  for (let offset = 8; offset < file.length; ) {
    const length = file.readUInt32BE(offset);
    const type = file.toString("latin1", offset + 4, offset + 8);
    const data = file.subarray(offset + 8, offset + 8 + length);
    if (type === "IHDR") {
      width = data.readUInt32BE(0);
      height = data.readUInt32BE(4);
      channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[data[9]] ?? 0;
      indexed = data[9] === 3;
      depth = data[8];
      const known = depth === 8 || (indexed && [1, 2, 4].includes(depth));
      if (!known || channels === 0 || data[12] !== 0) throw new Error("not 8-bit, or interlaced");
    }
    if (type === "PLTE") palette = data;
    if (type === "tRNS" && indexed) transparency = data;
    if (type === "IDAT") compressed.push(data);
    offset += length + 12;
  }
  const raw = inflateSync(Buffer.concat(compressed));
  const stride = Math.ceil((width * channels * depth) / 8);
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)];
    const line = y * stride;
    for (let i = 0; i < stride; i += 1) {
      const left = i >= channels ? pixels[line + i - channels] : 0;
      const up = y > 0 ? pixels[line - stride + i] : 0;
      let predicted = 0;
      if (filter === 1) predicted = left;
      else if (filter === 2) predicted = up;
      else if (filter === 3) predicted = (left + up) >> 1;
      else if (filter === 4) {
        predicted = paeth(left, up, i >= channels && y > 0 ? pixels[line - stride + i - channels] : 0);
      }
      pixels[line + i] = raw[y * (stride + 1) + 1 + i] + predicted;
    }
  }
  const rgba = (x, y) => {
    if (depth < 8) {
      // Several indexes to a byte, the first in its high bits (PNG specification, 7.2).
      const bit = Math.round(x) * depth;
      const byte = pixels[Math.round(y) * stride + (bit >> 3)];
      const index = (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
      return [...palette.subarray(3 * index, 3 * index + 3), transparency[index] ?? 255];
    }
    const start = Math.round(y) * stride + Math.round(x) * channels;
    const [a, b, c, d] = pixels.subarray(start, start + channels);
    if (indexed) return [...palette.subarray(3 * a, 3 * a + 3), transparency[a] ?? 255];
    return channels < 3 ? [a, a, a, b ?? 255] : [a, b, c, d ?? 255];
  };
  const at = (x, y) => rgba(x, y).slice(0, 3);
  return { width, height, at, rgba };
}

/** The predictor of PNG's filter type 4 (PNG specification, 9.4). */
function paeth(left, up, corner) {
  const estimate = left + up - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/**
 * @param {number} size width and height
 * @param {Uint8Array} rgba
 */
export function encodePng(size, rgba) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let y = 0; y < size; y += 1) {
    rows.set(rgba.subarray(y * size * 4, (y + 1) * size * 4), y * (size * 4 + 1) + 1);
  }
  const chunks = [["IHDR", header], ["IDAT", deflateSync(rows, { level: 1 })], ["IEND", Buffer.alloc(0)]];
  return Buffer.concat([SIGNATURE, ...chunks.map(([type, data]) => chunk(type, data))]);
}

function chunk(type, data) {
  const framed = Buffer.alloc(data.length + 12);
  framed.writeUInt32BE(data.length, 0);
  framed.write(type, 4, "latin1");
  data.copy(framed, 8);
  framed.writeUInt32BE(crc32(framed.subarray(4, data.length + 8)), data.length + 8);
  return framed;
}
