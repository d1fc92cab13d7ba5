/** One table of docs/performance.md. */
import type {Cost} from './measure.ts';

export interface Section {
  readonly title: string;
  /** What was measured, and against what. */
  readonly intro: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What was hoped for, and what came of it. */
  readonly goals: readonly Goal[];
}

export interface Goal {
  readonly what: string;
  readonly limit: number;
  readonly measured: number;
  readonly unit: string;
  /** What holds it back; printed where it is missed. */
  readonly why?: string;
}

export const digits = (value: number, count = 2): string => (Number.isFinite(value) ? value.toFixed(count) : '–');

/** Rows of cost and ratio to the first candidate. */
export function ratioRows(costs: readonly Cost[], count = 1): string[][] {
  const base = costs[0]!.us;
  return costs.map(({name, us}) => [name, digits(us, count), digits(us / base)]);
}

export function ratio(costs: readonly Cost[], name: string, base: string): number {
  return find(costs, name) / find(costs, base);
}

export function find(costs: readonly Cost[], name: string): number {
  const cost = costs.find(each => each.name === name);
  if (cost === undefined) throw new Error(`Nothing was measured under the name ${name}.`);
  return cost.us;
}
