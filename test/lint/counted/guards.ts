/** Messages about breakers and hedges. */

import type {Breaker} from '../../../src/policy/types.ts';
import {attemptsOf} from '../support/arithmetic.ts';
import {adaptiveOf, type Counts, failuresOf, hedgeShareOf, leastOf, openMsOf, rpsOf} from './facts.ts';

export const guards: Counts = [
  [
    'RL212',
    'it needs # attempts? in # ms, and has # at # calls? per second(?: of # attempts each)?',
    policy => {
      const windowMs = policy.breaker?.kind === 'ratio' ? policy.breaker.windowMs : NaN;
      return [
        leastOf(policy),
        windowMs,
        (rpsOf(policy) * windowMs * attemptsOf(policy)) / 1000,
        rpsOf(policy),
        attemptsOf(policy),
      ];
    },
  ],
  [
    'RL212',
    'opens after # failures in a row, which take at least # ms of an outage(?:, even)? at # calls? per second(?: of # attempts each)?',
    policy => {
      const rps = policy.objective?.assume?.rps ?? 1000;
      return [
        failuresOf(policy),
        Math.floor((failuresOf(policy) / rps / attemptsOf(policy)) * 1000),
        rps,
        attemptsOf(policy),
      ];
    },
  ],
  ['RL212', 'all of at least # attempts fail', policy => [leastOf(policy)]],
  [
    'RL213',
    'Every call fails for up to # ms after an outage(?:, longer than a call lasts \\(# ms)?',
    policy => [openMsOf(policy), policy.deadlineMs!],
  ],
  ['RL213', 'sends a probe every # ms', policy => [adaptiveOf(policy).minProbeMs]],
  [
    'RL213',
    'opens for # ms only.*at least # ms',
    policy => [openMsOf(policy), Math.min(1000, 10 * (policy.attemptTimeoutMs ?? 1000))],
  ],
  ['RL213', 'stays open for # ms', policy => [openMsOf(policy)]],
  [
    'RL213',
    'it needs # % failures, and # % are assumed(?:, and by chance # % of # attempts fail)?',
    policy => {
      const {failureRatio = 0, hangRatio = 0, rps = 0} = policy.objective!.assume!;
      const {failureRatio: ratio, windowMs} = policy.breaker as Extract<Breaker, {kind: 'ratio'}>;
      const share = failureRatio + hangRatio;
      const held = Math.max(leastOf(policy), (rps * windowMs) / 1000);
      return [100 * ratio, 100 * share, 100 * Math.min(1, share + 3 * Math.sqrt((share * (1 - share)) / held)), held];
    },
  ],
  ['RL215', 'Hedges may add up to # % load', ({hedge}) => [100 * hedge!.maxLoadRatio]],
  [
    'RL215',
    'A quantile of # hedges # % of the attempts: (?:the )?# %',
    policy => [
      policy.hedge!.quantile,
      100 * hedgeShareOf(policy),
      100 * Math.min(hedgeShareOf(policy), policy.hedge!.maxLoadRatio),
    ],
  ],
  [
    'RL215',
    'A delay of # ms sends each hedge together with its attempt: (?:the )?# %',
    ({hedge}) => [0, 100 * hedge!.maxLoadRatio],
  ],
  [
    'RL215',
    '# % of the attempts are still in flight after # ms: (?:the )?# %',
    policy => [
      100 * hedgeShareOf(policy),
      policy.hedge!.delayMs,
      100 * Math.min(hedgeShareOf(policy) === 0.5 ? 1 : hedgeShareOf(policy), policy.hedge!.maxLoadRatio),
    ],
  ],
  [
    'RL216',
    '# failures in a row open it, and a call makes(?: up to # attempts)?',
    policy => [Math.max(policy.breaker?.kind === 'adaptive' ? 2 : 1, failuresOf(policy)), attemptsOf(policy)],
  ],
  [
    'RL216',
    '^# failures in a row open the breaker, and # calls per second make them in # ms: .* for # ms',
    policy => [failuresOf(policy), rpsOf(policy), (failuresOf(policy) / rpsOf(policy)) * 1000, openMsOf(policy)],
  ],
  ['RL216', 'refuses all calls for # ms', policy => [openMsOf(policy)]],
  [
    'RL216',
    'the failure ratio counts from # attempts?, and a call makes(?: up to # attempts)?',
    policy => [leastOf(policy), attemptsOf(policy)],
  ],
  [
    'RL216',
    'One failed attempt among # opens the breaker: it is # % of them, and failureRatio is #',
    policy => [
      leastOf(policy),
      100 / leastOf(policy),
      policy.breaker?.kind === 'ratio' ? policy.breaker.failureRatio : NaN,
    ],
  ],
];
