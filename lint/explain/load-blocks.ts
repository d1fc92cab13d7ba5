/** Load of a policy: budgets, layers, and more attempts. */

import {meanAmplification} from '../../src/math/amplification.ts';
import {demandOf, grantedShare, retriesPerCall} from '../../src/math/budget.ts';
import {correlatedAttempts, correlatedSuccess, meanAttempts, successRatio} from '../../src/math/success.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {Budget} from '../../src/policy/types.ts';
import {formatCount, formatNumber, formatShare} from '../analysis/format.ts';
import {retriesOf} from '../analysis/retryability.ts';
import type {Scope} from '../model/scope.ts';
import {type Block, table, text} from './blocks.ts';

const FAILURES = [0.01, 0.1, 0.3, 0.5, 1];

/** Attempts of a call, at most the rows of a table. */
const attemptsOf = ({policy}: Scope, most: number): number => Math.min(retriesOf(policy) + 1, most);

/** Success and load by number of attempts, for random and for correlated failures. */
export function attemptsBlocks(scope: Scope): Block[] {
  const assumed = scope.policy.objective?.assume?.failureRatio;
  const failureRatio = assumed === undefined || assumed === 0 || assumed === 1 ? 0.1 : assumed;
  const correlation = 0.25;
  const rows = Array.from({length: attemptsOf(scope, 10)}, (_, index) => {
    const attempts = index + 1;
    return [
      String(attempts),
      formatShare(successRatio(attempts, failureRatio)),
      formatLoad(meanAttempts(attempts, failureRatio)),
      formatShare(correlatedSuccess(attempts, failureRatio, correlation)),
      formatLoad(correlatedAttempts(attempts, failureRatio, correlation)),
      formatLoad(attempts),
    ];
  });
  return [
    table(['attempts', 'random: succeed', 'load', 'correlated: succeed', 'load', 'outage: load'], rows),
    text(
      `${formatShare(failureRatio)} of the attempts fail: at random, or correlated by ${correlation} within a call, as when a server recovers slowly. Load is attempts per call, without a budget.`,
    ),
  ];
}

/** Load with and without the budget, by share of failures. */
export function budgetBlocks(scope: Scope): Block[] {
  const {budget, objective} = scope.policy;
  const rps = objective?.assume?.rps;
  const attempts = attemptsOf(scope, 1000);
  const shown = budget ?? defaultPolicy.budget;
  const rows = FAILURES.map(failureRatio => {
    const demand = demandOf(attempts, failureRatio, rps);
    const granted = grantedShare(shown, demand);
    const free = 1 + retriesPerCall(demand);
    return [
      formatShare(failureRatio),
      formatLoad(free),
      formatLoad(1 + retriesPerCall(demand, granted)),
      formatShare(granted),
    ];
  });
  const name = budget === null ? 'the default budget' : 'this budget';
  const traffic =
    rps === undefined
      ? 'Without objective.assume.rps, tokens that come back over time are not counted.'
      : `At ${formatCount(rps, 'call')} per second.`;
  return [
    table(['attempts that fail', 'load without a budget', `load with ${name}`, 'retries granted'], rows),
    text(`Load is attempts per call, in a lasting outage with ${name}${formatBurst(shown)}. ${traffic}`),
  ];
}

function formatBurst(budget: Budget | null): string {
  if (budget?.kind !== 'token-bucket' || budget.retryCost === 0) return '';
  return `; at first, a full bucket grants ${Math.floor(budget.capacity / budget.retryCost)} retries at once`;
}

/** How attempts of layers multiply. */
export function layersBlocks({policy}: Scope): Block[] {
  const own = retriesOf(policy) + 1;
  if (!Number.isFinite(own)) return [text('maxAttempts is "unlimited", so the product has no limit.')];
  const layers = [{name: 'this policy', maxAttempts: own}, ...policy.retryingLayers];
  let product = 1;
  const rows = layers.map(({name, maxAttempts}) => {
    product *= maxAttempts;
    return [name, formatNumber(maxAttempts), formatNumber(product)];
  });
  const counts = layers.map(({maxAttempts}) => maxAttempts);
  const loads = [0.1, 0.5, 0.9].map(
    failureRatio => `${formatNumber(meanAmplification(counts, failureRatio))} at ${formatShare(failureRatio)}`,
  );
  return [
    table(['layer', 'attempts', 'requests per call'], rows),
    text(
      `These numbers are for a full outage. With fewer failures the load is small: ${loads.join(', ')} failing requests.`,
    ),
  ];
}

/** How many of a thousand clients retry at the same time. */
export function burstBlocks({policy: {backoff}, words}: Scope, waits: readonly number[]): Block[] {
  const windowMs = 10;
  const rows = waits
    .filter(wait => wait > 0)
    .map((wait, index) => {
      const share = (spreadMs: number): string => formatNumber(Math.round(1000 * Math.min(1, windowMs / spreadMs)));
      const now = {none: '1000', full: share(wait), equal: share(wait / 2), decorrelated: share(2 * wait)}[
        backoff.jitter
      ];
      return [String(index + 1), words.ms(wait), now, share(wait)];
    });
  if (rows.length === 0) return [];
  return [
    table(['retry', 'longest wait', `retries in the same ${words.ms(windowMs)}: now`, 'with full jitter'], rows),
    text('For a thousand clients that failed at the same time.'),
  ];
}

const formatLoad = (load: number): string => String(Number(load.toFixed(load < 1.1 ? 3 : 2)));
