/** Keys of items: a hash of their content, independent of the order of fields. */
import {hash} from 'node:crypto';
import {atOnce} from '../core/awaitable.ts';
import {SteadfetchError} from '../core/errors.ts';
import type {BatchOptions} from './types.ts';

/** 128 bits: two different items of one name would get one answer, and must not occur. */
const DIGITS = 32;

export const digest = (text: string): string => hash('sha256', text, 'hex').slice(0, DIGITS);

/** How the keys of items are made. */
export function namingOf<Item>({
  keyOf,
  dedupe = true,
}: Pick<BatchOptions<Item, never>, 'keyOf' | 'dedupe'>): (item: Item, index: number) => string {
  if (keyOf !== undefined) return (item, index) => digest(atOnce(keyOf(item, index), 'keyOf()'));
  return dedupe ? contentKey : (_, index) => digest(`#${index}`);
}

/**
 * A name for the content of an item.
 *
 * @throws SteadfetchError with code INVALID_BATCH for what has no content that can be read at once: a Blob, a stream, a Map.
 */
export function contentKey(item: unknown, index: number): string {
  try {
    return digest(written(item));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new SteadfetchError(
      'INVALID_BATCH',
      `Item ${index} holds ${error.message}, whose content cannot be named. Give keyOf, or set dedupe to false.`,
    );
  }
}

class Unreadable extends Error {}

/** Like JSON, with sorted keys, and with the differences that JSON loses. */
function written(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : writtenObject(value);
    default:
      throw new Unreadable(`a ${typeof value}`);
  }
}

function writtenObject(value: object): string {
  if (Array.isArray(value)) return `[${value.map(written).join()}]`;
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return `${value.constructor.name}:${hash('sha256', bytes, 'hex')}`;
  }
  const {toJSON} = value as {toJSON?: unknown};
  if (typeof toJSON === 'function') return written(toJSON.call(value));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Unreadable(`a ${(prototype as {constructor?: {name?: string}}).constructor?.name || 'thing'}`);
  }
  const fields = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const name of Object.keys(fields).sort()) {
    const field = fields[name];
    if (field !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${written(field)}`;
  }
  return `{${text}}`;
}
