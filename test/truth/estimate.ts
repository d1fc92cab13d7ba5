/** Numbers of independent runs: their mean, and how far chance may move it. */
import {expect} from 'chai';

export interface Estimate {
  readonly mean: number;
  /** The standard error of the mean, from the spread of the runs. */
  readonly error: number;
}

/** The mean of each number over runs of different seeds. */
export async function estimates<Name extends string>(
  runs: number,
  run: (seed: number) => Promise<Readonly<Record<Name, number>>>,
): Promise<Record<Name, Estimate>> {
  const found: Readonly<Record<Name, number>>[] = [];
  for (let seed = 1; seed <= runs; seed++) found.push(await run(seed));
  const names = Object.keys(found[0]!) as Name[];
  return Object.fromEntries(names.map(name => [name, estimateOf(found.map(each => each[name]))])) as Record<
    Name,
    Estimate
  >;
}

function estimateOf(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {mean, error: Math.sqrt(squares / (values.length - 1) / values.length)};
}

/** Standard errors by which chance moves the mean of ten runs in one case of 300, and of six runs in one of 100. */
const DEVIATIONS = 4;

/**
 * Expects the exact value within four standard errors.
 *
 * @param precision The relative error of the measurement itself, such as that of a histogram.
 * @param coarsest The largest standard error, relative to the exact value, with which the comparison still says something.
 */
export function expectNear({mean, error}: Estimate, exact: number, precision = 0, coarsest = 0.02): void {
  expect(error / exact, 'the standard error').to.be.at.most(coarsest);
  expect(mean).to.be.closeTo(exact, DEVIATIONS * error + precision * exact);
}
