/** Numbers as messages have them. */

/** At most one decimal below a hundred, none above; small numbers keep two digits that count. */
export function formatNumber(number: number): string {
  const size = Math.abs(number);
  if (Number.isInteger(number)) return String(number);
  if (size < 1) return String(Number(number.toPrecision(2)));
  return String(Number(number.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0)));
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** `800 ms`; from ten minutes on with another unit, `7200000 ms (2 hours)`. */
export function formatMs(ms: number): string {
  const shown = `${formatNumber(ms)} ms`;
  if (ms < 10 * MINUTE_MS) return shown;
  const [unit, unitMs] = ms < HOUR_MS ? ['minute', MINUTE_MS] : ['hour', HOUR_MS];
  const count = formatNumber(ms / unitMs);
  return `${shown} (${count} ${unit}${count === '1' ? '' : 's'})`;
}
