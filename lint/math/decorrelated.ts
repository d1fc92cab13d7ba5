/**
 * Decorrelated jitter as a chain: each wait is uniform between `low` and three times the one before, cut at the cap. The law of a
 * wait has no formula once the cap is near, so it is carried along as masses: exact up to the width of a cell.
 */

/** Masses at places: where they are, and how much is there. They sum up to 1. */
export interface Law {
  readonly at: readonly number[];
  readonly mass: readonly number[];
}

/** Cells of a law. The error of a mean falls with the square of it. */
const CELLS = 240;

/** The law of the wait before a retry, in milliseconds. */
export function decorrelatedLaw(lowMs: number, capMs: number, retry: number): Law {
  let law: Law = {at: [lowMs], mass: [1]};
  for (let step = 1; step <= retry; step++) {
    const next = nextWaits(law, lowMs, capMs, step, CELLS);
    const mass = next.at.map((_, cell) =>
      next.from.reduce((sum, row, index) => sum + row[cell]! * law.mass[index]!, 0),
    );
    law = {at: next.at, mass};
  }
  return law;
}

export const meanOf = ({at, mass}: Law): number => at.reduce((sum, place, index) => sum + place * mass[index]!, 0);

/** From each place of a law, how the next wait is spread: a row of chances for every place, over the new places. */
export interface Step {
  readonly at: readonly number[];
  readonly from: readonly (readonly number[])[];
}

/** @param step Which wait this is, 1 for the first: it bounds how far the law can reach. */
export function nextWaits(law: Law, lowMs: number, capMs: number, step: number, cells: number): Step {
  const reachMs = Math.min(capMs, lowMs * 3 ** Math.min(step, 600));
  const width = (reachMs - lowMs) / cells;
  if (!(width > 0)) return {at: [reachMs], from: law.at.map(() => [1])};
  const edges = Array.from({length: cells + 1}, (_, cell) => lowMs + cell * width);
  // What would have been above the cap is at the cap: a place of its own.
  const at = [...edges.slice(0, -1).map(edge => edge + width / 2), reachMs];
  const from = law.at.map(place => {
    const highMs = 3 * place;
    const below = (edge: number): number => Math.min(1, (edge - lowMs) / (highMs - lowMs));
    const row = edges.slice(0, -1).map((edge, cell) => below(edges[cell + 1]!) - below(edge));
    return [...row, 1 - below(reachMs)];
  });
  return {at, from};
}
