/** Records whose names are not those of a known writer: rows of tables, logfmt, and JSON under names of its own. */

import {answered, type Outcome} from '../../core/outcome.ts';
import {isBlank} from '../../decide/idempotency.ts';
import {readError} from '../error-outcome.ts';
import {requestIn} from '../error-text.ts';
import {AFTER_REDIRECT, type ErrorReading, type LogFormat, LoggedAnswer, type LoggedFailure} from '../failure.ts';
import {attemptOf, methodOf, textOf, timeOf, traceIdOf, wholeOf} from '../fields.ts';
import {
  ATTEMPT,
  BODY,
  FLAGS,
  type FlatRecord,
  GRPC,
  KEY,
  METHOD,
  REQUEST_LINE,
  RETRIES,
  RETRY_AFTER,
  SESSION_STATE,
  STATUS,
  TARGET,
  TIME,
  TRACE,
} from '../record.ts';
import {outcomeOfFlags} from './envoy.ts';
import {grpcCodeOf, grpcReading} from './grpc-text.ts';
import {outcomeOfState} from './haproxy.ts';

/** Texts of a record that are looked at for a failure. */
const MOST_TEXTS = 6;

/**
 * @param found What is known of the failure already.
 * @returns Null for a record of a success; undefined where nothing is understood.
 */
export function readFlatRecord(
  flat: FlatRecord,
  format: LogFormat,
  found: ErrorReading | null = failureOf(flat),
): LoggedFailure | null | undefined {
  if (found === null) return flat.isSuccess ? null : undefined;
  const line = flat.find(REQUEST_LINE, requestLineOf);
  const method = flat.find(METHOD, methodOf) ?? line?.method;
  const target = flat.find(TARGET, addressOf) ?? line?.target;
  const told =
    method === undefined || target === undefined ? requestIn([...flat.texts()].slice(0, MOST_TEXTS).join('\n')) : {};
  const retries = flat.find(RETRIES, wholeOf);
  return {
    format,
    at: dayAndTime(flat) ?? flat.find(TIME, timeOf),
    method: method ?? methodOf(told.method),
    target: target ?? told.target,
    ...withHeaders(found, flat),
    sentBefore: found.sentBefore ?? (wasSentOn(target, flat) ? AFTER_REDIRECT : undefined),
    keyed: flat.find(KEY, value => (typeof value === 'string' ? !isBlank(value) : undefined)),
    attempt: flat.find(ATTEMPT, attemptOf) ?? (retries === undefined ? undefined : attemptOf(retries + 1)),
    traceId: flat.find(TRACE, traceIdOf),
  };
}

/** What a proxy says in its flags, where they say more than the status. Null without such flags. */
export function endingOf(flat: FlatRecord): Outcome<LoggedAnswer> | null {
  const flags = flat.find(FLAGS, textOf);
  const state = flat.find(SESSION_STATE, textOf);
  if (flags === undefined && state === undefined) return null;
  const status = flat.find(STATUS, wholeOf) ?? 0;
  const ending = flags === undefined ? outcomeOfState(state!, status) : outcomeOfFlags(flags, status);
  return ending?.kind === 'response' ? null : ending;
}

function failureOf(flat: FlatRecord): ErrorReading | null {
  const ending = endingOf(flat);
  if (ending !== null) return {protocol: 'http', outcome: ending};
  const {status} = flat;
  const texts = [...flat.texts()].slice(0, MOST_TEXTS);
  if (status !== undefined)
    return {
      protocol: 'http',
      outcome: answered(new LoggedAnswer(status)),
      body: flat.find(BODY, bodyOf),
      text: texts.join('\n'),
    };
  if (flat.isSuccess) return null;
  const code = flat.find(GRPC, value =>
    typeof value === 'string' && /[A-Za-z]/.test(value) ? grpcCodeOf(value) : undefined,
  );
  if (code !== undefined && code !== 0) return grpcReading(code, texts.join('\n'));
  for (const text of texts) {
    const found = readError(text, false);
    if (found !== null) return found;
  }
  return null;
}

function withHeaders(found: ErrorReading, flat: FlatRecord): ErrorReading {
  const {outcome} = found;
  if (outcome.kind !== 'response' || outcome.response === null || found.protocol !== 'http') return found;
  const asked = flat.find(RETRY_AFTER, askedOf);
  if (asked === undefined) return found;
  const {status, headers} = outcome.response;
  if (headers.has('retry-after')) return found;
  return {...found, outcome: answered(new LoggedAnswer(status, headers.with(...asked)))};
}

/** Seconds, a date, or a Duration of Go: as text (`1m7s`), or in nanoseconds, since no server asks for a wait of years. */
function askedOf(value: unknown): readonly [name: string, value: string] | undefined {
  if (typeof value === 'number' || (typeof value === 'string' && /^\d{10,19}$/.test(value)))
    return Number(value) >= 1e9 ? inMs(Number(value) / 1e6) : ['retry-after', String(value)];
  const text = textOf(value);
  const [, h, m, s, ms] =
    /^(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,9}(?:\.\d{1,9})?)s)?(?:(\d{1,9}(?:\.\d{1,9})?)ms)?$/.exec(
      text ?? '',
    ) ?? [];
  if (h !== undefined || m !== undefined || s !== undefined || ms !== undefined)
    return inMs(Number(h ?? 0) * 3_600_000 + Number(m ?? 0) * 60_000 + Number(s ?? 0) * 1000 + Number(ms ?? 0));
  return text === undefined ? undefined : ['retry-after', text];
}

const inMs = (ms: number): readonly [name: string, value: string] =>
  ms % 1000 === 0 ? ['retry-after', String(ms / 1000)] : ['retry-after-ms', String(Math.ceil(ms))];

/** Go's client names the address of the last request: another one than that of the line is where a server had sent the client on. */
function wasSentOn(target: string | undefined, flat: FlatRecord): boolean {
  if (target === undefined || !/^https?:/.test(target)) return false;
  const text = [...flat.texts()].slice(0, MOST_TEXTS).join('\n');
  const last = /\b(?:Get|Post|Put|Patch|Delete|Head) "(https?:[^\s"?]{1,4096})/.exec(text)?.[1];
  return last !== undefined && last !== target.split('?', 1)[0];
}

/** An address is a path or a URL: `target` can be anything. */
const addressOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^(?:[a-z]+:\/\/|\/|[\w.-]+\.[a-z]{2,}[:/])/.test(value) ? value : undefined;

function requestLineOf(value: unknown): {readonly method: string; readonly target: string} | undefined {
  const found = typeof value === 'string' ? /^([A-Z]{1,20}) (\S{1,4096})/.exec(value) : null;
  return found === null ? undefined : {method: found[1]!, target: found[2]!};
}

function bodyOf(value: unknown): unknown {
  if (typeof value !== 'string' || value === '') return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** W3C's tables have the day and the time in two columns, in UTC. */
function dayAndTime(flat: FlatRecord): number | undefined {
  const day = flat.find(['date'], textOf);
  const time = flat.find(['time'], textOf);
  return day === undefined || time === undefined ? undefined : timeOf(`${day}T${time}Z`);
}
