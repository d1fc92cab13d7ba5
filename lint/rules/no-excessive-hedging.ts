import type {Hedging} from '../../src/policy/types.ts';
import {formatShare} from '../analysis/format.ts';
import {type HedgedShare, hedgedShareOf} from '../analysis/hedging.ts';
import {mayRepeat, mayRetry} from '../analysis/retryability.ts';
import {formatChange, setting} from '../analysis/setting.ts';
import {isSure, type Scope} from '../model/scope.ts';
import {type Draft, defineRule, type FixDraft, type Rule} from '../rule.ts';

export const excessiveHedging: Rule = defineRule({
  code: 'RL215',
  name: 'no-excessive-hedging',
  category: 'load',
  severity: 'warning',
  confidence: 'high',
  fix: 'unsafe',
  summary: 'Hedge only the slowest attempts',
  documentation: () => ({
    why: `
A hedge is a second attempt for a slow first one. Sent after the 95th percentile of the latency, hedges add 5 % load and shorten the
slowest calls. Sent before the median, hedges repeat most calls, and \`maxLoadRatio\` is used up by calls that were not slow.

\`maxLoadRatio\` limits the load when the whole server is slow: every attempt is then due for a hedge. A limit of half the calls or more
adds that much load to a server that is already overloaded.
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
              '88 % of the attempts are still in flight after 100 ms: the 5 % of the calls that may be hedged are the first calls, not the slowest. Hedge later.',
            at: '2:13',
            marks: '"delayMs"',
          },
        ],
      },
      {
        name: 'a delay of 0, and no limit',
        text: '{\n  "hedge": {"delayMs": 0, "maxLoadRatio": 1}\n}\n',
        findings: [
          {
            message:
              'A delay of 0 ms sends each hedge together with its attempt: 100 % of the calls are sent twice. Hedge later.',
            at: '2:13',
            marks: '"delayMs"',
          },
          {
            message:
              'Hedges may add up to 100 % load: when the whole server is slow, every attempt is due for a hedge. Lower maxLoadRatio below 0.5.',
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
              'A quantile of 0.25 hedges 75 % of the attempts: the 5 % of the calls that may be hedged are the first calls, not the slowest. Hedge later.',
            at: '2:13',
            marks: '"quantile"',
          },
        ],
        fixed: '{\n  "hedge": {"quantile": 0.95}\n}\n',
      },
    ],
    good: [
      {name: 'the slowest 5 %', text: '{\n  "hedge": {"quantile": 0.95}\n}\n'},
      {
        name: 'a delay at the 95th percentile',
        text: '{\n  "hedge": {"delayMs": 410, "maxLoadRatio": 0.1},\n  "objective": {"assume": {"latencyMs": {"p50": 180, "p95": 410}}}\n}\n',
      },
      {name: 'a delay, and no assumed latency', text: '{\n  "hedge": {"delayMs": 100}\n}\n'},
    ],
  }),

  needs: ['hedge'],
  fields: ['hedge', 'hedge.delayMs', 'hedge.quantile', 'hedge.maxLoadRatio'],
  reads: ['attemptTimeoutMs', 'idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'objective'],

  *check(scope): Iterable<Draft> {
    const {hedge} = scope.policy;
    // RL405 reports a hedge that is never sent, RL105 one without a key.
    if (hedge === null || hedge.maxLoadRatio === 0 || !mayRetry(scope) || !mayRepeat(scope)) return;
    yield* early(scope, hedge);
    if (hedge.maxLoadRatio < MOST) return;
    yield {
      at: 'hedge.maxLoadRatio',
      message: `Hedges may add up to ${formatShare(hedge.maxLoadRatio)} load: when the whole server is slow, every attempt is due for a hedge. Lower ${scope.dialect.words.key('hedge.maxLoadRatio')} below ${MOST}.`,
      fix: setting(scope, 'hedge.maxLoadRatio', 0.05),
    };
  },
});

/** Share of hedged attempts, and of added load, that is reported. */
const MOST = 0.5;
/** The distribution is exact to seven digits. */
const ROUNDING = 1e-6;

function* early(scope: Scope, hedge: Hedging): Iterable<Draft> {
  const hedged = hedgedShareOf(scope.policy);
  if (hedged === undefined || hedged.share < MOST - ROUNDING) return;
  // A delay of 0 needs no latency to compare with.
  if (hedge.quantile === undefined && hedge.delayMs !== 0 && !isSure(scope, 'objective')) return;
  yield {
    at: hedge.quantile === undefined ? 'hedge.delayMs' : 'hedge.quantile',
    message: `${formatDue(scope, hedge, hedged)}: ${formatAllowed(hedge.maxLoadRatio, hedged)}. Hedge later.`,
    related: [{at: 'objective.assume.latencyMs', message: 'The latencies are assumed here.'}],
    ...later(scope, hedge),
  };
}

function formatDue({dialect: {words}}: Scope, {delayMs, quantile}: Hedging, {share, isExact}: HedgedShare): string {
  if (quantile !== undefined) return `A quantile of ${quantile} hedges ${formatShare(share)} of the attempts`;
  if (delayMs === 0) return `A delay of ${words.ms(0)} sends each hedge together with its attempt`;
  const many = `${isExact ? '' : 'at least '}${formatShare(share)} of the attempts`;
  return `${many.replace(/^a/, 'A')} are still in flight after ${words.ms(delayMs!)}`;
}

function formatAllowed(maxLoadRatio: number, {share, isExact}: HedgedShare): string {
  if (isExact && share <= maxLoadRatio) return `${formatShare(share)} of the calls are sent twice`;
  return `the ${formatShare(maxLoadRatio)} of the calls that may be hedged are the first calls, not the slowest`;
}

/** A quantile has one fix. A delay becomes the assumed p95 or a measured quantile. */
function later(scope: Scope, {delayMs, maxLoadRatio}: Hedging): Pick<Draft, 'fix' | 'suggestions'> {
  const {policy} = scope;
  if (delayMs === undefined) return {fix: setting(scope, 'hedge.quantile', 0.95)};
  const slowMs = Math.ceil(policy.objective?.assume?.latencyMs?.p95 ?? 0);
  const measured: FixDraft = {
    title: 'Hedge the slowest 5 %: set quantile to 0.95, which measures the delay',
    changes: [{do: 'set', path: 'hedge', value: {quantile: 0.95, maxLoadRatio}}],
  };
  if (slowMs <= delayMs || slowMs >= (policy.attemptTimeoutMs ?? Number.POSITIVE_INFINITY))
    return {suggestions: [measured]};
  const stated: FixDraft = {
    title: `${formatChange(scope, 'hedge.delayMs', slowMs)}, the assumed p95`,
    changes: [{do: 'set', path: 'hedge.delayMs', value: slowMs}],
  };
  return {suggestions: [stated, measured]};
}
