/** Reads an idempotency key from its header. */
import {digestOf} from './digest.ts';

/** Longer keys are refused. */
const LONGEST_KEY = 255;

/** The characters of a structured-field string (RFC 9651 §3.3.3): printable ASCII, with `\"` and `\\` for the two special ones. */
const CHARACTERS = String.raw`(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*`;
/** Values of parameters: decimals and integers, dates, strings, tokens, byte sequences, booleans, display strings (RFC 9651 §3.3). */
const VALUE = [
  String.raw`-?\d{1,12}\.\d{1,3}`,
  String.raw`@?-?\d{1,15}`,
  `%?"${CHARACTERS}"`,
  String.raw`[A-Za-z*][\w!#$%&'*+.^|~:/\x60-]*`,
  ':[A-Za-z0-9+/=]*:',
  String.raw`\?[01]`,
].join('|');
/** A string with parameters (RFC 9651 §3.1.2), which are ignored: the draft defines none. */
const ITEM = new RegExp(`^"(${CHARACTERS})"(?:; *[a-z*][a-z0-9_.*-]*(?:=(?:${VALUE}))?)*$`);
/** What today's services take: no quotes, spaces or commas. Two headers are joined by a comma and a space, so they do not match. */
const RAW = /^[\x21\x23-\x2b\x2d-\x7e]+$/;

/**
 * The key: a structured-field string, as the IETF draft has it, or the raw form. Both forms of one key are the same key.
 *
 * @returns undefined for an invalid value.
 * @see draft-ietf-httpapi-idempotency-key-header-07 §2.1
 */
export function readKey(value: string): string | undefined {
  // A line break joins two lines of the header, one of which may be empty.
  const text = value.replace(/^[ \t]+|[ \t]+$/g, '');
  const key = ITEM.exec(text)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? RAW.exec(text)?.[0];
  return key !== undefined && key.length > 0 && key.length <= LONGEST_KEY ? key : undefined;
}

/**
 * What a store keeps in place of scope and key: a hash of both. A key is a secret, since it gives the stored response, and a scope may be of any
 * length.
 */
export const scopedKey = (scope: string, key: string): Promise<string> => digestOf(scope, key);
