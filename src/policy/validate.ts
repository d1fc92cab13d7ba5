/** Whether a value is a policy, or the overrides of a call: its shape only. What fields ask of each other is in invariants.ts. */

import type {PolicyProblem} from '../core/errors.ts';
import {explain, type Root} from './explain.ts';
import {copyPlain} from './plain.ts';
import type {CallOverrides, PolicyInput} from './types.ts';
import {validateOverrides, validatePolicy} from './validator.ts';

/** Past this many a list of problems is no longer read. */
const maxProblems = 100;

/** ajv names every wrong entry of a list, several times. Bounds the work on a hostile one. */
const maxErrors = 2000;

/** Every wrong place of a policy as written; none if it has the right shape. Never throws, whatever it is given. */
export const checkPolicy = (value: unknown): PolicyProblem[] => readPolicy(value).problems;

/** Every wrong place of the overrides of a call; none if they have the right shape. */
export const checkOverrides = (value: unknown): PolicyProblem[] => readOverrides(value).problems;

/** What was read: a copy of our own, which is a policy only if there are no problems. */
export interface Reading<T> {
  readonly value: T;
  readonly problems: PolicyProblem[];
}

export const readPolicy = (value: unknown): Reading<PolicyInput> => read<PolicyInput>(value, 'policy');

export const readOverrides = (value: unknown): Reading<CallOverrides> => read<CallOverrides>(value, 'call');

function read<T>(value: unknown, root: Root): Reading<T> {
  const {data, problems: found} = copyPlain(value);
  const wholeIsLost = found.some(({path}) => path === '');
  const problems = wholeIsLost ? [...found] : [...found, ...without(found, findWrong(data, root))];
  if (problems.length > maxProblems) {
    const more = problems.length - maxProblems;
    problems.splice(maxProblems, more, {path: '', message: `and at least ${more} more problems`});
  }
  return {value: data as T, problems};
}

function findWrong(data: unknown, root: Root): PolicyProblem[] {
  const validate = root === 'policy' ? validatePolicy : validateOverrides;
  return validate(data) ? [] : explain((validate.errors ?? []).slice(0, maxErrors), data, root);
}

/** A place that could not even be copied has been named already. */
function without(found: readonly PolicyProblem[], others: readonly PolicyProblem[]): readonly PolicyProblem[] {
  const named = new Set(found.map(({path}) => path));
  return others.filter(({path}) => !named.has(path));
}
