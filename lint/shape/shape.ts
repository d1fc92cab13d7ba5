/**
 * Reads a policy that may have mistakes. Each mistake is reported, and then removed or corrected to what was probably meant, so that
 * rules can check everything else: `"maxAttempts": "many"` must not hide a missing jitter, nor `"jiter": "none"` a jitter that is off.
 */

import type {PolicyProblem} from '../../src/core/errors.ts';
import {SUGGESTING} from '../../src/policy/suggestions.ts';
import type {Match, PolicyInput} from '../../src/policy/types.ts';
import {checkPolicy, MOST_FOUND, MOST_SAID} from '../../src/policy/validate.ts';
import {type Place, type Places, parentPath, pathsOf, placesOf} from '../source/places.ts';
import {toValue} from '../source/read.ts';
import type {Unit} from '../source/unit.ts';
import type {CodeFacts} from './code.ts';
import {likenessOf} from './likeness.ts';
import {copyOf, isEmptied, kept, moveAt, removeAt, setAt, withoutHoles} from './patch.ts';
import type {Remark, RepeatedCalls} from './remarks.ts';
import {suggestedField} from './suggested-field.ts';
import type {Targets} from './targets.ts';

/** A field with a wrong value or an unknown name, or a missing field. */
export interface ShapeProblem {
  /** The kind of the problem. */
  readonly kind: 'wrong-value' | 'unknown-field' | 'missing-field';
  /** The path from the root of the unit, in the words of the file, also of a missing field: `routes[0].backoff.jiter`. */
  readonly path: string;
  /** The place of the value, or of the object that lacks the field; undefined if the file has neither. */
  readonly place: Place | undefined;
  /** A clause that follows the path. */
  readonly message: string;
  /** The field that was probably meant; undefined if no name is close, or if the closest one has another unit, bound or quantile. */
  readonly meant: string | undefined;
  /** Whether the runtime runs all the same, and ignores the field: its correction changes what calls do. */
  readonly ignored?: true;
}

/** A policy, and the calls that it is for. */
export type UnitData = PolicyInput & {
  /** The calls that the policy is for, if the file states them beside the policy. */
  readonly match?: Match;
};

/** A policy as it was read from a file. */
export interface Shape {
  /** The policy in its file. */
  readonly unit: Unit;
  /** The wrong, unknown and missing fields. */
  readonly problems: readonly ShapeProblem[];
  /** The policy, without the fields that are wrong. */
  readonly data: UnitData;
  /** The place of each value, by its path in `data`; also of misspelt fields. */
  readonly places: Places;
  /** Paths of fields whose value is invalid. `data` leaves them out. */
  readonly invalid: ReadonlySet<string>;
  /** Paths of fields whose value comes from a template, so it is unknown. `data` leaves them out. */
  readonly unknown: ReadonlySet<string>;
  /** The index in the file of each route of `data`. */
  readonly routes: readonly number[];
  /** Only of a retrier in a program. */
  readonly code?: CodeFacts;
  /** Names of fields that the dialect can write in several ways, as this policy writes them. */
  readonly names?: ReadonlyMap<string, string>;
  /** The names that the policy refers to. */
  readonly targets?: Targets;
  /**
   * What the file does not say of time. elsewhere: the caller, or what is around, may set a time limit. whole: an attempt that hangs is not retried, or is known
   * to end.
   */
  readonly times?: 'elsewhere' | 'whole';
  /** The hosts that the file names for the retrier. Of a program, they are read from its text. */
  readonly hosts?: readonly string[];
  /** Findings of the dialect itself. */
  readonly remarks?: readonly Remark[];
  /** The calls that may be carried out twice, of a dialect whose triggers say more than those of a policy. */
  readonly repeats?: readonly RepeatedCalls[];
}

export function shapeOf(unit: Unit): Shape {
  const places = placesOf(unit);
  const value = toValue(unit.root);
  const problems = checkPolicy(value, SUGGESTING).map(problem => describe(problem, places));
  if (problems.length > 0) return {unit, problems, unknown: NONE, ...repair(value, problems, places)};
  const data = value as PolicyInput;
  return {unit, problems, data, places, invalid: NONE, unknown: NONE, routes: kept(data.routes)};
}

const NONE: ReadonlySet<string> = new Set();

function describe(problem: PolicyProblem, places: Places): ShapeProblem {
  const {path} = problem;
  const message = problem.message.replace(MORE, countOf);
  const place = places.get(path);
  const kind =
    place === undefined ? 'missing-field' : /^is not a field of/.test(message) ? 'unknown-field' : 'wrong-value';
  const near = kind === 'unknown-field' ? suggestedField(message) : undefined;
  const isOther = near === undefined || likenessOf(String(place!.segments.at(-1)), near) === 'other';
  return {kind, path, place, message, meant: isOther ? undefined : near};
}

/** The last problem of a long list. */
const MORE = /^and at least (\d+) more problems$/;

function countOf(_: string, more: string): string {
  const [listed, all] = [MOST_SAID, MOST_SAID + Number(more)];
  return `has ${all < MOST_FOUND ? all : `at least ${all}`} mistakes, the first ${listed} are listed`;
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
    for (const problem of problems) removeEmptied(draft, problem, places, invalid);
    problems = checkPolicy(withoutHoles(draft.root), SUGGESTING).map(problem => describe(problem, places));
  }
  const data = problems.length === 0 && isObject(draft.root) ? (withoutHoles(draft.root) as PolicyInput) : {};
  // A value that was corrected for the rules keeps the place of the written one.
  const shown = new Map([...places].map(([path, place]) => [path, written.get(place.path) ?? place]));
  return {data, places: shown, invalid, routes: kept((draft.root as PolicyInput | null)?.routes)};
}

function mend(draft: {root: unknown}, problem: ShapeProblem, places: Map<string, Place>, invalid: Set<string>): void {
  const {kind, path, place, meant} = problem;
  if (kind === 'missing-field') {
    const parent = places.get(parentPath(path));
    const field = path.slice(path.lastIndexOf('.') + 1);
    // Names are the endpoints' own: two that are missing are not the same.
    const stub = field === 'name' ? path : STUBS[field];
    if (parent !== undefined && stub !== undefined) setAt(draft, [...parent.segments, field], stub);
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

/** A list of which no entry is left is not an empty one: what its author meant is not known. */
function removeEmptied(
  draft: {root: unknown},
  {path, place}: ShapeProblem,
  places: Places,
  invalid: Set<string>,
): void {
  const list = typeof place?.segments.at(-1) === 'number' ? places.get(parentPath(path)) : undefined;
  if (list === undefined || !isEmptied(draft, list.segments)) return;
  removeAt(draft, list.segments);
  invalid.add(list.path);
}

/** Values in place of required fields, without which nothing around them could be read. */
const STUBS: Readonly<Record<string, unknown>> = {match: {}, maxAttempts: 1};

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
