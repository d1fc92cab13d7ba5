/** Messages about safety, correctness and hygiene. */

import type {Policy} from '../../../src/policy/types.ts';
import {attemptsOf, isThrottledRetried, neededMs, waitOf} from '../support/arithmetic.ts';
import {adaptiveOf, baseOf, bucketOf, type Counts, capOf, lineOf, ratioOf, retriesOf, rpsOf} from './facts.ts';

export const safety: Counts = [
  [
    'RL111',
    'up to # % of the calls are paid for twice',
    ({hedge}) => [100 * Math.min(hedge!.maxLoadRatio, 1 - (hedge!.quantile ?? 0))],
  ],
  [
    'RL111',
    'times out after # ms is retried, although it may have to be paid for: up to # times in a call',
    policy => [policy.attemptTimeoutMs!, Math.min(attemptsOf(policy), policy.paid!.maxPaidAttempts)],
  ],
  ['RL111', 'times out after # ms is retried', policy => [policy.attemptTimeoutMs!]],
  [
    'RL401',
    'backoff.capMs is # ms, below baseMs \\(# ms\\).*: every wait is at most # ms',
    policy => [capOf(policy), baseOf(policy), waitOf(policy.backoff, 5, false).most],
  ],
  [
    'RL401',
    'backoff.capMs is # ms, below throttledBaseMs \\(# ms\\): a wait after a throttled response is at most # ms',
    policy => [capOf(policy), policy.backoff.throttledBaseMs, waitOf(policy.backoff, 5, true).most],
  ],
  ['RL401', '^(?:breaker|concurrency|budget)\\.\\w+ is #', () => [undefined]],
  ['RL405', 'maxAttempts is #, so nothing is retried', policy => [policy.maxAttempts as number]],
  ['RL405', 'breaker.maxWaitMs is #', () => [0]],
  [
    'RL405',
    '# calls? per second make # calls? in its window of # ms, and # % of them are # retries',
    policy => {
      const {ratio, windowMs} = ratioOf(policy);
      const calls = (rpsOf(policy) * windowMs) / 1000;
      return [rpsOf(policy), calls, windowMs, 100 * ratio, calls * ratio];
    },
  ],
  [
    'RL405',
    'its delay of # ms is above the attempt timeout of # ms',
    policy => [policy.hedge!.delayMs, policy.attemptTimeoutMs!],
  ],
  ['RL405', 'its ratio and its minPerSecond are #', () => [0]],
  ['RL405', 'its maxLoadRatio is #', () => [0]],
  [
    'RL405',
    'a retry takes # tokens?, # after a throttled response, and the bucket holds #',
    policy => [bucketOf(policy).retryCost, bucketOf(policy).throttledCost, bucketOf(policy).capacity],
  ],
  ['RL405', 'quota.*beyond the deadline of # ms.*, and # ms', policy => [policy.deadlineMs!, policy.quota!.maxWaitMs]],
  ['RL405', 'beyond the deadline of # ms.*, and # ms', policy => [policy.deadlineMs!, policy.retryAfter.maxMs]],
  ['RL407', 'maxAttempts allows # retr', policy => [retriesOf(policy)]],
  ['RL408', 'An attempt that takes # ms ends the call', policy => [policy.attemptTimeoutMs!]],
  ['RL408', 'although # attempts are allowed', policy => [policy.maxAttempts as number]],
  ['RL408', 'although unlimited|retryOn lists \\w+ but not 429|retryOn replaces', () => []],
  ['RL413', 'passed on after # bytes', ({stream}) => [stream!.holdBytes]],
  [
    'RL413',
    'up to # attempts wait, which takes # MiB',
    policy => {
      const {rps = 10_000} = policy.objective?.assume ?? {};
      const most = Math.min(
        adaptiveOf(policy).queue,
        lineOf({...policy, objective: {...policy.objective, assume: {...policy.objective?.assume, rps}}} as Policy)
          .most,
      );
      return [most, (most * 1400) / 2 ** 20];
    },
  ],
  [
    'RL413',
    '(?:Only bodies of at most # bytes|replayLimitBytes is #,).*makes one attempt(?:, not #)?',
    policy => [policy.replayLimitBytes, attemptsOf(policy)],
  ],
  [
    'RL413',
    'Up to # MiB of each [A-Z or]+ body are kept for a retry: (?:# calls|one call) in flight keeps? # GiB',
    (policy, printed) => {
      const calls = policy.concurrency?.max ?? 10;
      return [
        policy.replayLimitBytes / 2 ** 20,
        ...(printed.length === 3 ? [calls] : []),
        (calls * policy.replayLimitBytes) / 2 ** 30,
      ];
    },
  ],
  [
    'RL413',
    'Up to # MiB of each stream are held before its first content: (?:# calls|one call) in flight holds? # MiB',
    (policy, printed) => {
      const calls = policy.concurrency?.max ?? 100;
      return [
        policy.stream!.holdBytes / 2 ** 20,
        ...(printed.length === 3 ? [calls] : []),
        (calls * policy.stream!.holdBytes) / 2 ** 20,
      ];
    },
  ],
  [
    'RL602',
    '# (?:input )?tokens? in # ms are less than one call takes, and a call with more than #',
    (_, [tokens, tokensMs]) => [tokens, tokensMs, tokens],
  ],
  [
    'RL602',
    '# (?:input )?tokens? in # ms and # requests? in # ms make # tokens for each request, and a call with more than #',
    (_, [tokens, tokensMs, requests, requestsMs]) => [
      tokens,
      tokensMs,
      requests,
      requestsMs,
      tokens! / tokensMs! / (requests! / requestsMs!),
      tokens,
    ],
  ],
  [
    'RL602',
    'is # ms, which is implausibly short. If # s is meant, write # ms',
    (_, [value]) => [value, value, value! * 1000],
  ],
  [
    'RL602',
    'deadlineMs is # ms.*all its attempts and waits end within # ms',
    policy => {
      const hints =
        isThrottledRetried(policy) && policy.retryAfter.honor ? retriesOf(policy) * policy.retryAfter.maxMs : 0;
      const calls = Math.max(
        neededMs(policy, isThrottledRetried(policy)),
        attemptsOf(policy) * policy.attemptTimeoutMs! + hints,
      );
      return [
        policy.deadlineMs!,
        calls + (policy.quota?.maxWaitMs ?? 0) + (policy.breaker?.kind === 'adaptive' ? policy.breaker.maxWaitMs : 0),
      ];
    },
  ],
  [
    'RL602',
    'deadlineMs is # ms.*implausibly long. Durations are in milliseconds: # ms',
    policy => [policy.deadlineMs!, policy.deadlineMs! / 1000],
  ],
  ['RL602', 'The longest wait is # ms', ({backoff}) => [backoff.kind === 'list' ? Math.max(...backoff.delaysMs) : NaN]],
];
