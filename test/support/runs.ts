/** How many random cases a property runs: a sample in `npm test`, all of them with EVERYTHING set, as `.ci/run --all` does before a release. */
export const runs = (sample: number, all: number): number => (process.env.EVERYTHING === undefined ? sample : all);

/** Every third of the cases of a list, or all of them. */
export const sampled = <T>(cases: readonly T[]): readonly T[] =>
  process.env.EVERYTHING === undefined ? cases.filter((_, index) => index % 3 === cases.length % 3) : cases;
