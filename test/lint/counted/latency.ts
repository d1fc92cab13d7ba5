/** Messages about time limits and promises. */

import {attemptsOf, isThrottledRetried, neededMs, shareAbove, waitableMs, waitOf} from '../support/arithmetic.ts';
import {adaptiveOf, type Counts, capOf, hanging, limitOf, retriesOf} from './facts.ts';

export const latency: Counts = [
  [
    'RL301',
    'one that hangs takes the whole deadline of # ms, and the # retries are never sent',
    async policy => {
      const {sentAt, endedAt} = await hanging(policy, 0);
      return [endedAt, attemptsOf(policy) - sentAt.length];
    },
  ],
  ['RL301', 'one that hangs takes the whole deadline of # ms', async policy => [(await hanging(policy, 0)).endedAt]],
  ['RL301', 'the # retries are never sent', policy => [retriesOf(policy)]],
  [
    'RL302',
    '# attempts of # ms and their waits take up to # ms(?:.*, and each Retry-After adds up to # ms)?',
    policy => [
      attemptsOf(policy),
      policy.attemptTimeoutMs!,
      neededMs(policy, isThrottledRetried(policy)),
      policy.retryAfter.maxMs,
    ],
  ],
  [
    'RL304',
    'No call waits # ms for the end of an outage: the longest wait is # ms, which leaves an attempt # ms',
    policy => [adaptiveOf(policy).maxWaitMs, waitableMs(policy), policy.deadlineMs! - waitableMs(policy)],
  ],
  [
    'RL304',
    'No call waits # ms for the end of an outage: none waits.* of # ms',
    policy => [adaptiveOf(policy).maxWaitMs, policy.deadlineMs!],
  ],
  ['RL304', 'No wait reaches the cap of # ms.*: the deadline is # ms', policy => [capOf(policy), policy.deadlineMs!]],
  [
    'RL304',
    'No wait reaches the cap of # ms.*: the longest, before retry #, is # ms',
    policy => [
      capOf(policy),
      retriesOf(policy),
      waitOf(policy.backoff, retriesOf(policy), isThrottledRetried(policy)).most,
    ],
  ],
  [
    'RL304',
    'The attempt timeout of # ms.* never applies, because the deadline of # ms.* no time is left for(?: # retr)?',
    async policy => {
      const {sentAt, endedAt} = await hanging(policy, 0);
      return [policy.attemptTimeoutMs!, endedAt, attemptsOf(policy) - sentAt.length];
    },
  ],
  [
    'RL304',
    'The first content may take # ms, but the (?:deadline|attempt timeout) ends the wait after # ms',
    (policy, _, message) => [
      policy.stream!.firstContentMs!,
      message.includes('the deadline ends') ? policy.deadlineMs! : policy.attemptTimeoutMs!,
    ],
  ],
  [
    'RL309',
    'A call can take the whole deadline of # ms.*, above the objective of # ms',
    policy => [policy.deadlineMs!, policy.objective!.latencyMs!.p99!],
  ],
  [
    'RL309',
    '(?:One attempt|# attempts with their waits) can take # ms.*, above the objective of # ms',
    (policy, printed) => [
      ...(printed.length === 3 ? [attemptsOf(policy)] : []),
      neededMs(policy, isThrottledRetried(policy)),
      policy.objective!.latencyMs!.p99!,
    ],
  ],
  ['RL309', 'can exceed the objective of # ms', policy => [policy.objective!.latencyMs!.p99!]],
  [
    'RL309',
    'At most # % of the calls succeed with # attempts? \\(objective: # %\\), because # %',
    (policy, [, attempts]) => {
      const {failureRatio = 0, hangRatio = 0} = policy.objective!.assume!;
      const failed = failureRatio + hangRatio;
      return [
        100 * (1 - failed ** attempts!),
        policy.retryOn.length === 0 ? 1 : attemptsOf(policy),
        100 * policy.objective!.successRatio!,
        100 * failed,
      ];
    },
  ],
  ['RL309', 'With the assumed traffic', () => []],
  [
    'RL310',
    '(?:An attempt|A call)(?: that asks for fewer than # output tokens)? times out after # ms, below the assumed p(?:50|95|99) of # ms: (?:at least )?# %',
    (policy, printed, message) => {
      const name = /assumed (p\d\d)/.exec(message)![1] as 'p50' | 'p95' | 'p99';
      const latencyMs = policy.objective!.assume!.latencyMs!;
      const lost = shareAbove(latencyMs, limitOf(policy)) ?? {p50: 0.5, p95: 0.05, p99: 0.01}[name];
      return [
        ...(printed.length === 4 ? [Math.ceil(limitOf(policy) / policy.paid!.attemptTimeoutPerOutputTokenMs!)] : []),
        limitOf(policy),
        latencyMs[name],
        100 * lost,
      ];
    },
  ],
  [
    'RL310',
    'A stream without content for # ms fails, and the assumed p50 is # ms',
    policy => [policy.stream!.firstContentMs!, policy.objective!.assume!.latencyMs!.p50],
  ],
  ['RL316', 'how much of the # ms', policy => [policy.deadlineMs!]],
];
