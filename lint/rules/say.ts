/** Numbers and lists as messages have them. */

/** `800 ms`; never ends by itself: `no end`. */
export const sayMs = (ms: number): string => `${sayNumber(ms)} ms`;

/** At most one decimal below a hundred, none above; small numbers keep two digits that count. */
export function sayNumber(number: number): string {
  const size = Math.abs(number);
  if (Number.isInteger(number)) return String(number);
  if (size < 1) return String(Number(number.toPrecision(2)));
  return String(Number(number.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0)));
}

/** A share of 0 to 1: `99.49 %`. Never rounded up to all. */
export function sayShare(share: number): string {
  const percent = share * 100;
  return `${Number((percent > 99 && percent < 100 ? Math.floor(percent * 1000) / 1000 : percent).toPrecision(percent > 99 ? 5 : 3))} %`;
}

/** `a, b and c`. */
export function sayList(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

export const sayCount = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
