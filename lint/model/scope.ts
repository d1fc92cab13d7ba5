/** Scopes give rules values and their origins, so that rules never read a file. */

import type {Match, Policy} from '../../src/policy/types.ts';
import type {Dialect} from '../dialects/dialect.ts';
import type {Words} from '../dialects/words.ts';
import {nearestPlace, type Place} from '../source/places.ts';
import {toValue} from '../source/read.ts';
import {below, hasDoubts, type Layer, placeIn, unknownIn} from './layer.ts';
import {setterOf} from './setter.ts';

/** The policy of a group of calls: the top of a file, or one of its routes, with every layer merged. */
export interface Scope {
  /** '' for the top of a file, `routes[0]` for its first route. */
  readonly base: string;
  /** Its name in messages: `the policy`, of several in a file `policy "orders"`; `route "predict"`, `route POST /v1/orders`. */
  readonly title: string;
  /** The merged policy. An invalid value is replaced by its default. */
  readonly policy: Policy;
  /** Which calls a route is for. */
  readonly match: Match | undefined;
  /** From the highest precedence to the lowest: the route, the file, the files that it extends. */
  readonly layers: readonly Layer[];
  /** The layer of the route, or of the file. */
  readonly own: Layer;
  /** The linted file. */
  readonly file: Layer;
  /** The dialect of the file. */
  readonly dialect: Dialect;
  /** Writes fields, values and durations as the file does. */
  readonly words: Words;
}

/** Whether the value of a field is known. */
export type FieldState =
  /** The file has a valid value. */
  | 'known'
  /** The file does not have the field, so the default applies. */
  | 'missing'
  /** The file has an invalid value; the linter uses the default. */
  | 'invalid'
  /** A template sets the field; the linter uses the default. */
  | 'unknown'
  /** The dialect has no such field; the linter uses the behavior of the runtime. */
  | 'inexpressible';

const STATES = {layer: 'known', slip: 'invalid', template: 'unknown', default: 'missing'} as const;

/**
 * Whether the value of a field is known. A rule must not report a value that is not.
 *
 * @param scope The policy, or a route of it.
 * @param path  The path from the top of the scope, without indexes: `backoff.jitter`.
 */
export const stateOf = (scope: Scope, path: string): FieldState =>
  scope.dialect.expresses(path) ? STATES[setterOf(scope, path).by] : 'inexpressible';

/** Whether every field was written as a value that can be used, or left out. */
export const isAllSure = (scope: Scope): boolean => !scope.layers.some(hasDoubts);

/** Whether every one of these was written as a value that can be used, or left out. Rules skip what depends on a misspelt value. */
export const isSure = (scope: Scope, ...paths: readonly string[]): boolean =>
  isAllSure(scope) || paths.every(path => !['slip', 'template'].includes(setterOf(scope, path).by));

/** Whether something in an object or a list was written that cannot be used: an entry of `retryOn`, or the path of a `match`. */
export function hasSlipIn({layers}: Scope, path: string): boolean {
  return layers.some(({shape, base}) => {
    const head = below(base, path);
    return [...(shape?.invalid ?? [])].some(each => each.startsWith(`${head}.`) || each.startsWith(`${head}[`));
  });
}

/** Whether a template decides a field, or something in it. */
export const hasTemplate = (scope: Scope, path: string): boolean =>
  scope.layers.some(layer =>
    unknownIn(layer).some(unknown => touches(unknown, path) && setterOf(scope, unknown).by === 'template'),
  );

/** Whether one path is in the other. The routes of a file are scopes of their own. */
const touches = (unknown: string, path: string): boolean =>
  path === ''
    ? !unknown.startsWith('routes[')
    : unknown === path || unknown.startsWith(`${path}.`) || path.startsWith(`${unknown}.`);

/** Whether a field has its default, because no layer sets it. */
export const isDefault = (scope: Scope, path: string): boolean => setterOf(scope, withoutIndex(path)).by === 'default';

export const isSet = (scope: Scope, path: string): boolean => setterOf(scope, path).by === 'layer';

/** Whether the scope itself sets it: a route, and no layer below it. */
export function isSetByRoute(scope: Scope, path: string): boolean {
  const setter = setterOf(scope, path);
  return setter.by === 'layer' && setter.layer === scope.own;
}

/** Whether the linted file itself writes it, at the top or in this route. */
export function isSetHere(scope: Scope, path: string): boolean {
  const setter = setterOf(scope, path);
  return setter.by === 'layer' && setter.layer.entry === undefined;
}

/** Whether a preset writes it. */
export function isPreset(scope: Scope, path: string): boolean {
  const setter = setterOf(scope, path);
  return setter.by === 'layer' && setter.layer.name.startsWith('steadfetch:');
}

/** The path of the value that was decided last: in the route rather than above it, in the file rather than in a file that it extends. */
export function mostSpecific(scope: Scope, ...paths: readonly string[]): string {
  const rank = (path: string): number => {
    const setter = setterOf(scope, path);
    return setter.by === 'layer' ? scope.layers.indexOf(setter.layer) : scope.layers.length;
  };
  return paths.reduce((best, path) => (rank(path) < rank(best) ? path : best));
}

/** The place of a finding. */
export interface Spot {
  /** In the linted file. */
  readonly place: Place | undefined;
  /** Its path there, for people and for baselines. */
  readonly path: string;
  /** The origin of the value, if that is another file or a preset. */
  readonly from: {readonly place: Place | undefined; readonly name: string; readonly path: string} | undefined;
}

/**
 * The place of a value in this scope. For a default it is the nearest place around it, for an inherited value the entry of `extends` that
 * brings it.
 *
 * @param path The path from the top of the scope, with an index for an entry of a list: `retryOn[2]`.
 */
export function spotOf(scope: Scope, path: string): Spot {
  if (isNote(path)) return spotIn(scope, scope.own, path);
  const setter = setterOf(scope, withoutIndex(path));
  const layer = setter.by === 'default' ? (setter.layer ?? scope.own) : setter.layer;
  const inside = setter.by === 'default' ? (setter.layer === undefined ? '' : setter.around) : path;
  return spotIn(scope, layer, inside);
}

/** The value that a layer writes at a path; undefined if the default applies. */
export function writtenAt(scope: Scope, path: string): unknown {
  const setter = setterOf(scope, withoutIndex(path));
  const layer = isNote(path) ? scope.own : setter.by === 'default' ? undefined : setter.layer;
  const place = layer && placeIn(layer, path);
  return place && toValue(place.node);
}

/** Keys that begin with x- are for people: no layer overrides them, so each is where it is written. */
const isNote = (path: string): boolean => path.includes('["x-');

function spotIn(scope: Scope, layer: Layer, path: string): Spot {
  const at = below(layer.base, path);
  const {shape} = layer;
  if (layer.entry === undefined && shape !== undefined) {
    const place = placeIn(layer, path) ?? nearestPlace(shape.places, at);
    return {place, path: at, from: undefined};
  }
  const entry = `extends[${layer.entry}]`;
  const place = shape === undefined ? undefined : nearestPlace(shape.places, at);
  return {place: placeIn(scope.file, entry), path: at, from: {place, name: layer.name, path: at}};
}

/** A list entry, and a field of it, belongs to the layer that sets the list. */
export const withoutIndex = (path: string): string => path.replace(/\[\d+\].*$/, '');
