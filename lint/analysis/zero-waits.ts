/** The fields because of which retries do not wait. */

import {defaultsByKind} from '../../src/policy/defaults.ts';
import type {Backoff} from '../../src/policy/types.ts';
import type {Change} from '../rule.ts';

type Set = Extract<Change, {do: 'set'}>;

/** The fields that make the waits 0, with their default values. */
export function zeroFields(backoff: Backoff, retries: number): Set[] {
  const defaults = defaultsByKind.backoff![backoff.kind] as Readonly<Record<string, unknown>>;
  return (
    Object.entries(backoff)
      // A route can set a field of another kind; it has no effect in the merged backoff.
      .filter(([field, value]) => /^(?:base|cap|delays?)Ms$/.test(field) && field in defaults && isZero(value))
      .map(([field]): Set => {
        const value = defaults[field];
        return {do: 'set', path: `backoff.${field}`, value: Array.isArray(value) ? value.slice(0, retries) : value};
      })
  );
}

const isZero = (value: unknown): boolean => value === 0 || (Array.isArray(value) && value[0] === 0);
