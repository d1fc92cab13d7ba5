/**
 * Reads the body of an error, in the formats of model vendors: OpenAI, Anthropic, Google, AWS, Hugging Face, and the servers that
 * copy them. The body is untrusted input: only fixed places are read, and malformed values are ignored.
 */

import {isRecord} from '../core/unknown-value.ts';
import {goDurationMs} from './go-duration.ts';
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
  const message = textOf([error.message, root.message, root.error, body]);
  const written = [
    error.code,
    error.type,
    error.status,
    fieldsOf(error.details).error_code, // Anthropic's details are an object, Google's are a list.
    root.code,
    root.type,
    root.error_type,
    root.__type,
    awsError,
  ];
  return {
    codes: written.filter(isCode).map(withoutNamespace),
    message,
    quotas: details.flatMap(quotasOf),
    hint: hintIn(root, details, message),
  };
}

const isCode = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_CODE;

/** AWS writes `namespace#Name`, `Name:url`, or both. */
const withoutNamespace = (code: string): string => code.replace(/:.*$/s, '').replace(/^.*#/s, '');

const textOf = (candidates: readonly unknown[]): string =>
  candidates.find((each): each is string => typeof each === 'string')?.slice(0, LONGEST_MESSAGE) ?? '';

/** google.rpc.QuotaFailure names the quota in `quotaId`, google.rpc.ErrorInfo in `quota_limit`. */
function quotasOf(detail: Fields): string[] {
  const ids = entriesOf(detail.violations).map(({quotaId}) => quotaId);
  return [...ids, fieldsOf(detail.metadata).quota_limit].filter(isCode);
}

// The wait that the server asks for.

/** In sentences: OpenAI's "try again in 6m0s", Gemini's "retry in 34.07s", Azure's "retry after 6 seconds". */
const IN_GO_DURATION = /\b(?:try again|retry) in ((?:\d+(?:\.\d+)?(?:h|ms|m|s))+)/i;
const IN_WORDS = /\b(?:try again|retry) (?:in|after) (\d+(?:\.\d+)?) (milliseconds?|seconds?|minutes?)\b/i;
const WORDS_MS: Readonly<Record<string, number>> = {millisecond: 1, second: 1000, minute: 60_000};
/** google.protobuf.Duration as JSON. */
const SECONDS = /^(\d{1,12}(?:\.\d{1,9})?)s$/;

function hintIn(root: Fields, details: readonly Fields[], message: string): ServerHint | null {
  const retryDelay = details.find(detail => String(detail['@type']).endsWith('google.rpc.RetryInfo'))?.retryDelay;
  const delay = typeof retryDelay === 'string' ? SECONDS.exec(retryDelay) : null;
  if (delay !== null) return hint(Number(delay[1]) * 1000, 'retry-info');
  const {estimated_time: estimated} = root;
  if (typeof estimated === 'number' && estimated >= 0) return hint(estimated * 1000, 'estimated-time');
  const duration = IN_GO_DURATION.exec(message);
  if (duration !== null) return hint(goDurationMs(duration[1]!), 'message');
  const words = IN_WORDS.exec(message);
  if (words === null) return null;
  return hint(Number(words[1]) * WORDS_MS[words[2]!.toLowerCase().replace(/s$/, '')]!, 'message');
}

/** Rounded up to whole milliseconds: a retry must not be early. `toFixed` first, because 2.2 * 1000 is a little more than 2200. */
const hint = (ms: number, source: ServerHint['source']): ServerHint => ({
  ms: Math.min(Math.ceil(Number(ms.toFixed(3))), Number.MAX_SAFE_INTEGER),
  source,
});

const fieldsOf = (value: unknown): Fields => (isRecord(value) ? value : NO_FIELDS);

const entriesOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.slice(0, MAX_DETAILS).map(fieldsOf) : []);

const NO_FIELDS: Fields = Object.freeze({});
