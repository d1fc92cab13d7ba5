/** Numbers as plans show them. */

/** `600 ms`; `never` for a latency that too few calls have. */
export const formatMs = (ms: number): string =>
  Number.isFinite(ms) ? `${Math.round(ms).toLocaleString('en')} ms` : 'never';

/** `99.07 %`. Rounded down, so that a share below an objective is never shown as equal to it. Close to 1 it has four digits. */
export function formatShare(ratio: number): string {
  const percent = ratio * 100;
  const unit = percent > 99.99 || percent < 0.01 ? 1e4 : 100;
  // Compensates for floating-point error just below a digit.
  return `${Math.floor(percent * unit + 1e-6) / unit} %`;
}

/** `1.072` */
export const formatNumber = (value: number): string => String(Number(value.toFixed(3)));
