import {formatCount, formatList, formatNumber} from '../analysis/format.ts';
import {recoveryLine} from '../analysis/recovery-line.ts';
import {isIdle, isUpload, mayRetry, repeatedWithBody, retriesOf} from '../analysis/retryability.ts';
import {assign} from '../analysis/setting.ts';
import type {Scope} from '../model/scope.ts';
import type {Check, Draft, FormerCheck, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

const extremeReplayLimit: Check = {
  needs: ['breaker', 'replayLimitBytes', 'routes'],
  fields: ['breaker', 'replayLimitBytes', 'idempotentMethods', 'idempotency'],
  reads: ['attemptTimeoutMs', 'concurrency', 'deadlineMs', 'match', 'maxAttempts', 'objective', 'retryOn'],

  *check(scope): Iterable<Draft> {
    yield* longLine(scope);
    const {replayLimitBytes} = scope.policy;
    if (replayLimitBytes >= SMALL_BYTES && replayLimitBytes <= LARGE_BYTES && !isUpload(scope)) return;
    const methods = repeatedWithBody(scope);
    if (methods.length === 0 || !mayRetry(scope) || isIdle(scope)) return;
    const named = formatList(methods, 'or');
    const message = `${formatSmall(scope, named)} Parts of S3 have 5 MiB and more.`;
    if (isUpload(scope)) yield {at: 'match.path', message, severity: 'info'};
    else
      yield {
        at: 'replayLimitBytes',
        message: replayLimitBytes < SMALL_BYTES ? formatSmall(scope, named) : formatLarge(scope, named),
        ...(replayLimitBytes > 0 && replayLimitBytes < SMALL_BYTES ? {severity: 'info'} : {}),
        fix: assign(`Set replayLimitBytes to ${MEBIBYTE}, the default`, 'replayLimitBytes', MEBIBYTE),
      };
  },
};

/** Attempts that wait for the end of an outage. */
function* longLine({policy}: Scope): Iterable<Draft> {
  const line = recoveryLine(policy, policy.objective?.assume?.rps ?? MOST_PER_SECOND);
  const most = Math.min(line.queue, line.most);
  if (most <= MOST_WAITING) return;
  yield {
    at: 'breaker.queue',
    message: `In an outage, up to ${formatNumber(most)} attempts wait, which takes ${formatNumber((most * WAITING_BYTES) / MEBIBYTE)} MiB beside their bodies. Set queue to at most ${MOST_WAITING}, or lower maxWaitMs.`,
    fix: assign(`Set queue to ${MOST_WAITING}`, 'breaker.queue', MOST_WAITING),
  };
}

const MEBIBYTE = 1_048_576;
/** More calls than a process makes. */
const MOST_PER_SECOND = 10_000;
/** The memory of an attempt that waits. */
const WAITING_BYTES = 1400;
/** They take 267 MiB. */
const MOST_WAITING = 200_000;
const LARGE_BYTES = 100 * MEBIBYTE;
/** Bodies of JSON are often larger. */
const SMALL_BYTES = 16_384;

function formatSmall({policy}: Scope, named: string): string {
  const attempts = retriesOf(policy) + 1;
  const kept =
    policy.replayLimitBytes === 0
      ? `replayLimitBytes is 0, so no body is kept for a retry: a ${named} with a body`
      : `Only bodies of at most ${formatCount(policy.replayLimitBytes, 'byte')} are kept for a retry: a ${named} with a larger one`;
  return `${kept} makes one attempt${Number.isFinite(attempts) ? `, not ${attempts}` : ''}. Raise the limit.`;
}

function formatLarge({policy: {concurrency, replayLimitBytes}}: Scope, named: string): string {
  const mebibytes = replayLimitBytes / MEBIBYTE;
  const kept = `${inFlight(concurrency?.max ?? 10, 'keep')} ${formatNumber(((concurrency?.max ?? 10) * mebibytes) / 1024)} GiB`;
  return `Up to ${formatNumber(mebibytes)} MiB of each ${named} body are kept for a retry: ${kept}. Set at most ${LARGE_BYTES / MEBIBYTE} MiB.`;
}

const inFlight = (calls: number, verb: string): string =>
  calls === 1 ? `one call in flight ${verb}s` : `${calls} calls in flight ${verb}`;

const extremeHoldLimit: FormerCheck = {
  formerly: 'RL415',
  needs: ['stream'],
  fields: ['stream', 'stream.commit', 'stream.holdBytes'],
  reads: ['concurrency'],

  *check(scope): Iterable<Draft> {
    const {stream, concurrency} = scope.policy;
    if (stream?.commit !== 'content') return;
    const {holdBytes} = stream;
    // The memory that the calls in flight can hold; without a concurrency limit, that of 100 calls.
    const calls = concurrency?.max ?? 100;
    const mebibytes = holdBytes / MEBIBYTE;
    if (holdBytes >= LEAST_HELD_BYTES && holdBytes <= MEBIBYTE) return;
    const message =
      holdBytes < LEAST_HELD_BYTES
        ? `A stream is passed on after ${holdBytes} bytes without content, and announcements are often longer, so an error event after them is not retried. Hold at least ${LEAST_HELD_BYTES / 1024} KiB.`
        : `Up to ${formatNumber(mebibytes)} MiB of each stream are held before its first content: ${inFlight(calls, 'hold')} ${formatNumber(calls * mebibytes)} MiB. Hold at most 1 MiB.`;
    const fix = assign('Set holdBytes to 65536, the default', 'stream.holdBytes', 65_536);
    yield {at: 'stream.holdBytes', message, fix};
  },
};

const LEAST_HELD_BYTES = 4096;

export const extremeBuffer: Rule = builtIn('RL413', extremeReplayLimit, extremeHoldLimit);
