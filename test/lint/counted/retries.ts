/** Messages about retries and their budgets. */

import {waitOf} from '../support/arithmetic.ts';
import {attemptsAtWorst, bucketOf, type Counts, instancesOf, longestRetry, ratioOf, retriesOf, rpsOf} from './facts.ts';

export const retries: Counts = [
  [
    'RL201',
    'A failing call makes up to # attempts; the limit is #.',
    async policy => [await attemptsAtWorst(policy), undefined],
  ],
  ['RL201', 'Only the deadline of # ms', policy => [policy.deadlineMs!]],
  ['RL201', 'A failing call never ends', () => []],
  [
    'RL203',
    '# processes that fail at the same time retry within # ms: a peak of # requests per second',
    policy => {
      const {most, least} = waitOf(policy.backoff, 1, false);
      const failed = instancesOf(policy) * Math.min(1, policy.objective?.assume?.rps ?? 1);
      return [failed, most - least, (failed / (most - least)) * 1000];
    },
  ],
  [
    'RL203',
    'the waits? of (?:[\\d., and]+) ms',
    ({backoff}, printed) => printed.map((_, index) => waitOf(backoff, index + 1, false).most),
  ],
  ['RL204', 'All # waits are(?: up to)? # ms', policy => [retriesOf(policy), waitOf(policy.backoff, 1, false).most]],
  [
    'RL204',
    '(?:Every wait is(?: up to)?|No wait is longer than the first,) # ms',
    policy => [waitOf(policy.backoff, 1, false).most],
  ],
  [
    'RL204',
    'The waits fall from # ms to # ms',
    policy => [
      waitOf(policy.backoff, 1, false).most,
      waitOf(policy.backoff, Math.min(retriesOf(policy), 100), false).most,
    ],
  ],
  [
    'RL206',
    'The wait before retry #(?: after a throttled response)? is up to # ms; the limit is # ms',
    (policy, [, , limit]) => [longestRetry(policy).retry, longestRetry(policy).waitMs, limit],
  ],
  ['RL206', 'Retry-After.* by up to # ms.*The limit is # ms', policy => [policy.retryAfter.maxMs, 600_000]],
  [
    'RL206',
    'blocks its origin for up to # ms.*The limit is # ms',
    policy => [policy.retryAfter.maxMs, Math.max(600_000, policy.deadlineMs! / 4)],
  ],
  ['RL207', 'the server gets up to # times the load', async policy => [await attemptsAtWorst(policy)]],
  [
    'RL208',
    'A full bucket of # tokens pays # retries: it refuses no retry in the first # ms',
    policy => {
      const {capacity, retryCost} = bucketOf(policy);
      return [
        capacity,
        Math.floor(capacity / retryCost),
        (capacity / retryCost / (rpsOf(policy) * retriesOf(policy))) * 1000,
      ];
    },
  ],
  [
    'RL208',
    'A full bucket of # tokens pays # retries\\.',
    policy => [bucketOf(policy).capacity, Math.floor(bucketOf(policy).capacity / bucketOf(policy).retryCost)],
  ],
  [
    'RL208',
    'A refill of # tokens per minute at # tokens? per retry always allows # retries per second(?: at # calls per second)?',
    policy => {
      const {refillPerMinute, retryCost} = bucketOf(policy);
      return [refillPerMinute, retryCost, refillPerMinute / retryCost / 60, rpsOf(policy)];
    },
  ],
  ['RL208', 'takes # tokens', () => [0]],
  [
    'RL208',
    'The budget allows # % of the calls in # ms.*: it refuses no retry in the first # ms',
    policy => {
      const {ratio, windowMs} = ratioOf(policy);
      return [ratio * 100, windowMs, (ratio * windowMs) / retriesOf(policy)];
    },
  ],
  [
    'RL208',
    'The budget allows # retr(?:y|ies) per call, so the load can grow to # %',
    policy => [ratioOf(policy).ratio, 100 * (1 + Math.min(ratioOf(policy).ratio, retriesOf(policy)))],
  ],
  [
    'RL208',
    'The budget always allows # retr(?:y|ies) per second(?: at # calls? per second)?',
    policy => [ratioOf(policy).minPerSecond, rpsOf(policy)],
  ],
  [
    'RL209',
    '^# attempts here.* make # requests per call',
    ({maxAttempts, retryingLayers}) => [
      maxAttempts as number,
      retryingLayers.reduce((product, layer) => product * layer.maxAttempts, maxAttempts as number),
    ],
  ],
  [
    'RL210',
    'A Retry-After above # ms ends the call, although calls wait up to # ms',
    ({retryAfter, quota, deadlineMs}) => [retryAfter.maxMs, Math.min(quota!.maxWaitMs, deadlineMs ?? Infinity)],
  ],
  ['RL210', 'A Retry-After above # ms', ({retryAfter}) => [retryAfter.maxMs]],
  [
    'RL210',
    'After (?:429|529|4xx) .*the first retry waits at most # ms',
    ({backoff}) => [waitOf(backoff, 1, true).most],
  ],
  [
    'RL210',
    'After (?:429|529|4xx), the first retry waits at most # ms',
    ({backoff}) => [waitOf(backoff, 1, true).most],
  ],
  ['RL210', 'After (?:503|5xx), the first retry waits at most # ms', ({backoff}) => [waitOf(backoff, 1, false).most]],
];
