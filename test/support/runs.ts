/** How many random cases a property runs: a sample in `npm test`, all of them with EVERYTHING set, as `.ci/run --all` does before a release. */
export const runs = (sample: number, all: number): number => (process.env.EVERYTHING === undefined ? sample : all);
