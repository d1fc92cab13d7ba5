/**
 * When a used-up quota resets, by the RateLimit headers of the IETF drafts and of vendors.
 *
 * Many APIs send these headers with every answer. They are a hint only if nothing remains, or for a 429 without another hint: a 503 of an
 * API with 4,999 requests left does not mean "come back in an hour".
 */
import type {ResponseHeaders} from '../core/outcome.ts';
import {goDurationMs} from './go-duration.ts';

export type RemainingUnit = 'requests' | 'tokens' | 'inputTokens' | 'outputTokens';
/** The remainders of an account's limits, by the server's headers. */
export type Remaining = Partial<Record<RemainingUnit, number>>;

/**
 * The headers of vendors whose limits are buckets that refill evenly: the limit, what remains, when the bucket is full again, which is much later
 * than when it holds the next request, and what it counts.
 *
 * @see OpenAI and Anthropic, rate limits
 */
const BUCKETS = (
  [
    ['x-ratelimit-*-requests', 'requests'],
    ['x-ratelimit-*-tokens', 'tokens'],
    ['anthropic-ratelimit-requests-*', 'requests'],
    ['anthropic-ratelimit-tokens-*', 'tokens'],
    ['anthropic-ratelimit-input-tokens-*', 'inputTokens'],
    ['anthropic-ratelimit-output-tokens-*', 'outputTokens'],
  ] as const
).map(([headers, unit]) => {
  const named = (each: string): string => headers.replace('*', each);
  return [named('limit'), named('remaining'), named('reset'), unit] as const;
});

/** The headers of each vendor: what remains, when it is renewed, and what it counts, where that is known. */
const LIMITS: readonly (readonly [remaining: string, reset: string, unit?: RemainingUnit])[] = [
  ['ratelimit-remaining', 'ratelimit-reset', 'requests'], // IETF drafts up to -06
  ['x-ratelimit-remaining', 'x-ratelimit-reset', 'requests'],
  ['x-ratelimit-remaining', 'x-ratelimit-reset-after'], // Discord
  ['x-rate-limit-remaining', 'x-rate-limit-reset'], // X
  ...BUCKETS.map(([, ...named]) => named),
];

/** Null if no header states a remainder. If two headers have the same unit, the lower number counts. */
export function remainingQuota(headers: ResponseHeaders): Remaining | null {
  let remaining: Remaining | null = null;
  for (const [header, , unit] of LIMITS) {
    const value = unit && headers.get(header)?.trim();
    if (!value || !/^\d{1,15}(\.\d{1,6})?$/.test(value)) continue;
    remaining ??= {};
    remaining[unit] = Math.min(Math.floor(Number(value)), remaining[unit] ?? Infinity);
  }
  return remaining;
}

/** The share of a bucket of tokens that a call may take, which is not known before it is sent. */
const SHARE_OF_TOKENS = 0.05;

/** Milliseconds until a used-up limit admits the next request; undefined where no limit is used up, or its reset is not known. */
export function nextAdmittedMs(status: number, headers: ResponseHeaders, serverNow: number): number | undefined {
  let longest: number | undefined;
  for (const [limitName, remainingName, resetName, unit] of BUCKETS) {
    const limit = Number(headers.get(limitName) ?? NaN);
    const reset = headers.get(resetName);
    if (!(limit > 0) || reset === null || !/^0+(\.0+)?$/.test(headers.get(remainingName)?.trim() ?? '')) continue;
    const ms = resetMs(reset.trim(), serverNow);
    const share = unit === 'requests' ? 1 / limit : SHARE_OF_TOKENS;
    if (ms !== undefined) longest = Math.max(longest ?? 0, ms * share);
  }
  return longest ?? rateLimitResetMs(status, headers, serverNow);
}

/** No real field is longer, and splitting a longer one would take too much time. */
const LONGEST_FIELD = 1024;

/** Three members in any order, as a dictionary has them. */
const DRAFT_07 = /^(?:(?:limit|remaining|reset)=\d+(?:, *(?=[lr])|$)){3}$/;
/** A string with parameters (RFC 9651 §3.3.3, §3.1.2): numbers, strings, bytes, booleans, tokens. */
const ITEM =
  /^"[^"]*"((?:; *[a-z*][a-z0-9_.*-]*(?:=(?:-?\d+(?:\.\d+)?|"[^"]*"|:[A-Za-z0-9+/=]*:|\?[01]|[A-Za-z*][^;," ]*))?)*)$/;

/** Milliseconds from `serverNow`, or undefined. Where several quotas are used up, the longest of them counts. */
export function rateLimitResetMs(status: number, headers: ResponseHeaders, serverNow: number): number | undefined {
  const standard = headers.get('ratelimit');
  const fromStandard = standard === null ? undefined : standardResetMs(standard);
  if (fromStandard !== undefined) return fromStandard;
  let longest: number | undefined;
  for (const [remainingName, resetName] of LIMITS) {
    const reset = headers.get(resetName);
    if (reset === null) continue;
    const remaining = headers.get(remainingName)?.trim();
    const usedUp = remaining === undefined ? status === 429 : /^0+(\.0+)?$/.test(remaining);
    const ms = usedUp ? resetMs(reset.trim(), serverNow) : undefined;
    if (ms !== undefined) longest = Math.max(longest ?? 0, ms);
  }
  return longest;
}

/**
 * `RateLimit: "burst";r=0;t=30, "daily";r=9;t=86400`: the longest `t` among the policies with nothing left.
 *
 * @see draft-ietf-httpapi-ratelimit-headers-11 §4; the dictionary `limit=100, remaining=0, reset=5` is draft 07.
 */
function standardResetMs(value: string): number | undefined {
  if (value.length > LONGEST_FIELD) return undefined;
  if (DRAFT_07.test(value)) {
    const reset = /reset=(\d+)/.exec(value);
    return reset && /remaining=0+(?:,|$)/.test(value) ? Number(reset[1]) * 1000 : undefined;
  }
  let longest: number | undefined;
  for (const item of value.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    const parsed = ITEM.exec(item.trim());
    if (!parsed) return undefined; // A malformed field is ignored whole (RFC 9651 §4.2).
    const parameters = parsed[1]!;
    const remaining = /; *r=(\d+)(?:;|$)/.exec(parameters);
    const window = /; *t=(\d+)(?:;|$)/.exec(parameters);
    if (remaining && window && Number(remaining[1]) === 0) longest = Math.max(longest ?? 0, Number(window[1]) * 1000);
  }
  return longest;
}

/** A reset as a number (epoch milliseconds, epoch seconds or seconds from now), a Go duration, or an RFC 3339 date. */
function resetMs(value: string, serverNow: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(value)) {
    const number = Number(value);
    if (number >= 1e12) return Math.max(0, number - serverNow);
    if (number >= 1e9) return Math.max(0, number * 1000 - serverNow);
    return number * 1000;
  }
  if (/^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/.test(value)) return goDurationMs(value);
  const day = /^(\d{4}-\d\d-(\d\d))T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(value);
  if (day) {
    const at = Date.parse(value);
    // `Date.parse` takes 31 Feb for 3 Mar.
    const isDay = new Date(day[1]!).getUTCDate() === Number(day[2]);
    return Number.isNaN(at) || !isDay ? undefined : Math.max(0, at - serverNow);
  }
  return undefined;
}
