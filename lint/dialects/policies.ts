/** From a file to its policies. */

import type {Shape} from '../shape/shape.ts';
import type {Source} from '../source/tree.ts';
import type {Dialect} from './dialect.ts';
import {native} from './native.ts';

/** The policies of a file, all of one dialect. */
export interface Policies {
  readonly dialect: Dialect;
  readonly shapes: readonly Shape[];
}

interface Known {
  readonly others: readonly Dialect[];
  readonly policies: Policies;
}

/** Shapes are kept as long as their source, so that a cache of sources is enough. */
const KNOWN = new WeakMap<Source, Known>();
const NO_OTHERS: readonly Dialect[] = [];

/** @param others Dialects besides the native one. The first that knows the file reads it; a file that none of them knows is native. */
export function policiesOf(source: Source, others: readonly Dialect[] = NO_OTHERS): Policies {
  const known = KNOWN.get(source);
  if (known?.others === others) return known.policies;
  const policies = read(source, others);
  KNOWN.set(source, {others, policies});
  return policies;
}

function read(source: Source, others: readonly Dialect[]): Policies {
  for (const dialect of others) {
    const units = dialect.unitsOf(source);
    if (units !== undefined) return {dialect, shapes: units.map(unit => dialect.shapeOf(unit))};
  }
  return {dialect: native, shapes: (native.unitsOf(source) ?? []).map(unit => native.shapeOf(unit))};
}
