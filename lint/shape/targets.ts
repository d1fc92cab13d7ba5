/** References between the names of a file: groups of models that fall back to others, routes and their clusters. */

import type {Place} from '../source/places.ts';

/** The names that a policy refers to. */
export interface Targets {
  /** What the file calls a name: `model_name`. */
  readonly kind: string;
  /** Every name of the file. */
  readonly names: readonly string[];
  /** The references of this policy. Each reference of a file belongs to one policy. */
  readonly references: readonly Reference[];
  /** What ends a cycle at run time, as a sentence. Left out if nothing does. */
  readonly cycleEnd?: string;
}

/** The use of a name. */
export interface Reference {
  /** The name of what refers to another. */
  readonly from: string;
  /** The name that is referred to. */
  readonly to: string;
  /** The place of the name. */
  readonly place: Place;
  /** What follows from a name that does not exist: `a call that falls back to it fails`. Left out if the name exists, or may exist elsewhere. */
  readonly lost?: string;
  /** The references of what is referred to. */
  readonly next: readonly Reference[];
}
