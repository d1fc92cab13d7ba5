/** Reads an idempotency key from its header. */
import {digestOf} from './digest.ts';

/** Longer keys are refused. */
const LONGEST_KEY = 255;

/** A structured-field string (RFC 9651 §3.3.3): printable ASCII in quotes, with `\"` and `\\` for the two special characters. */
const QUOTED = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
/** What today's services take: no quotes, spaces or commas. Two headers are joined by a comma and a space, so they do not match. */
const RAW = /^[\x21\x23-\x2b\x2d-\x7e]+$/;

/**
 * The key: a structured-field string, as the IETF draft has it, or the raw form. Both forms of one key are the same key.
 *
 * @returns undefined for an invalid value.
 * @see draft-ietf-httpapi-idempotency-key-header-07 §2.1
 */
export function readKey(value: string): string | undefined {
  const text = value.trim();
  const key = QUOTED.exec(text)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? RAW.exec(text)?.[0];
  return key !== undefined && key.length > 0 && key.length <= LONGEST_KEY ? key : undefined;
}

/**
 * What a store keeps in place of scope and key: a hash of both. A key is a secret, since it gives the stored response, and a scope may be of any
 * length.
 */
export const scopedKey = (scope: string, key: string): Promise<string> => digestOf(scope, key);
