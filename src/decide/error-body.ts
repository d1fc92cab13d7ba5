/**
 * Reads the body of an error, in the formats of model vendors: OpenAI, Anthropic, Google, AWS, Hugging Face, and the servers that
 * copy them. The body is untrusted input: only fixed places are read, and malformed values are ignored.
 */

import {isRecord} from '../core/unknown-value.ts';
import type {ServerHint} from './server-hint.ts';

/** The facts in the body of an error. */
export interface ErrorFacts {
  /** Words for programs, from `error.code`, `error.type`, `error.status`, `__type` and similar fields. */
  readonly codes: readonly string[];
  /** The sentence for people; "" if there is none. It can name the account, so it is matched and never shown. */
  readonly message: string;
  /** Names of the quotas that are used up, as Google sends them. */
  readonly quotas: readonly string[];
  /** The wait that the body asks for, or null. */
  readonly hint: ServerHint | null;
}

/** The header in which AWS names the error; the body can lack the name. */
export const AWS_ERROR_HEADER = 'x-amzn-errortype';

/** Real errors stay below these limits: characters of a code and of a message, and the number of details. */
const LONGEST_CODE = 100;
const LONGEST_MESSAGE = 2000;
const MAX_DETAILS = 20;

type Fields = Readonly<Record<string, unknown>>;

/**
 * @param body     The parsed JSON; undefined if there is none.
 * @param awsError The value of the header `x-amzn-errortype`; null if there is none.
 * @returns Null if nothing in the body is understood.
 */
export function readErrorBody(body: unknown, awsError: string | null = null): ErrorFacts | null {
  try {
    const facts = readFacts(body, awsError);
    return facts.codes.length === 0 && facts.message === '' && facts.hint === null ? null : facts;
  } catch {
    return null; // The body can be an object of the user, whose getters throw.
  }
}

function readFacts(body: unknown, awsError: string | null): ErrorFacts {
  const root = fieldsOf(Array.isArray(body) ? body[0] : body); // Gemini streams a list whose first entry is the error.
  const error = fieldsOf(root.error);
  const details = entriesOf(error.details);
  // Anthropic's details are an object, Google's are a list; Cloudflare writes a list of errors, FastAPI `detail`. OpenRouter's metadata has the
  // error of the provider behind it.
  const places = [
    error,
    root,
    fieldsOf(error.details),
    ...entriesOf(root.errors),
    ...entriesOf(error.errors),
    fieldsOf(root.detail),
    fieldsOf(error.metadata),
    ...details,
  ];
  const at = (fields: readonly string[]): unknown[] => places.flatMap(place => fields.map(field => place[field]));
  const codes = at(CODE_FIELDS).concat(awsError);
  const texts = at(TEXT_FIELDS).concat(body);
  const message = texts
    .filter(text => typeof text === 'string')
    .join('\n')
    .slice(0, LONGEST_MESSAGE);
  return {
    codes: codes.filter(isCode).map(withoutNamespace),
    message,
    quotas: details.flatMap(quotasOf),
    hint: hintIn(places, details, message),
  };
}

const CODE_FIELDS = ['code', 'type', 'status', 'reason', 'error_code', 'error_type', '__type', 'ErrorCode'];
const TEXT_FIELDS = ['message', 'error', 'detail', 'Message', 'title', 'raw'];

const isCode = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_CODE;

/** AWS writes `namespace#Name`, `Name:url`, or both. */
const withoutNamespace = (code: string): string => code.replace(/:.*$/s, '').replace(/^.*#/s, '');

/** google.rpc.QuotaFailure names the quota in `quotaId`, google.rpc.ErrorInfo in `quota_limit`. */
function quotasOf(detail: Fields): string[] {
  const ids = entriesOf(detail.violations).map(({quotaId}) => quotaId);
  return [...ids, fieldsOf(detail.metadata).quota_limit].filter(isCode);
}

// The wait that the server asks for.

/**
 * In sentences: OpenAI's "try again in 6m0s", Gemini's "retry in 34.07s", Azure's "retry after 6 seconds", GitHub's "try again in 58 hours". No
 * number comes between the words and the wait.
 */
const IN_WORDS =
  /\b(?:try again|retry(?:ing)?|wait|resets?|available|come back)\b[^\d.\n-]{0,40}?\b(?:in|after|for|wait|least)? ?((?:\d{1,12}(?:\.\d{1,9})? ?(?:ms|milliseconds?|d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?)(?![a-z])[ ,]{0,2}(?:and )?){1,4})/i;
const UNITS_MS: Readonly<Record<string, number>> = {ms: 1, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000};
/** google.protobuf.Duration as JSON. */
const SECONDS = /^(\d{1,12}(?:\.\d{1,9})?)s$/;
/** Seconds as a number: Hugging Face; Replicate and Cloudflare; OpenAI's plans. */
const WAIT_FIELDS = ['estimated_time', 'retry_after', 'retry_after_seconds', 'resets_in_seconds'];

function hintIn(places: readonly Fields[], details: readonly Fields[], message: string): ServerHint | null {
  const retryDelay = details.find(detail => String(detail['@type']).endsWith('google.rpc.RetryInfo'))?.retryDelay;
  const delay = typeof retryDelay === 'string' ? SECONDS.exec(retryDelay) : null;
  if (delay !== null) return hint(Number(delay[1]) * 1000, 'retry-info');
  for (const field of WAIT_FIELDS)
    for (const {[field]: seconds} of places)
      if (typeof seconds === 'number' && seconds >= 0)
        return hint(seconds * 1000, field === 'estimated_time' ? 'estimated-time' : 'message');
  const words = IN_WORDS.exec(message);
  return words === null ? null : hint(wordsMs(words[1]!), 'message');
}

/** Numbers, each with its unit: `8h44m7s`, `2 minutes and 5 seconds`. */
function wordsMs(text: string): number {
  let ms = 0;
  for (const [, number, unit] of text.toLowerCase().matchAll(/(\d{1,12}(?:\.\d{1,9})?) ?([a-z]{1,12})/g)) {
    const short = /^(?:ms|milli)/.test(unit!) ? 'ms' : unit![0]!;
    ms += Number(number) * UNITS_MS[short]!;
  }
  return ms;
}

/** Rounded up to whole milliseconds: a retry must not be early. `toFixed` first, because 2.2 * 1000 is a little more than 2200. */
const hint = (ms: number, source: ServerHint['source']): ServerHint => ({
  ms: Math.min(Math.ceil(Number(ms.toFixed(3))), Number.MAX_SAFE_INTEGER),
  source,
});

const fieldsOf = (value: unknown): Fields => (isRecord(value) ? value : NO_FIELDS);

const entriesOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.slice(0, MAX_DETAILS).map(fieldsOf) : []);

const NO_FIELDS: Fields = Object.freeze({});
