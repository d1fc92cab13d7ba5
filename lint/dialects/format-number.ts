/** Numbers as messages have them. */

/** At most one decimal below a hundred, none above; small numbers keep two digits that count. */
export function formatNumber(number: number): string {
  const size = Math.abs(number);
  if (Number.isInteger(number)) return String(number);
  if (size < 1) return String(Number(number.toPrecision(2)));
  return String(Number(number.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0)));
}

/** `800 ms`. */
export const formatMs = (ms: number): string => `${formatNumber(ms)} ms`;
