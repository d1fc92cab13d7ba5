/** Comparisons for the rule tester, which brings no assertion library along. */

import {canonical} from './canonical.ts';

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

const show = (value: unknown): string => canonical(value, 2) ?? String(value);
