/** Random event streams, with everything that makes their framing hard, and random ways to cut them into chunks. */
import type {Random} from '../../src/core/random.ts';

const ENDS = ['\n', '\n', '\n', '\r', '\r\n'];
const FIELDS = [
  'data',
  'data',
  'data',
  'event',
  'id',
  'retry',
  '',
  'other',
  'dat',
  'database',
  ' data',
  'data ',
  'Data',
];
const COLONS = [': ', ': ', ':', ':  ', '', ' :'];
const VALUES = [
  '',
  'x',
  '{"type":"ping"}',
  'ping',
  '[DONE]',
  'äöü',
  '日本語',
  '🚀👩‍👩‍👧',
  '\uFEFF',
  ':',
  ' ',
  '\t',
  '\0',
  'a:b',
];
/** Bytes that are no UTF-8, or half a character. */
const BROKEN = [[0xff], [0xe2, 0x82], [0xf0, 0x9f], [0xc3], [0xed, 0xa0, 0x80], [0x80]];

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

/** Up to forty lines; one stream in five with bytes that are no UTF-8, one in ten with a line of a few thousand bytes. */
export function randomStream(random: Random): Uint8Array {
  const parts: Uint8Array[] = [];
  const encoder = new TextEncoder();
  const add = (text: string): number => parts.push(encoder.encode(text));
  const mixesEnds = random() < 0.3;
  const end = pick(random, ENDS);
  const isBroken = random() < 0.2;
  if (random() < 0.2) add('\uFEFF');
  for (let lines = Math.floor(random() * 40); lines > 0; lines--) {
    if (random() < 0.7) add(pick(random, FIELDS) + pick(random, COLONS) + pick(random, VALUES));
    if (isBroken && random() < 0.3) parts.push(Uint8Array.from(pick(random, BROKEN)));
    if (random() < 0.0025) add('y'.repeat(Math.floor(random() * 5000)));
    if (lines > 1 || random() < 0.5) add(mixesEnds ? pick(random, ENDS) : end);
  }
  return concat(parts);
}

/** Whole, by bytes, or at random places; some chunks are empty. */
export function cutAtRandom(stream: Uint8Array, random: Random): Uint8Array[] {
  const way = random();
  if (way < 0.1) return [stream];
  const longest = way < 0.3 ? 1 : 1 + Math.floor(random() * 60);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < stream.length; ) {
    const length = longest === 1 ? 1 : Math.floor(random() * (longest + 1));
    chunks.push(stream.slice(at, at + length));
    at += length;
  }
  return chunks;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
