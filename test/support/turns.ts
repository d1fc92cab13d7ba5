/**
 * Lists of cases that are too long for one day: each day a seventh of them has its turn, so that a week has all, as has a release, which sets
 * EVERYTHING. The cases of a week are those of a release, so that a day finds no failure that a release would not find.
 */
const DAYS = 7;

export const today: number = Math.floor(Date.now() / 86_400_000);

const isEverything = process.env.EVERYTHING !== undefined;

/** The cases whose turn it is. @param days After so many days, all have had their turn. */
export const inTurn = <T>(cases: readonly T[], days: number = DAYS, day: number = today): readonly T[] =>
  isEverything ? cases : cases.filter((_, index) => index % days === day % days);

/** So many numbers, from 0. */
export const numbers = (count: number): readonly number[] => Array.from({length: count}, (_, index) => index);

/** A file of `test/endurance` runs all random cases of a file of `npm test`, those whose turn it is. Called before that file is loaded. */
export function tryInTurn(cases: number): void {
  process.env.FUZZ_CASES = String(cases);
  if (isEverything) return;
  process.env.FUZZ_DAY = String(today % DAYS);
}

/** The numbers of the random cases that are checked: of all, except in a file that takes turns. */
export const checked = (cases: number): readonly number[] => {
  const {FUZZ_DAY} = process.env;
  return FUZZ_DAY === undefined ? numbers(cases) : inTurn(numbers(cases), DAYS, Number(FUZZ_DAY));
};

/**
 * The check of a random property, which leaves out the cases that have another turn. Once it has failed it leaves out none: fast-check then looks for a
 * shorter case that fails.
 */
export function whenInTurn<Values extends unknown[]>(
  check: (...values: Values) => Promise<void>,
): (...values: Values) => Promise<void> {
  const {FUZZ_DAY} = process.env;
  if (FUZZ_DAY === undefined) return check;
  let count = 0;
  let hasFailed = false;
  return async (...values) => {
    if (!hasFailed && count++ % DAYS !== Number(FUZZ_DAY)) return;
    try {
      await check(...values);
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
}
