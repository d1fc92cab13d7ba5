/** Numbers and lists as messages have them. */

/** `800 ms`. */
export const formatMs = (ms: number): string => `${formatNumber(ms)} ms`;

/** At most one decimal below a hundred, none above; small numbers keep two digits that count. */
export function formatNumber(number: number): string {
  const size = Math.abs(number);
  if (Number.isInteger(number)) return String(number);
  if (size < 1) return String(Number(number.toPrecision(2)));
  return String(Number(number.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0)));
}

/** A share of 0 to 1: `99.49 %`. The nearer to all, the more digits: never rounded up to all. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent <= 99 || percent >= 100) return `${Number(percent.toPrecision(3))} %`;
  const digits = Math.min(6, 1 + Math.ceil(-Math.log10(100 - percent)));
  const unit = 10 ** digits;
  // What is a hair below a digit by rounding is that digit.
  return `${Math.floor(percent * unit + 1e-6) / unit} %`;
}

/** `a, b and c`. */
export function formatList(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

export const formatCount = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
