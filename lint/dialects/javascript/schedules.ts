/** The waits of retriers in JavaScript, which count in milliseconds. */

import type {JsModule} from '../../source/javascript/module.ts';
import {isFunction, type JsNode, nodesIn} from '../../source/javascript/syntax.ts';
import type {Span} from '../../source/tree.ts';
import type {Retrier} from '../code/retrier.ts';
import {waitsOfRanges} from '../code/schedule.ts';
import {NO_WAITS, SHOWN, setWaits, type Waits} from '../code/waits.ts';
import type {Field} from '../words.ts';
import {exactly, rangeOf, resultOf, type Value} from './evaluate.ts';
import type {Options} from './options.ts';

/** The names that the package `retry` has given to p-retry and async-retry. */
export function exponentialWaits(
  options: Options,
  {isRandom, shown}: {readonly isRandom: boolean; readonly shown: Span},
): Waits | undefined {
  const [base, factor] = [options.number('minTimeout', 1000), options.number('factor', 2)];
  const cap = options.number('maxTimeout', Infinity);
  const randomize = options.boolean('randomize', isRandom);
  if (base === undefined || factor === undefined || cap === undefined || randomize === undefined) return undefined;
  const list = Array.from({length: SHOWN}, (_, index) => base * factor ** index);
  const at = shown;
  return {
    ...NO_WAITS,
    kind: 'exponential',
    baseS: base / 1000,
    factor,
    capS: cap / 1000,
    jitter: randomize ? 'full' : 'none',
    // The random factor is from 1 to 2, before the cap.
    ...(randomize && {spreadsS: list.map(wait => (Math.min(2 * wait, cap) - Math.min(wait, cap)) / 1000)}),
    at,
    baseAt: options.at('minTimeout'),
    capAt: options.at('maxTimeout'),
    jitterAt: options.at('randomize'),
  };
}

/**
 * The waits of a function that is asked for each: `attempt => attempt * 1000`.
 *
 * @param first The number of the first retry, as the library counts.
 */
export function waitsOfFunction(node: JsNode, first: number, module: JsModule, at: Span): Waits | undefined {
  const value = module.valueOf(node);
  if (value === undefined || !isFunction(value) || nodesIn(value, 'params').length > 1) return undefined;
  return waitsOf(n => resultOf(value, [exactly(n + first)], module), at);
}

/** @param waitAt The wait before a retry, from 0, in milliseconds. */
export function waitsOf(waitAt: (n: number) => Value, at: Span): Waits | undefined {
  const ranges = Array.from({length: SHOWN}, (_, n) => {
    const range = waitAt(n);
    return range && {lo: range.lo / 1000, hi: range.hi / 1000};
  });
  return waitsOfRanges(ranges, at);
}

/** A number of milliseconds, or a function. */
export function waitsOfDelay(node: JsNode, first: number, module: JsModule, at: Span): Waits | undefined {
  const number = rangeOf(node, module, () => 'constant');
  return number === undefined ? waitsOfFunction(node, first, module, at) : waitsOf(() => number, at);
}

/**
 * Writes the waits between attempts.
 *
 * @param waits   Undefined where they are not known.
 * @param retries Undefined where their number is not known. Without any, there are no waits.
 */
export function writeWaits(
  retrier: Retrier,
  waits: Waits | undefined,
  retries: number | undefined,
  at: Span | undefined,
): void {
  if (waits === undefined) retrier.unknown('backoff', at);
  else if (retries !== 0) setWaits(retrier, waits, retries === undefined ? undefined : retries + 1);
}

/** Writes the number of attempts that a number of retries makes; undefined where it is not known. */
export function setRetries(retrier: Retrier, retries: number | undefined, at?: Span): void {
  retrier.set('maxAttempts', retries === undefined ? undefined : retries + 1, at);
}

/** The fields of a policy's waits, where one option sets them all. */
export const backoffFields = (name: string): Readonly<Record<string, Field>> =>
  Object.fromEntries(
    ['', '.kind', '.delayMs', '.delaysMs', '.stepMs', '.baseMs', '.factor', '.capMs', '.jitter'].map(field => [
      `backoff${field}`,
      {name},
    ]),
  );

/** What a library waits that waits not at all. */
export const NO_BACKOFF = {kind: 'constant', delayMs: 0, throttledBaseMs: 0, jitter: 'none'} as const;

/** The number of retries, where a policy counts attempts. */
export const retriesField = (name: string): Field => ({
  name,
  format: value => (value === 'unlimited' ? 'Infinity' : typeof value === 'number' ? String(value - 1) : String(value)),
});

export const attemptsField = (name: string): Field => ({
  name,
  format: value => (value === 'unlimited' ? 'Infinity' : String(value)),
});
