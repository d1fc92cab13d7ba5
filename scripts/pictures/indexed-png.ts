/** Pictures of few colors as PNG with a palette, a third as large as what a browser writes. */
import {crc32, deflateSync} from 'node:zlib';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha of each pixel. */
  readonly data: ArrayLike<number>;
}

/** Colors that differ less are one. */
const STEP = 16;

/** @throws Error for a picture of more than 256 colors. */
export function indexedPng({width, height, data}: Pixels): Buffer {
  const palette = new Map<number, number>();
  const rows = Buffer.alloc((width + 1) * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [red, green, blue] = [0, 1, 2].map(part => Math.min(255, Math.round(data[4 * pixel + part]! / STEP) * STEP));
    const color = (red! << 16) | (green! << 8) | blue!;
    if (!palette.has(color)) palette.set(color, palette.size);
    // Each row begins with its filter: none.
    rows[pixel + Math.floor(pixel / width) + 1] = palette.get(color)!;
  }
  if (palette.size > 256) throw new Error(`The picture has ${palette.size} colors; a palette holds 256.`);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits for each pixel, which is an index of the palette.
  header.set([8, 3, 0, 0, 0], 8);
  const colors = Buffer.from([...palette.keys()].flatMap(color => [color >> 16, (color >> 8) & 255, color & 255]));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', colors),
    chunk('IDAT', deflateSync(rows, {level: 9})),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
