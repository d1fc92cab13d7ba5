/** Messages about limits and traffic. */

import {defaultPolicy} from '../../../src/policy/defaults.ts';
import {resolvePolicy} from '../../../src/policy/resolve.ts';
import {attemptsOf, heldMs, neededMs} from '../support/arithmetic.ts';
import {adaptiveOf, bucketOf, bucketsOf, type Counts, instancesOf, lineOf, retriesOf, rpsOf} from './facts.ts';

export const traffic: Counts = [
  [
    'RL217',
    'At # calls? per second of (?:about )?# ms(?: on average)?, # attempts are in flight, but the limit is #: (?:the queue of # fills, and then )?at least # %',
    (policy, printed) => {
      const load = (rpsOf(policy) * heldMs(policy)!) / 1000;
      const {max, queue} = policy.concurrency!;
      return [
        rpsOf(policy),
        heldMs(policy),
        load,
        max,
        ...(printed.length === 6 ? [queue] : []),
        100 * (1 - max / load),
      ];
    },
  ],
  [
    'RL217',
    'In an outage, # calls may wait \\(# calls? per second, for # ms\\), but the queue of the breaker holds #: # %',
    policy => [
      lineOf(policy).most,
      rpsOf(policy),
      lineOf(policy).waitMs,
      adaptiveOf(policy).queue,
      100 * (1 - adaptiveOf(policy).queue / lineOf(policy).most),
    ],
  ],
  [
    'RL217',
    '(?:The last of # calls|The call) in the queue waits # ms \\(# in flight,(?: each)? for (?:about )?# ms(?: on average)?\\), longer than the deadline of # ms',
    (policy, printed) => {
      const {max, queue} = policy.concurrency!;
      return [
        ...(printed.length === 5 ? [queue] : []),
        (queue * heldMs(policy)!) / max,
        max,
        heldMs(policy),
        policy.deadlineMs!,
      ];
    },
  ],
  [
    'RL217',
    'in the queue waits # ms \\(# in flight.*leaves # ms',
    policy => {
      const waitMs = (policy.concurrency!.queue * heldMs(policy)!) / policy.concurrency!.max;
      return [waitMs, policy.concurrency!.max, policy.deadlineMs! - waitMs];
    },
  ],
  [
    'RL217',
    'The learned rate starts at # requests? per second, and # calls? per second come: until it has grown, about # calls? (?:waits?|would wait), for up to # ms \\((?:if )?an answer takes # ms\\)(?:, but (?:the queue holds|no call may wait longer than) #)?',
    // The calls and the wait are the engine's: see test/lint/learned-start.test.ts.
    (policy, printed, message) => {
      const {startPerSecond, queue, maxWaitMs} = policy.quota!;
      const bound = message.includes('queue holds') ? queue : Math.min(maxWaitMs, (policy.deadlineMs ?? Infinity) - 50);
      const answerMs = message.includes('(if an') ? 100 : heldMs(policy);
      return [startPerSecond!, rpsOf(policy), undefined, undefined, answerMs, ...(printed.length === 6 ? [bound] : [])];
    },
  ],
  [
    'RL217',
    'The quota of # requests? in # ms admits # requests? per second, but the assumed traffic is # calls? per second: .*at least # %',
    policy => {
      const rates = policy
        .quota!.limits.filter(({unit}) => unit === 'requests')
        .map(({max, perMs}) => ({max, perMs, rate: (max / perMs) * 1000}));
      const {max, perMs, rate} = rates.sort((a, b) => a.rate - b.rate)[0]!;
      return [max, perMs, rate, rpsOf(policy), 100 * (1 - rate / rpsOf(policy))];
    },
  ],
  [
    'RL217',
    '^(?:breaker|quota|concurrency).queue is #: .*Set it to #, the default',
    (_, __, message) => {
      const adaptive = resolvePolicy({concurrency: {kind: 'adaptive'}, quota: {}}).policy;
      const [guard = ''] = message.split('.');
      return [
        0,
        {
          breaker: (defaultPolicy.breaker as {queue: number}).queue,
          quota: adaptive.quota!.queue,
          concurrency: adaptive.concurrency!.queue,
        }[guard],
      ];
    },
  ],
  [
    'RL218',
    '# processes may each retry # times? per second, however few calls they make: together # retr(?:y|ies) per second, # % of their # calls',
    policy => {
      const each =
        policy.budget?.kind === 'ratio'
          ? policy.budget.minPerSecond
          : bucketOf(policy).refillPerMinute / 60 / bucketOf(policy).retryCost;
      return [
        instancesOf(policy),
        each,
        each * instancesOf(policy),
        (100 * each) / rpsOf(policy),
        instancesOf(policy) * rpsOf(policy),
      ];
    },
  ],
  [
    'RL218',
    '# processes each have a bucket of # retr(?:y|ies), together #: more than their # calls per second make in # s. In the first # s',
    policy => {
      const buckets = bucketsOf(policy);
      return [...buckets, instancesOf(policy) * rpsOf(policy), 5, buckets[1] / (rpsOf(policy) * retriesOf(policy))];
    },
  ],
  [
    'RL218',
    '# processes each have a bucket of # retr(?:y|ies), together #: at # calls? per second each, the buckets refuse no retry in the first # s',
    policy => {
      const buckets = bucketsOf(policy);
      return [...buckets, rpsOf(policy), buckets[1] / (rpsOf(policy) * retriesOf(policy))];
    },
  ],
  [
    'RL218',
    '# processes may each take .*, together # times as much',
    policy => [instancesOf(policy), instancesOf(policy)],
  ],
  [
    'RL219',
    'A decrease leaves # of the limit, so it takes # decreases',
    ({concurrency}) => {
      const ratio = concurrency?.kind === 'adaptive' ? concurrency.decreaseRatio : NaN;
      let [left, times] = [1, 0];
      for (; left > 0.5; times++) left *= ratio;
      return [ratio, times];
    },
  ],
  ['RL219', 'The limit is always #', ({concurrency}) => [concurrency!.max]],
  [
    'RL219',
    'never falls below #, and at # calls? per second, at most # attempts',
    policy => {
      const isRepeated =
        policy.budget === null && policy.retryOn.includes('timeout') && policy.paid?.afterTimeout !== false;
      return [
        policy.concurrency?.kind === 'adaptive' ? policy.concurrency.min : NaN,
        rpsOf(policy),
        (rpsOf(policy) * (isRepeated ? attemptsOf(policy) : 1) * policy.attemptTimeoutMs!) / 1000,
      ];
    },
  ],
  [
    'RL219',
    'The limit starts at #, not at #, because (?:max|min) is #',
    ({concurrency}, [bound], message) => {
      const {max, start} = concurrency as {max: number; start?: number};
      return message.includes('because max') ? [max, start, max] : [bound, start, bound];
    },
  ],
  [
    'RL225',
    '# calls per second wait for up to # ms.*which makes # in flight',
    policy => {
      const isRepeated =
        policy.breaker === null &&
        policy.budget === null &&
        policy.retryOn.includes('timeout') &&
        policy.paid?.afterTimeout !== false;
      const callMs = Math.min(
        isRepeated ? neededMs(policy, false) : (policy.attemptTimeoutMs ?? Infinity),
        policy.deadlineMs ?? Infinity,
      );
      return [rpsOf(policy), callMs, (rpsOf(policy) * callMs) / 1000];
    },
  ],
];
