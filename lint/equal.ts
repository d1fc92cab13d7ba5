/** Comparisons for the rule tester, which brings no assertion library along. */

export function equal(actual: unknown, expected: unknown, what: string): void {
  if (Object.is(actual, expected)) return;
  throw Object.assign(new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`), {
    actual,
    expected,
    showDiff: true,
  });
}

export function deepEqual(actual: unknown, expected: unknown, what: string): void {
  const [left, right] = [show(actual), show(expected)];
  if (left === right) return;
  throw Object.assign(new Error(`${what}: expected ${right}, got ${left}`), {actual, expected, showDiff: true});
}

/** Keys in order, so that equal things look equal. */
const show = (value: unknown): string =>
  JSON.stringify(
    value,
    (_, item) =>
      typeof item === 'object' && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : item,
    2,
  ) ?? String(value);
