// SPDX-License-Identifier: Apache-2.0
// Pictures of the screens for README.md and docs/handbok, taken by the tests that know the screens: into build/images,
// and with UPDATE=1 into docs/images. Light theme, synthetic people, no more than 256 colours, so that they stay small.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";

const FOLDER = join(import.meta.dirname, "../..", process.env.UPDATE === "1" ? "docs/images" : "build/images");
const BYTES_MAX = 150_000;
const COLOURS_MAX = 256;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** What a picture is taken in. */
export const PICTURE = { viewport: { width: 1280, height: 800 }, colorScheme: "light" };

const paeth = (a, b, c) => { const p = a + b - c, pa = Math.abs(p - a), pb = Math.abs(p - b), pc = Math.abs(p - c); return pa <= pb && pa <= pc ? a : pb <= pc ? b : c; };

/** Pixels (red, green, blue) of an eight-bit true-colour PNG, as chromium writes them. */
function decode(png) {
  const parts = [];
  let header;
  for (let at = SIGNATURE.length; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    const kind = png.toString("latin1", at + 4, at + 8);
    if (kind === "IHDR") header = body;
    if (kind === "IDAT") parts.push(body);
  }
  const [width, height, size] = [header.readUInt32BE(0), header.readUInt32BE(4), { 2: 3, 6: 4 }[header[9]]];
  assert.ok(header[8] === 8 && size !== undefined && header[12] === 0, "a PNG of another kind");
  const raw = inflateSync(Buffer.concat(parts));
  const row = width * size;
  const out = Buffer.alloc(row * height);
  for (let y = 0; y < height; y++) {
    const how = raw[y * (row + 1)];
    for (let x = 0; x < row; x++) {
      const at = y * row + x;
      const [a, b, c] = [x < size ? 0 : out[at - size], y === 0 ? 0 : out[at - row], x < size || y === 0 ? 0 : out[at - row - size]];
      out[at] = raw[y * (row + 1) + 1 + x] + [0, a, b, (a + b) >> 1, paeth(a, b, c)][how];
    }
  }
  const pixels = new Uint32Array(width * height);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (out[i * size] << 16) | (out[i * size + 1] << 8) | out[i * size + 2];
  return { width, height, pixels };
}

const channel = (colour, c) => (colour >> (16 - 8 * c)) & 255;

/** Median cut: the box of colours that spreads most is parted until there are enough boxes. Answers with colour → index. */
function palette(pixels) {
  const counts = new Map();
  for (const p of pixels) counts.set(p, (counts.get(p) ?? 0) + 1);
  const spread = (box) => [0, 1, 2].map((c) => { const all = box.map(([p]) => channel(p, c)); return Math.max(...all) - Math.min(...all); });
  const weight = (box) => box.reduce((sum, [, n]) => sum + n, 0);
  const boxOf = (all) => { const s = spread(all); return { all, widest: s.indexOf(Math.max(...s)), score: Math.max(...s) * Math.log2(1 + weight(all)) }; };
  // What is common, as the ground of the page, is kept exactly.
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const exact = sorted.slice(0, COLOURS_MAX / 2).map((one) => [one]);
  const rest = sorted.slice(COLOURS_MAX / 2);
  const boxes = rest.length === 0 ? [] : [boxOf(rest)];
  while (boxes.length > 0 && boxes.length + exact.length < COLOURS_MAX) {
    boxes.sort((a, b) => b.score - a.score);
    const [box] = boxes;
    if (box.all.length < 2) break;
    box.all.sort((a, b) => channel(a[0], box.widest) - channel(b[0], box.widest));
    const half = box.all.length >> 1;
    boxes.splice(0, 1, boxOf(box.all.slice(0, half)), boxOf(box.all.slice(half)));
  }
  const index = new Map();
  const colours = [...exact, ...boxes.map((box) => box.all)].map((all, i) => {
    for (const [p] of all) index.set(p, i);
    const n = weight(all);
    return [0, 1, 2].map((c) => Math.round(all.reduce((sum, [p, m]) => sum + channel(p, c) * m, 0) / n));
  });
  return { index, colours };
}

/** PNG's own check, ISO 3309. */
const CRC = Uint32Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c; });
const crc32 = (bytes) => { let c = 0xffffffff; for (const byte of bytes) c = CRC[(c ^ byte) & 255] ^ (c >>> 8); return (c ^ 0xffffffff) >>> 0; };

function chunk(kind, body) {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(kind, 4, "latin1");
  body.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}

/** The same picture with a palette. */
export function smaller(png) {
  const { width, height, pixels } = decode(png);
  const { index, colours } = palette(pixels);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const raw = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) raw[y * (width + 1) + 1 + x] = index.get(pixels[y * width + x]);
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("PLTE", Buffer.from(colours.flat())), chunk("IDAT", deflateSync(raw, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

/** What is shown now, as NAME.png. The page must have settled. */
export async function takePicture(page, name) {
  await page.evaluate(() => document.fonts.ready);
  const small = smaller(await page.screenshot({ animations: "disabled", caret: "hide" }));
  assert.ok(small.length <= BYTES_MAX, `${name}.png: ${small.length} bytes`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.png`), small);
}
