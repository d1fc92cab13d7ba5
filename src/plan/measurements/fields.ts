/** Finds the duration, the status and the error of an attempt in a record, by the names that loggers and clients use. */

import {PlanInputError} from '../input-error.ts';
import type {Measured} from './measurements.ts';

/** What a field says of an attempt. */
export interface Field {
  readonly name: string;
  readonly kind: 'duration' | 'status' | 'success' | 'error' | 'response' | 'sent';
  /** Of several fields of one kind, the lowest counts. */
  readonly rank: number;
  /** Of a duration, milliseconds of one unit; undefined: the name says no unit. */
  readonly unitMs?: number | undefined;
}

export type FieldValue = readonly [field: Field, value: unknown];

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  nanoseconds: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  micros: 1e-3,
  microseconds: 1e-3,
  ms: 1,
  millis: 1,
  milliseconds: 1,
  s: 1000,
  sec: 1000,
  secs: 1000,
  seconds: 1000,
};
/** Units that are a name of their own. Shorter ones, such as `ns`, name other things in logs. */
const ALONE = new Set(['ms', 'us', 'milliseconds', 'microseconds', 'seconds']);

// In these orders: steadfetch's own log, then a unit in the name, then pino-http, then any duration.
const DURATIONS = ['latency', 'duration', 'elapsed', 'time', 'responsetime', 'requesttime'];
const UNITLESS = ['responsetime', 'latency', 'duration', 'elapsed'];
const STATUSES = 'status statuscode httpstatus httpstatuscode responsestatus responsecode code outcome result'.split(
  ' ',
);
const SUCCESSES = ['success', 'succeeded', 'issuccess', 'ok', 'passed', 'ispassed'];
const ERRORS =
  'error err errorcode exception errormessage failuremessage iserror haserror failed isfailed failure isfailure'.split(
    ' ',
  );
/** Objects in which a logger keeps the status. They come before other names of a status than `status`. */
const RESPONSES = ['res', 'response'];

/** @returns undefined if a field of this name says nothing of an attempt. Case and separators do not count. */
export function fieldOf(name: string): Field | undefined {
  const words =
    name
      .replace(/([a-z\d])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .match(/[a-zµμ]+/g) ?? [];
  const joined = words.join('');
  const among = (kind: Field['kind'], names: readonly string[]): Field | undefined => {
    const rank = names.indexOf(joined);
    return rank < 0 ? undefined : {name, kind, rank};
  };
  return (
    durationField(name, words) ??
    among('status', STATUSES) ??
    among('success', SUCCESSES) ??
    among('error', ERRORS) ??
    among('response', RESPONSES) ??
    among('sent', ['sent'])
  );
}

function durationField(name: string, words: readonly string[]): Field | undefined {
  const joined = words.join('');
  const unit = words.at(-1) ?? '';
  // `DURATIONMS` has no seam between its words.
  const [rest, unitMs] =
    words.length > 1 && UNITS[unit] !== undefined
      ? [words.slice(0, -1).join(''), UNITS[unit]]
      : [joined.replace(/ms$/, ''), joined.endsWith('ms') ? 1 : undefined];
  if (ALONE.has(joined)) return {name, kind: 'duration', rank: DURATIONS.length, unitMs: UNITS[joined]};
  const rank = DURATIONS.indexOf(rest);
  if (unitMs !== undefined && rank >= 0) return {name, kind: 'duration', rank, unitMs};
  const unitless = UNITLESS.indexOf(joined);
  return unitless < 0 ? undefined : {name, kind: 'duration', rank: DURATIONS.length + 1 + unitless};
}

type Fields = Readonly<Record<string, unknown>>;

/** The fields of records that name them, as JSON does. A name is looked at once. */
export class FieldNames {
  readonly #known = new Map<string, Field | null>();

  measured(record: unknown): Measured | undefined {
    return isFields(record) ? measuredOf(this.#valuesOf(record)) : undefined;
  }

  #valuesOf(record: Fields): FieldValue[] {
    const found: FieldValue[] = [];
    for (const name in record) {
      let field = this.#known.get(name);
      if (field === undefined) {
        field = fieldOf(name) ?? null;
        this.#known.set(name, field);
      }
      if (field === null) continue;
      const value = record[name];
      if (field.kind === 'response' && isFields(value)) found.push(...this.#statusesOf(value));
      else found.push([field, value]);
    }
    return found;
  }

  #statusesOf(response: Fields): FieldValue[] {
    return this.#valuesOf(response).flatMap(([field, value]): FieldValue[] =>
      field.kind === 'status' ? [[{...field, rank: 0.5}, value]] : [],
    );
  }
}

/**
 * @param values Of one record.
 * @returns undefined if the record has no duration, and does not say how its attempt ended in a field beside an empty one of a duration.
 * @throws PlanInputError if its status or success cannot be read.
 */
export function measuredOf(values: readonly FieldValue[]): Measured | undefined {
  if (!values.some(([{kind}]) => kind === 'duration')) return undefined;
  const [durationMs = Number.NaN, field] =
    firstOf(values, 'duration', (value, {unitMs}) => durationOf(value, unitMs)) ?? [];
  const [status] = firstOf(values, 'status', statusOf) ?? [];
  const [isSuccess] = firstOf(values, 'success', successOf) ?? [];
  const [error] = firstOf(values, 'error', errorText) ?? [];
  const [sent] = firstOf(values, 'sent', value => value) ?? [];
  const isSaid = status !== undefined || isSuccess !== undefined || error !== undefined;
  if (!isSaid && field === undefined) return undefined;
  if (!isSaid) refuseUnreadable(values);
  const isPlain = typeof status === 'number' && isSuccess !== false;
  return {
    durationMs,
    status: isPlain ? status : undefined,
    error: isPlain ? undefined : errorOf(status, isSuccess, error),
    isUnsent: sent === 'not-sent' || sent === 'not-processed' || undefined,
    ending: isSaid ? undefined : endingOf(values),
    unitless: field === undefined || field.unitMs !== undefined ? undefined : field.name,
  };
}

/** Where one field says how the attempt ended, the others of such names mean something else: an account has a status, too. */
function refuseUnreadable(values: readonly FieldValue[]): void {
  for (const [{name, kind}, value] of values) {
    if ((kind !== 'status' && kind !== 'success') || isEmpty(value)) continue;
    const meant =
      kind === 'success' ? 'true or false' : 'an HTTP status such as 503, or a word such as timeout, error or ok';
    throw new PlanInputError(`${name} is ${JSON.stringify(value)}. It must be ${meant}.`);
  }
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null || String(value).trim() === '';

function errorOf(
  status: number | true | FailedStatus | undefined,
  isSuccess: boolean | undefined,
  error: string | undefined,
): string | undefined {
  const words = [status instanceof FailedStatus ? status.text : undefined, error].filter(word => word !== undefined);
  return words.length > 0 ? words.join(' ') : isSuccess === false ? 'failed' : undefined;
}

/** Of a record without a status and an error. An error that is left empty says that there was none, unless a status should be there, too. */
function endingOf(values: readonly FieldValue[]): Measured['ending'] {
  if (values.some(([{kind}]) => kind === 'status' || kind === 'success')) return 'empty';
  return values.some(([{kind}]) => kind === 'error') ? undefined : 'unsaid';
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value that can be read of the field with the lowest rank. */
function firstOf<T>(
  values: readonly FieldValue[],
  kind: Field['kind'],
  read: (value: unknown, field: Field) => T | undefined,
): readonly [T, Field] | undefined {
  let first: readonly [T, Field] | undefined;
  for (const [field, value] of values) {
    if (field.kind !== kind || (first !== undefined && first[1].rank <= field.rank)) continue;
    const found = read(value, field);
    if (found !== undefined) first = [found, field];
  }
  return first;
}

/** `0x10`, which JavaScript takes for a number. */
const OTHER_BASE = /^\s*0[xob]/i;

/** A number, or text that is one, with or without its unit. @param unitMs Where the text says none. */
export function durationOf(value: unknown, unitMs = 1): number | undefined {
  if (typeof value === 'number') return value * unitMs;
  if (typeof value !== 'string') return undefined;
  // Most are plain numbers, in files of a million lines.
  const plain = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isNaN(plain)) return OTHER_BASE.test(value) ? undefined : plain * unitMs;
  const [, digits, unit] = /^([-+]?[\d.,]+(?:e[-+]?\d+)?)\s*([a-zµμ]*)$/i.exec(value.trim()) ?? [];
  if (digits === undefined) return undefined;
  const number = numberOf(digits);
  const ofText = unit === '' ? unitMs : UNITS[unit!.toLowerCase()];
  return number === undefined || ofText === undefined ? undefined : number * ofText;
}

/** `1234.5`, `1,234.5`, `1.234,5` and `342,77`. */
function numberOf(digits: string): number | undefined {
  const isCommaDecimal = /^[-+]?\d+,\d+$|^[-+]?\d{1,3}(?:\.\d{3})+,\d+$/.test(digits);
  const plain = isCommaDecimal
    ? digits.replaceAll('.', '').replace(',', '.')
    : /^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(digits)
      ? digits.replaceAll(',', '')
      : digits;
  const number = Number(plain);
  return Number.isNaN(number) ? undefined : number;
}

/** A status without an answer, or that says in words what went wrong. */
class FailedStatus {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const FAILED =
  /time[-_ ]?d?[-_ ]?out|deadline|abort|cancel|error|fail|exception|refused|reset|unavailable|unreachable|no[-_ ]?(?:response|answer)|hang|broke|lost|^false$|^E[A-Z_]{3,}$|^UND_ERR|^net::/i;
const SUCCEEDED = /^(?:ok|success|succeeded|successful|passed|pass|true)$/i;

/** `503`, `503 Service Unavailable`, `timeout`, `ok`; true for a success without a number. 0 is no answer, as of k6 and browsers. */
function statusOf(value: unknown): number | FailedStatus | true | undefined {
  if (isEmpty(value)) return undefined;
  const text = String(value).trim();
  const plain = Number(text);
  if (Number.isInteger(plain) && plain >= 100 && plain <= 999) return plain;
  const [, code] = /^(?:HTTP\/[\d.]+ +)?(\d{3})(?:\.0+)?(?![\d.,])/.exec(text) ?? [];
  if (code !== undefined && Number(code) >= 100) return Number(code);
  if (/^0+$/.test(text)) return new FailedStatus('no response');
  if (FAILED.test(text)) return new FailedStatus(text);
  return SUCCEEDED.test(text) ? true : undefined;
}

function successOf(value: unknown): boolean | undefined {
  const text = String(value).trim();
  if (/^(?:t|y|yes|1)$/i.test(text) || SUCCEEDED.test(text)) return true;
  return /^(?:f|n|no|0|false|fail|failed|failure|error)$/i.test(text) ? false : undefined;
}

/** What an error says of itself; undefined for an empty text, `false`, `none` and other words that say there was no error. */
function errorText(value: unknown): string | undefined {
  if (typeof value === 'string')
    return /^(?:|-|none|null|nil|nan|undefined|false|f|no|n|0|ok|no error|n\/a)$/i.test(value.trim())
      ? undefined
      : value;
  if (value === true || (typeof value === 'number' && value !== 0)) return 'error';
  if (!isFields(value)) return undefined;
  const words = [value.code, value.type, value.name, value.message].filter(word => typeof word === 'string');
  return words.length === 0 ? 'error' : words.join(' ');
}
