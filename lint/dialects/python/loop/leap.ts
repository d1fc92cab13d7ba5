/** The turns of a loop that are too many to be gone through one by one: many at once, whose counters lie in ranges. */

import type {Range, Value} from './values.ts';

export type Values = ReadonlyMap<string, Value>;

/** What comes of all turns of a stretch: `on` if none of them ends the loop, an end if each does. */
export type Outcome<End> = 'on' | 'unsure' | End;

/** Turns from `first` to before `end`. */
export interface Stretch {
  readonly first: number;
  readonly end: number;
}

type Found<End> = 'on' | 'unsure' | {readonly turn: number; readonly end: End};

/** So many stretches are looked at. */
const MOST_LOOKS = 200;
/** Behind so many turns, what ends there is as good as endless. */
const LAST = 2 ** 40;

/**
 * The first turn that ends a loop.
 *
 * @param seen  What is known after the last three of the turns that were gone through.
 * @param from  The number of the turn after them.
 * @param lookAt What comes of a stretch, given the names before its turns.
 * @returns `on` for a loop without an end; `unsure` where that is not known.
 */
export function leap<End extends object>(
  seen: readonly Values[],
  from: number,
  lookAt: (stretch: Stretch, values: Values) => Outcome<End>,
): Found<End> {
  const steps = stepsOf(seen);
  let looks = 0;
  const look = (stretch: Stretch): Outcome<End> =>
    lookAt(stretch, valuesIn(steps, stretch.first - from, stretch.end - 1 - from));
  const search = ({first, end}: Stretch): Found<End> => {
    if (looks++ >= MOST_LOOKS) return 'unsure';
    const outcome = look({first, end});
    if (typeof outcome === 'object') return {turn: first, end: outcome};
    if (outcome === 'on' || end - first < 2) return outcome;
    if (first >= LAST) return 'on';
    const middle = end === Infinity ? 2 * first : first + Math.floor((end - first) / 2);
    const left = search({first, end: middle});
    return left === 'on' ? search({first: middle, end}) : left;
  };
  return search({first: from, end: Infinity});
}

interface Steps {
  readonly last: Values;
  /** By how much a name grows in each turn; none for one that does not grow evenly. */
  readonly by: ReadonlyMap<string, number>;
}

function stepsOf(seen: readonly Values[]): Steps {
  const [before = new Map(), middle = new Map(), last = new Map()] = seen;
  const by = new Map<string, number>();
  for (const [key, value] of last) {
    const [first, second] = [stepOf(before.get(key), middle.get(key)), stepOf(middle.get(key), value)];
    if (first === undefined || second === undefined) continue;
    const size = typeof value === 'object' ? Math.max(1, Math.abs(value.lo), Math.abs(value.hi)) : 1;
    if (Math.abs(first - second) <= 1e-9 * size) by.set(key, second);
  }
  return {last, by};
}

/** Undefined if the ends of a range do not move alike. */
function stepOf(a: Value, b: Value): number | undefined {
  if (a === b) return 0;
  if (typeof a !== 'object' || typeof b !== 'object') return undefined;
  const [lo, hi] = [moved(a.lo, b.lo), moved(a.hi, b.hi)];
  return Math.abs(lo - hi) <= 1e-9 ? lo : undefined;
}

/** Two endless numbers are equal. */
const moved = (a: number, b: number): number => (a === b ? 0 : b - a);

function valuesIn({last, by}: Steps, from: number, to: number): Values {
  const values = new Map<string, Value>();
  for (const [key, value] of last) {
    const step = by.get(key);
    values.set(
      key,
      step === undefined || typeof value !== 'object'
        ? step === 0
          ? value
          : undefined
        : spanned(value, step, from, to),
    );
  }
  return values;
}

function spanned({lo, hi}: Range, step: number, from: number, to: number): Range {
  if (step === 0) return {lo, hi};
  const [a, b] = step > 0 ? [from, to] : [to, from];
  return {lo: lo + a * step, hi: hi + b * step};
}
