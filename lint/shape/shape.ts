/**
 * What a policy says, apart from its slips. Every wrong place is named, and then taken out or put right as it was meant, so that the
 * rules see all the rest: `"maxAttempts": "many"` must not hide a missing jitter, nor `"jiter": "none"` the jitter it turns off.
 */

import type {PolicyProblem} from '../../src/core/errors.ts';
import type {Match, PolicyInput} from '../../src/policy/types.ts';
import {checkPolicy} from '../../src/policy/validate.ts';
import {type Place, type Places, parentPath, pathsOf, placesOf} from '../source/places.ts';
import {toValue} from '../source/read.ts';
import type {Unit} from '../source/unit.ts';
import {copyOf, kept, moveAt, removeAt, setAt, withoutHoles} from './patch.ts';
import {suggestedField} from './suggested-field.ts';

export interface ShapeProblem {
  readonly kind: 'wrong-value' | 'unknown-field' | 'missing-field';
  /** Where it is, or would be, in the words of the file and from the root of the unit: `routes[0].backoff.jiter`. */
  readonly path: string;
  readonly place: Place | undefined;
  /** A clause that follows the path. */
  readonly message: string;
  /** The field that was meant, if that is plain. */
  readonly meant: string | undefined;
}

/** Where a file says beside a policy which calls it is for, that is its match. */
export type UnitData = PolicyInput & {readonly match?: Match};

export interface Shape {
  readonly unit: Unit;
  readonly problems: readonly ShapeProblem[];
  /** A policy of the right shape, whatever is written. */
  readonly data: UnitData;
  /** By the path of `data`: where it is written, misspelt or not. */
  readonly places: Places;
  /** Paths of `data` whose value was unusable, and is left out. */
  readonly invalid: ReadonlySet<string>;
  /** Paths of `data` whose value comes from a template, so it is not known and is left out. */
  readonly unknown: ReadonlySet<string>;
  /** For each route of `data`, its index in the file. */
  readonly routes: readonly number[];
}

export function shapeOf(unit: Unit): Shape {
  const places = placesOf(unit);
  const value = toValue(unit.root);
  const problems = checkPolicy(value).map(problem => describe(problem, places));
  if (problems.length > 0) return {unit, problems, unknown: NONE, ...repair(value, problems, places)};
  const data = value as PolicyInput;
  return {unit, problems, data, places, invalid: NONE, unknown: NONE, routes: kept(data.routes)};
}

const NONE: ReadonlySet<string> = new Set();

function describe({path, message}: PolicyProblem, places: Places): ShapeProblem {
  const place = places.get(path);
  const kind =
    place === undefined ? 'missing-field' : /^is not a field of/.test(message) ? 'unknown-field' : 'wrong-value';
  return {kind, path, place, message, meant: kind === 'unknown-field' ? suggestedField(message) : undefined};
}

/** More rounds mean that something is wrong with the repair, not with the file. */
const maxRounds = 4;

function repair(
  value: unknown,
  found: readonly ShapeProblem[],
  written: Places,
): Omit<Shape, 'unit' | 'problems' | 'unknown'> {
  const draft = copyOf(value);
  const places = new Map(written);
  const invalid = new Set<string>();
  let problems = found;
  for (let round = 0; problems.length > 0 && round < maxRounds; round++) {
    for (const problem of problems) mend(draft, problem, places, invalid);
    problems = checkPolicy(withoutHoles(draft.root)).map(problem => describe(problem, places));
  }
  const data = problems.length === 0 && isObject(draft.root) ? (withoutHoles(draft.root) as PolicyInput) : {};
  // What was put right for the rules is still written as it is.
  const shown = new Map([...places].map(([path, place]) => [path, written.get(place.path) ?? place]));
  return {data, places: shown, invalid, routes: kept((draft.root as PolicyInput | null)?.routes)};
}

function mend(draft: {root: unknown}, problem: ShapeProblem, places: Map<string, Place>, invalid: Set<string>): void {
  const {kind, path, place, meant} = problem;
  if (kind === 'missing-field') {
    const parent = places.get(parentPath(path));
    const stub = STUBS[path.slice(path.lastIndexOf('.') + 1)];
    if (parent !== undefined && stub !== undefined)
      setAt(draft, [...parent.segments, path.slice(path.lastIndexOf('.') + 1)], stub);
    invalid.add(path);
    return;
  }
  if (place === undefined || path === '') {
    draft.root = {};
    return;
  }
  if (meant !== undefined && moveAt(draft, place.segments, meant)) {
    const parent = parentPath(path);
    renamePlaces(places, path, parent === '' ? meant : `${parent}.${meant}`);
    return;
  }
  removeAt(draft, place.segments);
  if (kind === 'wrong-value') invalid.add(path);
}

/** What stands in for a field without which nothing around it can be read. */
const STUBS: Readonly<Record<string, unknown>> = {match: {}, name: 'unnamed', maxAttempts: 1};

function renamePlaces(places: Map<string, Place>, from: string, to: string): void {
  const place = places.get(from)!;
  const depth = place.segments.length - 1;
  const head = to.slice(to.lastIndexOf('.') + 1);
  for (const path of pathsOf(place.node, from)) {
    const moved = places.get(path);
    if (moved === undefined) continue;
    places.set(to + path.slice(from.length), {...moved, segments: moved.segments.with(depth, head)});
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
