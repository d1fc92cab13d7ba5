import type {Hedging} from '../../src/policy/types.ts';
import {formatShare} from '../analysis/format.ts';
import {type HedgedShare, hedgedShareOf} from '../analysis/hedging.ts';
import {isLight, isRare} from '../analysis/rare-calls.ts';
import {relatedTo} from '../analysis/related.ts';
import {mayRepeat, mayRetry} from '../analysis/retryability.ts';
import {assign, formatChange, setting} from '../analysis/setting.ts';
import {isSure, type Scope} from '../model/scope.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const excessiveHedging: Rule = builtIn('RL215', {
  needs: ['hedge'],
  fields: ['hedge', 'hedge.delayMs', 'hedge.quantile', 'hedge.maxLoadRatio'],
  reads: ['attemptTimeoutMs', 'deadlineMs', 'idempotency', 'idempotentMethods', 'match', 'maxAttempts', 'objective'],

  *check(scope): Iterable<Draft> {
    const {hedge} = scope.policy;
    // RL405 reports a hedge that is never sent, RL101 one without a key.
    if (hedge === null || hedge.maxLoadRatio === 0 || !mayRetry(scope) || !mayRepeat(scope) || isRare(scope)) return;
    // To send few calls twice at once is a decision.
    if (hedge.delayMs === 0 && isLight(scope)) return;
    yield* early(scope, hedge);
    if (hedge.maxLoadRatio < MOST) return;
    yield {
      at: 'hedge.maxLoadRatio',
      message: `Hedges may add up to ${formatShare(hedge.maxLoadRatio)} load: when the whole server is slow, every attempt is due for a hedge. Lower ${scope.words.key('hedge.maxLoadRatio')} below ${MOST}.`,
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
    related: relatedTo(scope, 'objective.assume.latencyMs'),
    ...later(scope, hedge),
  };
}

function formatDue({words}: Scope, {delayMs, quantile}: Hedging, {share, isExact}: HedgedShare): string {
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
  const measured: FixDraft = assign('Hedge the slowest 5 %: set quantile to 0.95, which measures the delay', 'hedge', {
    quantile: 0.95,
    maxLoadRatio,
  });
  if (slowMs <= delayMs || slowMs >= (policy.attemptTimeoutMs ?? Infinity)) return {suggestions: [measured]};
  const stated: FixDraft = assign(
    `${formatChange(scope, 'hedge.delayMs', slowMs)}, the assumed p95`,
    'hedge.delayMs',
    slowMs,
  );
  return {suggestions: [stated, measured]};
}
