import type {Hedging} from '../../src/policy/types.ts';
import {formatShare} from '../analysis/format.ts';
import {type HedgedShare, hedgedShareOf} from '../analysis/hedging.ts';
import {mayRepeat, mayRetry} from '../analysis/retryability.ts';
import {sayChange, setting} from '../analysis/setting.ts';
import {isSure, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const excessiveHedging: Rule = defineRule({
  code: 'RL215',
  name: 'no-excessive-hedging',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Hedge the few attempts that are slow',
  why: `
A hedge is a second attempt for the few that are slow: sent after the 95th percentile of the latency, it adds 5 % to the load and cuts
the slowest answers short. Sent before half of the answers have come, it is a second copy of most calls, and the share that
\`maxLoadRatio\` allows is spent on calls that were not slow.

\`maxLoadRatio\` is the bound for the bad hour. When a server slows down as a whole, every attempt is slow, and each of them is due for
a hedge. A bound of half the calls or more then adds that much to the load of a server that has too much already.
`,
  sources: [
    {title: 'J. Dean, L. Barroso, The Tail at Scale (2013)', url: 'https://doi.org/10.1145/2408776.2408794'},
    {
      title: 'Finagle, MethodBuilder: backup requests and maxExtraLoad',
      url: 'https://twitter.github.io/finagle/guide/MethodBuilder.html',
    },
  ],
  bad: [
    {
      name: 'a delay below the median',
      text: '{\n  "hedge": {"delayMs": 100},\n  "objective": {"assume": {"latencyMs": {"p50": 180, "p95": 410}}}\n}\n',
      findings: [
        {
          message:
            '88 % of the attempts are still in flight after 100 ms: the 5 % of the calls that may be hedged are the first that come, not the slowest.',
          at: '2:13',
          marks: '"delayMs"',
        },
      ],
    },
    {
      name: 'no delay, and no bound',
      text: '{\n  "hedge": {"delayMs": 0, "maxLoadRatio": 1}\n}\n',
      findings: [
        {
          message: 'A delay of 0 ms sends each hedge together with its attempt: 100 % of the calls are sent twice.',
          at: '2:13',
          marks: '"delayMs"',
        },
        {
          message:
            'Hedges may add 100 % to the load: when the server slows down, every attempt is slow, and that many are sent twice.',
          at: '2:27',
          marks: '"maxLoadRatio"',
        },
      ],
      fixed: '{\n  "hedge": {"delayMs": 0, "maxLoadRatio": 0.05}\n}\n',
    },
    {
      name: 'a low quantile',
      text: '{\n  "hedge": {"quantile": 0.25}\n}\n',
      findings: [
        {
          message:
            'A quantile of 0.25 is for 75 % of the attempts: the 5 % of the calls that may be hedged are the first that come, not the slowest.',
          at: '2:13',
          marks: '"quantile"',
        },
      ],
      fixed: '{\n  "hedge": {"quantile": 0.95}\n}\n',
    },
  ],
  good: [
    {name: 'the slowest twentieth', text: '{\n  "hedge": {"quantile": 0.95}\n}\n'},
    {
      name: 'a delay at the 95th percentile',
      text: '{\n  "hedge": {"delayMs": 410, "maxLoadRatio": 0.1},\n  "objective": {"assume": {"latencyMs": {"p50": 180, "p95": 410}}}\n}\n',
    },
    {name: 'a delay, and latencies that are not known', text: '{\n  "hedge": {"delayMs": 100}\n}\n'},
  ],

  judges: ['hedge', 'hedge.delayMs', 'hedge.quantile', 'hedge.maxLoadRatio'],
  reads: ['attemptTimeoutMs', 'idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'objective'],

  *check(scope): Iterable<Draft> {
    const {hedge} = scope.policy;
    // A hedge that is never sent is RL405's to report, one without a key RL105's.
    if (hedge === null || hedge.maxLoadRatio === 0 || !mayRetry(scope) || !mayRepeat(scope)) return;
    yield* early(scope, hedge);
    if (hedge.maxLoadRatio < MOST) return;
    yield {
      at: 'hedge.maxLoadRatio',
      message: `Hedges may add ${formatShare(hedge.maxLoadRatio)} to the load: when the server slows down, every attempt is slow, and that many are sent twice.`,
      fix: setting(scope, 'hedge.maxLoadRatio', 0.05),
    };
  },
});

/** What is sent twice for half of the calls is no exception any more. */
const MOST = 0.5;
/** The law is exact to seven digits. */
const ROUNDING = 1e-6;

function* early(scope: Scope, hedge: Hedging): Iterable<Draft> {
  const hedged = hedgedShareOf(scope.policy);
  if (hedged === undefined || hedged.share < MOST - ROUNDING) return;
  // A delay of 0 needs no latency to compare with.
  if (hedge.quantile === undefined && hedge.delayMs !== 0 && !isSure(scope, 'objective')) return;
  yield {
    at: hedge.quantile === undefined ? 'hedge.delayMs' : 'hedge.quantile',
    message: `${sayDue(scope, hedge, hedged)}: ${sayAllowed(hedge.maxLoadRatio, hedged)}.`,
    related: [{at: 'objective.assume.latencyMs', message: 'The latencies are assumed here.'}],
    ...later(scope, hedge),
  };
}

function sayDue({dialect: {words}}: Scope, {delayMs, quantile}: Hedging, {share, isExact}: HedgedShare): string {
  if (quantile !== undefined) return `A quantile of ${quantile} is for ${formatShare(share)} of the attempts`;
  if (delayMs === 0) return `A delay of ${words.ms(0)} sends each hedge together with its attempt`;
  const many = `${isExact ? '' : 'at least '}${formatShare(share)} of the attempts`;
  return `${many.replace(/^a/, 'A')} are still in flight after ${words.ms(delayMs!)}`;
}

function sayAllowed(maxLoadRatio: number, {share, isExact}: HedgedShare): string {
  if (isExact && share <= maxLoadRatio) return `${formatShare(share)} of the calls are sent twice`;
  return `the ${formatShare(maxLoadRatio)} of the calls that may be hedged are the first that come, not the slowest`;
}

/** A quantile has one way out; a delay is set by what is stated, or measured. */
function later(scope: Scope, {delayMs, maxLoadRatio}: Hedging): Pick<Draft, 'fix' | 'suggestions'> {
  const {policy} = scope;
  if (delayMs === undefined) return {fix: setting(scope, 'hedge.quantile', 0.95)};
  const slowMs = Math.ceil(policy.objective?.assume?.latencyMs?.p95 ?? 0);
  const measured: FixDraft = {
    title: 'Hedge the slowest 5 %: measure the delay, with quantile 0.95',
    changes: [{do: 'set', path: 'hedge', value: {quantile: 0.95, maxLoadRatio}}],
  };
  if (slowMs <= delayMs || slowMs >= (policy.attemptTimeoutMs ?? Number.POSITIVE_INFINITY))
    return {suggestions: [measured]};
  const stated: FixDraft = {
    title: `${sayChange(scope, 'hedge.delayMs', slowMs)}, the stated p95`,
    changes: [{do: 'set', path: 'hedge.delayMs', value: slowMs}],
  };
  return {suggestions: [stated, measured]};
}
