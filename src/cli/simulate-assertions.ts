/** The conditions of `--assert`, such as `amplification<=1.2,success>=0.97`. */
import {nearest} from '../policy/suggestions.ts';
import type {SimulationResult} from '../simulate/result.ts';
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

/** A sentence for each condition that the result does not meet. */
export function failedAssertions(name: string, result: SimulationResult, assertions: readonly Assertion[]): string[] {
  // Without calls or trouble a condition would be met by nothing at all.
  if (result.calls === 0 && assertions.length > 0) return [`${name} in ${result.scenario}: no call began.`];
  return assertions.flatMap(({metric, comparison, limit}) => {
    if (metric === 'recovery' && result.recovery === null)
      return [`${name} in ${result.scenario}: there is no trouble that ends, so nothing to recover from.`];
    const value = METRICS[metric]!(result);
    if (COMPARISONS[comparison]!(value, limit)) return [];
    return [`${name} in ${result.scenario}: ${metric} is ${shown(value)}, and has to be ${comparison} ${limit}.`];
  });
}

const shown = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(5))) : 'infinite');
