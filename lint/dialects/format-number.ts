/** Numbers as messages have them. */

/** At most one decimal below a hundred, none above; small numbers keep two digits that count. */
export function formatNumber(number: number): string {
  const size = Math.abs(number);
  if (Number.isInteger(number)) return String(number);
  if (size < 1) return String(Number(number.toPrecision(2)));
  return String(Number(number.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0)));
}

const HOUR_MS = 3_600_000;

/** `800 ms`; from an hour on `7200000 ms (2 hours)`. */
export function formatMs(ms: number): string {
  const hours = formatNumber(ms / HOUR_MS);
  return ms < HOUR_MS
    ? `${formatNumber(ms)} ms`
    : `${formatNumber(ms)} ms (${hours} ${hours === '1' ? 'hour' : 'hours'})`;
}
