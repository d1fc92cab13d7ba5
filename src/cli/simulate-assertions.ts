/** The conditions of `--assert`, such as `amplification<=1.2,success>=0.97`. */
import {nearest} from '../policy/suggestions.ts';
import type {SimulationResult} from '../simulate/result.ts';
import {callsToShow, intervalOver, type RunInterval, successInterval} from './simulate-intervals.ts';
import {UsageError} from './usage-error.ts';

const METRICS: Readonly<Record<string, (result: SimulationResult) => number>> = {
  success: ({successRatio}) => successRatio,
  amplification: ({requestsPerCall}) => requestsPerCall,
  paid: ({paidRequests, calls}) => paidRequests / calls,
  hedges: ({hedges, calls}) => hedges / calls,
  moves: ({moves, calls}) => moves / calls,
  recovery: ({recovery}) => recovery?.afterMs ?? 0,
  p50: ({latencyMs}) => latencyMs.all.p50,
  p90: ({latencyMs}) => latencyMs.all.p90,
  p95: ({latencyMs}) => latencyMs.all.p95,
  p99: ({latencyMs}) => latencyMs.all.p99,
  p999: ({latencyMs}) => latencyMs.all.p999,
};

const COMPARISONS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '<=': (value, limit) => value <= limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '>': (value, limit) => value > limit,
};

const CONDITION = /^\s*(\w+)\s*(<=|>=|<|>)\s*(\d+(?:\.\d+)?|\.\d+)\s*$/;

export interface Assertion {
  readonly metric: string;
  readonly comparison: string;
  readonly limit: number;
}

/** @throws UsageError */
export function readAssertions(text: string): Assertion[] {
  return text.split(',').map(condition => {
    const [, metric, comparison, limit] = CONDITION.exec(condition) ?? [];
    if (metric === undefined || comparison === undefined)
      throw new UsageError(
        `--assert needs conditions such as "success>=0.97,amplification<=1.2", got ${JSON.stringify(condition)}.`,
      );
    if (!Object.hasOwn(METRICS, metric)) throw new UsageError(unknownMetric(metric));
    const assertion: Assertion = {metric, comparison: comparison!, limit: Number(limit)};
    if (assertion.limit > (metric === 'success' ? 1 : Number.MAX_VALUE))
      throw new UsageError(
        `--assert: ${metric} is ${metric === 'success' ? 'a share from 0 to 1' : 'a finite number'}, got ${limit}.`,
      );
    return assertion;
  });
}

function unknownMetric(metric: string): string {
  const names = Object.keys(METRICS);
  const near = nearest(metric, names);
  return `--assert knows no ${JSON.stringify(metric)}; ${near === undefined ? `it knows ${names.join(', ')}` : `did you mean ${near}?`}${near === undefined ? '.' : ''}`;
}

/** What the runs of a policy say of one condition: `unsure` where its limit lies within the interval. */
export type Verdict = 'met' | 'missed' | 'unsure';

/** @param runs Results of one policy with different seeds, one at least. */
export function verdictOf({metric, comparison, limit}: Assertion, runs: readonly SimulationResult[]): Verdict {
  const {mean, low, high} = intervalOf(metric, runs);
  const compare = COMPARISONS[comparison]!;
  // No number of calls shows that all succeed, or that none does: the limit is then of the simulated calls.
  if (isBoundOfShare(metric, limit)) return compare(mean, limit) ? 'met' : 'missed';
  const [isLowMet, isHighMet] = [low, high].map(value => compare(value, limit));
  return isLowMet !== isHighMet ? 'unsure' : isLowMet ? 'met' : 'missed';
}

function intervalOf(metric: string, runs: readonly SimulationResult[]): RunInterval {
  return metric === 'success' ? successInterval(runs) : intervalOver(runs.map(METRICS[metric]!));
}

const isBoundOfShare = (metric: string, limit: number): boolean => metric === 'success' && (limit === 0 || limit === 1);

/** The interval of each metric that `--assert` knows, by its name. */
export const intervalsOf = (runs: readonly SimulationResult[]): Record<string, RunInterval> =>
  Object.fromEntries(Object.keys(METRICS).map(name => [name, intervalOf(name, runs)]));

/** A sentence for each condition that the runs of a policy do not meet. */
export function failedAssertions(
  name: string,
  runs: readonly SimulationResult[],
  assertions: readonly Assertion[],
): string[] {
  const [first] = runs;
  if (first === undefined || assertions.length === 0) return [];
  const where = `${name} in ${first.scenario}`;
  // Without calls or trouble a condition would be met by nothing at all.
  if (first.calls === 0) return [`${where}: no call began.`];
  return assertions.flatMap(assertion => {
    const {metric, comparison, limit} = assertion;
    if (metric === 'recovery' && first.recovery === null)
      return [`${where}: there is no trouble that ends, so nothing to recover from.`];
    const verdict = verdictOf(assertion, runs);
    if (verdict === 'met') return [];
    const {mean, low, high} = intervalOf(metric, runs);
    const wanted = `has to be ${comparison} ${limit}`;
    if (low === high || isBoundOfShare(metric, limit)) return [`${where}: ${metric} is ${shown(mean)}, and ${wanted}.`];
    const is = `${metric} is ${shown(mean)} (${shown(low)} to ${shown(high)} with 95 % confidence, ${runs.length} runs)`;
    return [
      `${where}: ${is}, and ${wanted}${verdict === 'unsure' ? ` with certainty: ${whatToDo(assertion, runs)}` : ''}.`,
    ];
  });
}

/** How to become sure of a condition. */
function whatToDo({metric, comparison, limit}: Assertion, runs: readonly SimulationResult[]): string {
  const calls = runs.reduce((sum, run) => sum + run.calls, 0);
  const needed = callsToShow(limit);
  if (metric !== 'success' || !comparison.startsWith('>') || calls >= needed)
    return 'give more --runs, or a limit with room';
  const needs = `that takes ${needed.toLocaleString('en')} calls without a failure, and ${calls.toLocaleString('en')} were simulated`;
  return `${needs}. Give --runs ${Math.ceil((needed * runs.length) / calls)} or more, a longer scenario, or a limit with room`;
}

const shown = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(5))) : 'infinite');
