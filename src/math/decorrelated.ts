/**
 * Decorrelated jitter as a Markov chain: each wait is uniform between `low` and three times the wait before, and limited by the cap. Near
 * the cap the distribution of a wait has no closed form, so it is computed as a discrete one, exact up to the width of a cell.
 */

/** A discrete distribution: the probability `mass[i]` of the value `at[i]`. The probabilities sum up to 1. */
export interface Distribution {
  readonly at: readonly number[];
  readonly mass: readonly number[];
}

/** Cells of a distribution. The error of the mean falls with the square of this number. */
const CELLS = 240;

/** The distribution of the wait before a retry, in milliseconds. */
export function decorrelatedDistribution(lowMs: number, capMs: number, retry: number): Distribution {
  let distribution: Distribution = {at: [lowMs], mass: [1]};
  for (let step = 1; step <= retry; step++) {
    const next = nextWaits(distribution.at, lowMs, capMs, step, CELLS);
    const mass = next.at.map((_, cell) =>
      next.from.reduce((sum, row, index) => sum + row[cell]! * distribution.mass[index]!, 0),
    );
    distribution = {at: next.at, mass};
  }
  return distribution;
}

export const meanOf = ({at, mass}: Distribution): number =>
  at.reduce((sum, value, index) => sum + value * mass[index]!, 0);

/** The transition from one wait to the next: for each value of the last wait, the probabilities of the values `at` of the next one. */
export interface Step {
  readonly at: readonly number[];
  readonly from: readonly (readonly number[])[];
}

/** @param last The values of the last wait. @param step The number of this wait, 1 for the first. It bounds the longest wait. */
export function nextWaits(last: readonly number[], lowMs: number, capMs: number, step: number, cells: number): Step {
  const reachMs = Math.min(capMs, lowMs * 3 ** Math.min(step, 600));
  const width = (reachMs - lowMs) / cells;
  if (!(width > 0)) return {at: [reachMs], from: last.map(() => [1])};
  const edges = Array.from({length: cells + 1}, (_, cell) => lowMs + cell * width);
  // Every wait that would be above the cap equals the cap, so the cap is a value of its own.
  const at = [...edges.slice(0, -1).map(edge => edge + width / 2), reachMs];
  const from = last.map(lastMs => {
    const highMs = 3 * lastMs;
    const below = (edge: number): number => Math.min(1, (edge - lowMs) / (highMs - lowMs));
    const row = edges.slice(0, -1).map((edge, cell) => below(edges[cell + 1]!) - below(edge));
    return [...row, 1 - below(reachMs)];
  });
  return {at, from};
}
