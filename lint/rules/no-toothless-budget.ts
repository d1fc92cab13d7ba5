import type {RatioBudget, TokenBucketBudget} from '../../src/policy/types.ts';
import {formatList, formatNumber, formatShare} from '../analysis/format.ts';
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
  summary: 'Let the budget refuse retries when many calls fail',
  why: `
A budget that never refuses is no budget. A retry that costs nothing takes nothing; a share of 100 % lets every call be retried; a
minimum a second that is above the traffic gives each call its retry whatever happens. In an outage, where the budget is needed,
all of them let the load double.

Ten retries a second are a fair minimum for a large server in front of thousands of calls, and no budget at all for a process
that makes five.
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
      name: 'a retry that costs nothing',
      text: '{\n  "budget": {"kind": "token-bucket", "retryCost": 0}\n}\n',
      findings: [
        {
          message: 'A retry takes 0 tokens, so the bucket is never empty and refuses none.',
          at: '2:38',
          marks: '"retryCost"',
        },
      ],
      fixed: '{\n  "budget": {"kind": "token-bucket", "retryCost": 14}\n}\n',
    },
    {
      name: 'twice the calls',
      text: '{\n  "budget": {"kind": "ratio", "ratio": 2}\n}\n',
      findings: [
        {
          message: 'The budget allows 2 retries for each call, so it lets the load grow to 300 % of the calls.',
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
            'The budget allows 10 retries a second whatever happens, and there are 5 calls a second: each may be retried in an outage.',
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
            '6000 tokens a minute and 14 tokens a retry are 7.14 retries a second whatever happens, and there are 5 calls a second: each may be retried in an outage.',
          at: '2:38',
          marks: '"refillPerMinute"',
        },
      ],
      fixed:
        '{\n  "budget": {"kind": "token-bucket", "refillPerMinute": 14},\n  "objective": {"assume": {"rps": 5}}\n}\n',
    },
  ],
  good: [
    {name: 'a tenth of the calls', text: '{\n  "budget": {"kind": "ratio", "ratio": 0.1}\n}\n'},
    {
      name: 'a minimum below the traffic',
      text: '{\n  "budget": {"kind": "ratio", "ratio": 0.1, "minPerSecond": 1},\n  "objective": {"assume": {"rps": 50}}\n}\n',
    },
  ],

  fields: ['budget'],
  reads: ['maxAttempts', 'objective', 'retryOn'],

  *check(scope): Iterable<Draft> {
    const {budget, objective} = scope.policy;
    if (budget === null || !mayRetry(scope)) return;
    const rps = objective?.assume?.rps;
    if (budget.kind === 'ratio') yield* judgeRatio(budget, rps, scope);
    else yield* judgeBucket(budget, rps, scope);
  },
});

function* judgeRatio({ratio, minPerSecond}: RatioBudget, rps: number | undefined, scope: Scope): Iterable<Draft> {
  if (ratio >= 1) {
    const message = `The budget allows ${formatNumber(ratio)} retries for each call, so it lets the load grow to ${formatShare(1 + ratio)} of the calls.`;
    yield {at: 'budget.ratio', message, fix: setting(scope, 'budget.ratio', 0.1)};
  } else if (rps !== undefined && rps > 0 && minPerSecond >= rps) {
    const message = `The budget allows ${formatNumber(minPerSecond)} retries a second whatever happens, and there are ${formatNumber(rps)} calls a second: each may be retried in an outage.`;
    yield {at: 'budget.minPerSecond', message, related: assumed, fix: setting(scope, 'budget.minPerSecond', 0)};
  }
}

function* judgeBucket(budget: TokenBucketBudget, rps: number | undefined, scope: Scope): Iterable<Draft> {
  const {retryCost, throttledCost, refillPerMinute} = budget;
  const free = [
    ...(retryCost === 0 ? [setting(scope, 'budget.retryCost', 14)] : []),
    ...(throttledCost === 0 && retriesThrottled(scope.policy) ? [setting(scope, 'budget.throttledCost', 5)] : []),
  ];
  for (const fix of free) {
    const at = fix.changes[0]!.path;
    const which = at === 'budget.retryCost' ? 'A retry' : 'A retry after a throttled response';
    yield {at, message: `${which} takes 0 tokens, so the bucket is never empty and refuses none.`, fix};
  }
  const perSecond = refillPerMinute / 60 / retryCost;
  // One retry a minute is for a client that hardly calls: no storm is made of it.
  if (retryCost === 0 || rps === undefined || rps === 0 || perSecond < rps || perSecond <= 1 / 60) return;
  const sum = formatList([
    `${formatNumber(refillPerMinute)} tokens a minute`,
    `${formatNumber(retryCost)} tokens a retry`,
  ]);
  const message = `${sum} are ${formatNumber(perSecond)} retries a second whatever happens, and there are ${formatNumber(rps)} calls a second: each may be retried in an outage.`;
  yield {
    at: 'budget.refillPerMinute',
    message,
    related: assumed,
    ...(14 / 60 / retryCost < Math.max(rps, 1 / 60 + 1e-9) ? {fix: setting(scope, 'budget.refillPerMinute', 14)} : {}),
  };
}

const assumed = [{at: 'objective.assume.rps', message: 'The traffic is assumed here.'}];
