import type {RatioBudget, TokenBucketBudget} from '../../src/policy/types.ts';
import {formatNumber, formatShare} from '../analysis/format.ts';
import {mayRetry, retriesThrottled} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import type {Scope} from '../model/scope.ts';
import {type Draft, defineRule, type Rule} from '../rule.ts';

export const toothlessBudget: Rule = defineRule({
  code: 'RL208',
  name: 'no-toothless-budget',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Set a budget that refuses retries in an outage',
  documentation: () => ({
    why: `
A budget limits the load only if it refuses retries in an outage. It never does if a retry costs 0 tokens, if the ratio is 1 or more, or if
the minimum per second is above the traffic. In an outage, the load then doubles or worse.

A minimum of ten retries per second suits a server with thousands of calls per second. For a process with five calls per second, it limits
nothing.
`,
    sources: [
      {
        title: 'Finagle, RetryBudget',
        url: 'https://twitter.github.io/finagle/docs/com/twitter/finagle/service/RetryBudget.html',
      },
      {title: 'Gateway API, GEP-3388: Retry Budgets', url: 'https://gateway-api.sigs.k8s.io/geps/gep-3388/'},
    ],
    bad: [
      {
        name: 'a cost of 0',
        text: '{\n  "budget": {"kind": "token-bucket", "retryCost": 0}\n}\n',
        findings: [
          {
            message: 'A retry takes 0 tokens, so the bucket is never empty and refuses no retry. Set a cost above 0.',
            at: '2:38',
            marks: '"retryCost"',
          },
        ],
        fixed: '{\n  "budget": {"kind": "token-bucket", "retryCost": 14}\n}\n',
      },
      {
        name: 'a ratio of 2',
        text: '{\n  "budget": {"kind": "ratio", "ratio": 2}\n}\n',
        findings: [
          {
            message:
              'The budget allows 2 retries per call, so the load can grow to 300 % of the calls. Set a ratio below 1.',
            at: '2:31',
            marks: '"ratio"',
          },
        ],
        fixed: '{\n  "budget": {"kind": "ratio", "ratio": 0.1}\n}\n',
      },
      {
        name: 'a minimum above the traffic',
        text: '{\n  "budget": {"kind": "ratio", "ratio": 0.1, "minPerSecond": 10},\n  "objective": {"assume": {"rps": 5}}\n}\n',
        findings: [
          {
            message:
              'The budget always allows 10 retries per second, but there are only 5 calls per second: each can be retried in an outage. Lower minPerSecond.',
            at: '2:45',
            marks: '"minPerSecond"',
          },
        ],
        fixed:
          '{\n  "budget": {"kind": "ratio", "ratio": 0.1, "minPerSecond": 0},\n  "objective": {"assume": {"rps": 5}}\n}\n',
      },
      {
        name: 'a refill above the traffic',
        text: '{\n  "budget": {"kind": "token-bucket", "refillPerMinute": 6000},\n  "objective": {"assume": {"rps": 5}}\n}\n',
        findings: [
          {
            message:
              'A refill of 6000 tokens per minute at 14 tokens per retry always allows 7.14 retries per second, but there are only 5 calls per second: each can be retried in an outage. Lower refillPerMinute.',
            at: '2:38',
            marks: '"refillPerMinute"',
          },
        ],
        fixed:
          '{\n  "budget": {"kind": "token-bucket", "refillPerMinute": 14},\n  "objective": {"assume": {"rps": 5}}\n}\n',
      },
    ],
    good: [
      {name: '10 % of the calls', text: '{\n  "budget": {"kind": "ratio", "ratio": 0.1}\n}\n'},
      {
        name: 'a minimum below the traffic',
        text: '{\n  "budget": {"kind": "ratio", "ratio": 0.1, "minPerSecond": 1},\n  "objective": {"assume": {"rps": 50}}\n}\n',
      },
    ],
  }),

  needs: ['budget', 'objective'],
  fields: ['budget'],
  reads: ['maxAttempts', 'objective', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {budget, objective} = scope.policy;
    if (budget === null || !mayRetry(scope)) return;
    const rps = objective?.assume?.rps;
    if (budget.kind === 'ratio') yield* checkRatio(budget, rps, scope);
    else yield* checkBucket(budget, rps, scope);
  },
});

function* checkRatio({ratio, minPerSecond}: RatioBudget, rps: number | undefined, scope: Scope): Iterable<Draft> {
  if (ratio >= 1) {
    const message = `The budget allows ${formatNumber(ratio)} retries per call, so the load can grow to ${formatShare(1 + ratio)} of the calls. Set a ratio below 1.`;
    yield {at: 'budget.ratio', message, fix: setting(scope, 'budget.ratio', 0.1)};
  } else if (rps !== undefined && rps > 0 && minPerSecond >= rps) {
    const message = `The budget always allows ${formatNumber(minPerSecond)} retries per second, but there are only ${formatNumber(rps)} calls per second: each can be retried in an outage. Lower ${scope.dialect.words.key('budget.minPerSecond')}.`;
    yield {at: 'budget.minPerSecond', message, related: assumed, fix: setting(scope, 'budget.minPerSecond', 0)};
  }
}

function* checkBucket(budget: TokenBucketBudget, rps: number | undefined, scope: Scope): Iterable<Draft> {
  const {retryCost, throttledCost, refillPerMinute} = budget;
  const free = [
    ...(retryCost === 0 ? [setting(scope, 'budget.retryCost', 14)] : []),
    ...(throttledCost === 0 && retriesThrottled(scope.policy) ? [setting(scope, 'budget.throttledCost', 5)] : []),
  ];
  for (const fix of free) {
    const at = fix.changes[0]!.path;
    const which = at === 'budget.retryCost' ? 'A retry' : 'A retry after a throttled response';
    yield {
      at,
      message: `${which} takes 0 tokens, so the bucket is never empty and refuses no retry. Set a cost above 0.`,
      fix,
    };
  }
  const perSecond = refillPerMinute / 60 / retryCost;
  // One retry per minute is accepted for clients with few calls.
  if (retryCost === 0 || rps === undefined || rps === 0 || perSecond < rps || perSecond <= 1 / 60) return;
  const refill = `A refill of ${formatNumber(refillPerMinute)} tokens per minute at ${formatNumber(retryCost)} tokens per retry`;
  const message = `${refill} always allows ${formatNumber(perSecond)} retries per second, but there are only ${formatNumber(rps)} calls per second: each can be retried in an outage. Lower ${scope.dialect.words.key('budget.refillPerMinute')}.`;
  yield {
    at: 'budget.refillPerMinute',
    message,
    related: assumed,
    ...(14 / 60 / retryCost < Math.max(rps, 1 / 60 + 1e-9) ? {fix: setting(scope, 'budget.refillPerMinute', 14)} : {}),
  };
}

const assumed = [{at: 'objective.assume.rps', message: 'The traffic is assumed here.'}];
