/** Durations as Go writes them: `6m0s`, `1.5s`, `12ms`. */

const UNITS_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/** @param text Numbers, each with its unit. */
export function goDurationMs(text: string): number {
  let ms = 0;
  // Every unit ends in one of these, and a number follows it.
  for (const part of text.split(/(?<=[hms])(?=\d)/))
    ms += Number.parseFloat(part) * UNITS_MS[part.replace(/^[\d.]+/, '')]!;
  return ms;
}
