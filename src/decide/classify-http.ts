/** Classifies an HTTP response by its status and its headers. */

import type {AttemptResponse, ResponseHeaders} from '../core/outcome.ts';
import type {AnswerContext} from './answers.ts';
import {
  type Classification,
  final,
  green,
  listed,
  red,
  SUCCESS,
  throttled,
  unlisted,
  yellow,
} from './classification.ts';

// RFC 9110 §15, RFC 6585, RFC 8470; Cloudflare's 520–524 and Anthropic's 529 as their operators document them.
const BY_STATUS: ReadonlyMap<number, Classification> = new Map([
  [408, green('408', 'not-processed')], // §15.5.9: the request was never completely received
  [409, yellow('409', {unpaid: true})], // §15.5.10: it was not done, because of the state of what it asks for
  [421, green('421', 'not-processed', {once: true})], // §15.5.20: any method, over another connection
  [425, green('425', 'not-processed', {once: true})], // RFC 8470 §5.2: not in early data
  [429, green('429', 'not-processed', {throttled: true})], // a limiter runs before the handler
  [503, yellow('503', {unpaid: true})], // §15.6.4: overload or maintenance, so the request was not handled
  [529, yellow('529', {throttled: true, unpaid: true})], // refused for its load (Anthropic)
]);

const REFRESH = green('401', 'not-processed', {once: true});
const KEY_IN_USE = yellow('409: the first use of the idempotency key is still running');
export const isKeyInUse = ({reason}: Classification): boolean => reason === KEY_IN_USE.reason;
const KEY_REUSED = red('422: the idempotency key was used before with another body');
const REPLAYED = final('a replayed answer: the server stored it under this idempotency key', 'processed');
/** Envoy's own retries stop at this header: its rate limit stays exceeded until the window of the limit ends. */
const ENVOY_RATE_LIMITED = red('rate limited by Envoy', 'not-processed', {throttled: true});
const SERVER_SAID_NO = final('the server said not to retry');

export function classifyResponse(response: AttemptResponse, context: AnswerContext): Classification {
  const {status} = response;
  if (status < 400) return SUCCESS;
  const {headers} = response; // Not before: reading them costs.
  if (says(headers, 'idempotent-replayed', 'true') || says(headers, 'idempotency-replayed', 'true')) return REPLAYED;
  if (says(headers, 'x-should-retry', 'false') || says(headers, 'stripe-should-retry', 'false')) return SERVER_SAID_NO;
  const found = headers.has('x-envoy-ratelimited') ? ENVOY_RATE_LIMITED : byStatus(status, headers, context);
  // "true" makes the response transient; whether the call may be repeated is decided separately.
  const insists = says(headers, 'x-should-retry', 'true') || says(headers, 'stripe-should-retry', 'true');
  const classification = insists ? listed(found) : found;
  // Envoy dropped the request because of its own load, or of too many requests to the cluster.
  return headers.has('x-envoy-overloaded') ? throttled(classification) : classification;
}

function byStatus(status: number, headers: ResponseHeaders, context: AnswerContext): Classification {
  const {transients, keyed, keySentBefore, refreshes} = context;
  if (status === 401 && refreshes) return REFRESH;
  if (status === 409 && keySentBefore) return KEY_IN_USE;
  if (status === 422 && keyed && !transients.status(422)) return KEY_REUSED;
  if (status === 403 && isRateLimit(headers)) {
    const found = byStatus(429, headers, context);
    return transients.status(403) ? listed(found) : found;
  }
  // The server may have acted on any other status that the policy lists.
  const found = BY_STATUS.get(status) ?? red(String(status), 'maybe-processed');
  return transients.status(status) ? listed(found) : unlisted(found);
}

/** GitHub answers 403 where others answer 429. */
const isRateLimit = (headers: ResponseHeaders): boolean =>
  headers.get('x-ratelimit-remaining')?.trim() === '0' || headers.has('retry-after');

const says = (headers: ResponseHeaders, name: string, word: string): boolean =>
  headers.get(name)?.trim().toLowerCase() === word;
