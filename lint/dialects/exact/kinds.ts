/** Numbers and durations, as the files write them. */

import {formatNumber} from '../format-number.ts';
import type {Kind} from './facts.ts';

const SECONDS: Readonly<Record<string, number>> = {ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600};

/** `1m30s`, as Go reads it. */
export function goMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(value))
    return value === '0' ? 0 : undefined;
  let ms = 0;
  for (const [, number, unit] of value.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g))
    ms += Number(number) * SECONDS[unit!]! * 1000;
  return Math.round(ms * 1e6) / 1e6;
}

export const goDuration: Kind = {fits: 'a duration such as 500ms or 2s', read: goMs};

/** A duration of protocol buffers in JSON. */
export const protoDuration: Kind = {
  fits: 'a number of seconds such as "0.25s"',
  read: value =>
    typeof value === 'string' && /^\d+(?:\.\d{1,9})?s$/.test(value) ? Number(value.slice(0, -1)) * 1000 : undefined,
};

export const positive = ({fits, read}: Kind): Kind => ({
  fits: `${fits}, above 0`,
  read: value => {
    const number = read(value);
    return number !== undefined && number > 0 ? number : undefined;
  },
});

/** An integer within bounds, changed into what a policy has. */
export const integer = (
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
  convert: (value: number) => number = value => value,
): Kind => ({
  fits: most === Number.MAX_SAFE_INTEGER ? `an integer of at least ${least}` : `an integer from ${least} to ${most}`,
  read: value =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? convert(value)
      : undefined,
});

/** As of a factor. */
export const aboveZero: Kind = {
  fits: 'a number above 0',
  read: value => (typeof value === 'number' && value > 0 ? value : undefined),
};

export const atLeast = (least: number): Kind => ({
  fits: `a number of at least ${least}`,
  read: value => (typeof value === 'number' && value >= least ? value : undefined),
});

/** Retries, where a policy counts attempts. */
export const retries = (least: number = 0): Kind => integer(least, 99_999_999, count => count + 1);

/** `250ms`, `2s`, `5m`. */
export const formatGo = (ms: unknown): string => {
  const number = Number(ms);
  if (number < 1000) return `${formatNumber(number)}ms`;
  return number >= 60_000 && number % 60_000 === 0 ? `${number / 60_000}m` : `${formatNumber(number / 1000)}s`;
};

/** `0.25s`. */
export const formatProto = (ms: unknown): string => `${formatNumber(Number(ms) / 1000)}s`;
