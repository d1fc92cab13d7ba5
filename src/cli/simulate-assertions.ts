/** The conditions of `--assert`, such as `amplification<=1.2,success>=0.97`. */
import {nearest} from '../policy/suggestions.ts';
import type {SimulationResult} from '../simulate/result.ts';
import {intervalOver, type RunInterval} from './simulate-intervals.ts';
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
  const {low, high} = intervalOver(runs.map(METRICS[metric]!));
  const [isLowMet, isHighMet] = [low, high].map(value => COMPARISONS[comparison]!(value, limit));
  return isLowMet !== isHighMet ? 'unsure' : isLowMet ? 'met' : 'missed';
}

/** The interval of each metric that `--assert` knows, by its name. */
export const intervalsOf = (runs: readonly SimulationResult[]): Record<string, RunInterval> =>
  Object.fromEntries(Object.entries(METRICS).map(([name, of]) => [name, intervalOver(runs.map(of))]));

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
    const {mean, low, high} = intervalOver(runs.map(METRICS[metric]!));
    const wanted = `has to be ${comparison} ${limit}`;
    if (low === high) return [`${where}: ${metric} is ${shown(mean)}, and ${wanted}.`];
    const is = `${metric} is ${shown(mean)} (${shown(low)} to ${shown(high)} with 95 % confidence, ${runs.length} runs)`;
    return [
      `${where}: ${is}, and ${wanted}${verdict === 'unsure' ? ' with certainty: give more --runs, or a limit with room' : ''}.`,
    ];
  });
}

const shown = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(5))) : 'infinite');
