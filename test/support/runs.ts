/** How many random cases a property runs: a sample in `npm test`, all of them with EVERYTHING set. `npm run test:endurance` sets it for a seventh of the files each day. */
export const runs = (sample: number, all: number): number => (process.env.EVERYTHING === undefined ? sample : all);

/** Every third of the cases of a list, or fewer, and the last; all of them with EVERYTHING set. */
export const sampled = <T>(cases: readonly T[], every = 3): readonly T[] =>
  process.env.EVERYTHING === undefined ? cases.filter((_, index) => (cases.length - 1 - index) % every === 0) : cases;
