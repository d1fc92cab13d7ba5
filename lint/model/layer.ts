/** The layers a policy is merged from, each with the places where it is written. */

import type {RouteInput} from '../../src/policy/types.ts';
import type {Shape, UnitData} from '../shape/shape.ts';
import type {Place} from '../source/places.ts';

/** One layer: what it sets, and where. */
export interface Layer {
  /** A file's path, or a preset's name. */
  readonly name: string;
  /** Undefined for a preset. */
  readonly shape: Shape | undefined;
  /** The fields that the layer sets. */
  readonly data: UnitData | RouteInput;
  /** '' for the top of a file, `routes[0]` for a route of it. */
  readonly base: string;
  /** Which entry of the linted file's `extends` brings it in; undefined in the linted file itself. */
  readonly entry: number | undefined;
}

/** The place where a layer writes a path of its own, such as `backoff.jitter`. */
export const placeIn = ({shape, base}: Layer, path: string): Place | undefined => shape?.places.get(below(base, path));

/**
 * Whether a layer has any invalid or templated value. Checked first, because most layers have none, and every rule asks about every field.
 */
export const hasDoubts = ({shape}: Layer): boolean =>
  shape !== undefined && (shape.invalid.size > 0 || shape.unknown.size > 0);

export const isInvalidIn = ({shape, base}: Layer, path: string): boolean =>
  shape !== undefined && shape.invalid.size > 0 && shape.invalid.has(below(base, path));

export const isUnknownIn = ({shape, base}: Layer, path: string): boolean =>
  shape !== undefined && shape.unknown.size > 0 && shape.unknown.has(below(base, path));

/** The paths of a layer's own that a template decides. */
export function unknownIn({shape, base}: Layer): string[] {
  if (shape === undefined || shape.unknown.size === 0) return [];
  const head = base === '' ? '' : `${base}.`;
  return [...shape.unknown].filter(path => path.startsWith(head)).map(path => path.slice(head.length));
}

/** A path inside a base: `routes[0]` and `retryOn[2]` give `routes[0].retryOn[2]`. */
export function below(base: string, path: string): string {
  if (base === '' || path === '') return base + path;
  return path.startsWith('[') ? base + path : `${base}.${path}`;
}
