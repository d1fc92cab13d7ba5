import type {Budget} from '../../src/policy/types.ts';
import {formatCount, formatNumber, formatShare} from '../analysis/format.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {setting} from '../analysis/setting.ts';
import {mostSpecific, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const budgetMultipliedByInstances: Rule = defineRule({
  code: 'RL218',
  name: 'no-budget-multiplied-by-instances',
  category: 'load',
  severity: 'warning',
  confidence: 'medium',
  fix: 'unsafe',
  summary: 'Size the budget of a process for all processes together',
  why: `
Every process has a budget of its own, and the server meets all of them. What a budget allows for each call grows and shrinks with the
traffic, whatever the number of processes. What it allows by itself does not: a minimum a second, a refill, and the tokens of a bucket
that is full when the outage begins are multiplied by the number of processes. For one client that hardly calls that is nothing. For
a thousand of them it can be more than all their calls.

Speaks where \`objective.instances\` and \`objective.assume.rps\` are stated: of retries that are allowed whatever happens and are
more than 20 % of the calls, and of full buckets that refuse no retry for the first minute of an outage.
`,
  sources: [
    {
      title: 'Google SRE Book, Handling Overload: a budget of each client, 10 % of its requests',
      url: 'https://sre.google/sre-book/handling-overload/',
    },
    {
      title: 'Finagle, RetryBudget: 20 % of the requests, and a minimum a second for each client',
      url: 'https://twitter.github.io/finagle/docs/com/twitter/finagle/service/RetryBudget.html',
    },
    {title: 'Gateway API, GEP-3388: Retry Budgets', url: 'https://gateway-api.sigs.k8s.io/geps/gep-3388/'},
  ],
  bad: [
    {
      name: 'a minimum for each of two hundred processes',
      text: '{\n  "budget": {"kind": "ratio", "ratio": 0.1, "minPerSecond": 10},\n  "objective": {"instances": 200, "assume": {"rps": 25}}\n}\n',
      findings: [
        {
          message:
            'Each of 200 processes may retry 10 times a second whatever happens: together 2000 retries a second, 40 % of their 5000 calls.',
          at: '2:45',
          marks: '"minPerSecond"',
        },
      ],
      fixed:
        '{\n  "budget": {"kind": "ratio", "ratio": 0.1, "minPerSecond": 0},\n  "objective": {"instances": 200, "assume": {"rps": 25}}\n}\n',
    },
    {
      name: 'full buckets of clients that hardly call',
      text: '{\n  "objective": {"instances": 500, "assume": {"rps": 0.02}}\n}\n',
      findings: [
        {
          message:
            'Each of 500 processes may retry 0.017 times a second whatever happens: together 8.33 retries a second, 83.3 % of their 10 calls.',
          at: '2:17',
          marks: '"instances"',
        },
      ],
    },
    {
      name: 'a bucket that lasts for minutes',
      text: '{\n  "budget": {"kind": "token-bucket", "capacity": 7000},\n  "objective": {"instances": 40, "assume": {"rps": 2}}\n}\n',
      findings: [
        {
          message:
            'Each of 40 processes has a bucket of 500 retries, together 20000: at 2 calls a second each, an outage lasts 125 s before one is refused.',
          at: '2:38',
          marks: '"capacity"',
        },
      ],
    },
  ],
  good: [
    {
      name: 'a share of the calls, however many processes make them',
      text: '{\n  "budget": {"kind": "ratio", "ratio": 0.1},\n  "objective": {"instances": 500, "assume": {"rps": 0.02}}\n}\n',
    },
    {name: 'busy processes', text: '{\n  "objective": {"instances": 200, "assume": {"rps": 50}}\n}\n'},
    {name: 'a client by itself', text: '{\n  "objective": {"instances": 1, "assume": {"rps": 0.02}}\n}\n'},
  ],

  judges: ['budget', 'maxAttempts', 'objective'],

  *check(scope): Iterable<Draft> {
    const {budget, objective} = scope.policy;
    const instances = objective?.instances ?? 1;
    const rps = objective?.assume?.rps ?? 0;
    if (budget === null || instances < 2 || rps === 0 || !mayRetry(scope)) return;
    const fleet = {instances, rps};
    const draft = always(scope, budget, fleet) ?? atFirst(scope, budget, fleet);
    if (draft !== undefined) yield draft;
  },
});

interface Fleet {
  readonly instances: number;
  /** Of each process. */
  readonly rps: number;
}

/** Finagle's and GEP-3388's share of the calls. */
const MOST_SHARE = 0.2;
/** Fewer retries a second of all processes are no load. */
const LEAST_PER_SECOND = 1;
const LONG_SECONDS = 60;
/** Fewer retries in the buckets of all processes are no load. */
const LEAST_RETRIES = 100;

/** What comes back by time, whether calls succeed or not. */
function always(scope: Scope, budget: Budget, {instances, rps}: Fleet): Draft | undefined {
  const each = budget.kind === 'ratio' ? budget.minPerSecond : budget.refillPerMinute / 60 / budget.retryCost;
  const all = each * instances;
  const isToothless = each >= rps && (budget.kind === 'ratio' || each > 1 / 60);
  // A budget that is toothless for one process is RL208's to report.
  if (!Number.isFinite(all) || isToothless || each / rps <= MOST_SHARE || all < LEAST_PER_SECOND) return undefined;
  const field = budget.kind === 'ratio' ? 'budget.minPerSecond' : 'budget.refillPerMinute';
  return {
    at: mostSpecific(scope, field, 'objective.instances'),
    message: `Each of ${instances} processes may retry ${formatNumber(each)} times a second whatever happens: together ${formatNumber(all)} retries a second, ${formatShare(each / rps)} of their ${formatNumber(instances * rps)} calls.`,
    related: related(field),
    ...(budget.kind === 'ratio' ? {fix: setting(scope, field, 0)} : {suggestions: [asShare]}),
  };
}

/** The retries of a full bucket, which the first failures of an outage take. */
function atFirst(scope: Scope, budget: Budget, {instances, rps}: Fleet): Draft | undefined {
  if (budget.kind === 'ratio' || budget.retryCost === 0) return undefined;
  const each = Math.floor(budget.capacity / budget.retryCost);
  const seconds = each / (rps * retriesOf(scope.policy));
  if (seconds < LONG_SECONDS || each * instances < LEAST_RETRIES) return undefined;
  const calls = formatCount(Number(formatNumber(rps)), 'call');
  return {
    at: mostSpecific(scope, 'budget.capacity', 'objective.instances'),
    message: `Each of ${instances} processes has a bucket of ${each} retries, together ${formatNumber(each * instances)}: at ${calls} a second each, an outage lasts ${formatNumber(seconds)} s before one is refused.`,
    related: related('budget.capacity'),
    suggestions: [asShare],
  };
}

const related = (field: string) => [
  {at: 'objective.instances', message: 'The processes are counted here.'},
  {at: 'objective.assume.rps', message: 'The traffic of each is assumed here.'},
  {at: field, message: 'The budget of each is set here.'},
];

const asShare: FixDraft = {
  title: 'Allow a tenth of the calls instead',
  changes: [{do: 'set', path: 'budget', value: {kind: 'ratio', ratio: 0.1}}],
};
