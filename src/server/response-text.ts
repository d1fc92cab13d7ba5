/** A stored response as text, for stores that keep text: JSON with the body in Base64. */
import {SteadfetchError} from '../core/errors.ts';
import type {StoredResponse} from './store.ts';

/** Bytes for each call of `String.fromCharCode`, whose arguments are on the stack. */
const SLICE = 0x8000;

export function textOf({status, headers, body}: StoredResponse): string {
  return JSON.stringify({status, headers, body: body === null ? null : toBase64(body)});
}

/** @throws SteadfetchError of code IDEMPOTENCY_STORE if the text was not written by `textOf`. */
export function responseOf(text: unknown): StoredResponse {
  try {
    const {status, headers, body} = JSON.parse(String(text)) as {
      status: number;
      headers: [string, string][];
      body: string | null;
    };
    if (!Number.isInteger(status) || !Array.isArray(headers)) throw new TypeError('Fields are missing.');
    return {status, headers, body: body === null ? null : fromBase64(body)};
  } catch (error) {
    throw new SteadfetchError('IDEMPOTENCY_STORE', 'The store has a response that is damaged.', error);
  }
}

/** Much faster than what every runtime has. Workers may not have it. */
const ofNode = (): typeof Buffer | undefined => (globalThis as {readonly Buffer?: typeof Buffer}).Buffer;

function toBase64(bytes: Uint8Array): string {
  const node = ofNode();
  if (node !== undefined) return node.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  let binary = '';
  for (let start = 0; start < bytes.length; start += SLICE)
    binary += String.fromCharCode(...bytes.subarray(start, start + SLICE));
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  const node = ofNode();
  if (node === undefined) return Uint8Array.from(atob(text), character => character.charCodeAt(0));
  const bytes = node.from(text, 'base64');
  // Buffer leaves out what is not Base64.
  if (bytes.byteLength !== node.byteLength(text, 'base64')) throw new TypeError('The body is not Base64.');
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
