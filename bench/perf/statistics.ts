/** The arithmetic of the bench. */

/** The sample below which `share` of all samples lie; NaN without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** The middle sample; of an even number, the mean of the two in the middle. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[sorted.length / 2 - 1] ?? Number.NaN)) / 2;
}

/**
 * What one subject costs: the 10th percentile of the rounds of each process, then the median of the processes. The first
 * leaves out rounds that other programs disturbed; the second leaves out processes whose code or heap came out unusual.
 */
export function typical(roundsOfProcesses: readonly (readonly number[])[]): number {
  return median(roundsOfProcesses.map(rounds => percentile(rounds, 0.1)));
}

/** How far a cost lies above the floor, in parts of the base: 0.09 is 9 % of a bare call. */
export function aboveFloor(cost: number, floor: number, base: number): number {
  return (cost - floor) / base;
}

export function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map(item => ({item, at: Math.random()}))
    .sort((a, b) => a.at - b.at)
    .map(({item}) => item);
}
