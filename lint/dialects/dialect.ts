/**
 * A language in which retry policies are written. A dialect finds the policies of a file and says each in the fields of steadfetch,
 * with the place of every value; rules see nothing else. What people read, and what is written back, is in its own words.
 */

import type {Policy} from '../../src/policy/types.ts';
import type {Shape} from '../shape/shape.ts';
import type {Source} from '../source/tree.ts';
import type {Unit} from '../source/unit.ts';
import type {Words} from './words.ts';

export interface Dialect {
  /** `native`, `envoy`. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** What runs where a policy says nothing. A field that the dialect cannot express has here what its runtime does. */
  readonly defaults: Policy;
  /** Whether a file can say a field, or something in it: `backoff.jitter`, `backoff`. */
  readonly expresses: (path: string) => boolean;
  readonly words: Words;
  /** The policies of a file; undefined where the file is not of this dialect. */
  readonly unitsOf: (source: Source) => readonly Unit[] | undefined;
  readonly shapeOf: (unit: Unit) => Shape;
  /** What a change of a field changes in the tree; undefined where it cannot be written. Without an inverse there are no fixes. */
  readonly inverse: ((change: FieldChange, shape: Shape) => readonly TreeChange[] | undefined) | undefined;
  /** Its runtime ignores keys that begin with `x-`, so a policy may hold suppressions. */
  readonly ignoresExtensions: boolean;
}

/** What a runtime does, as far as no field of a file says it. */
export interface Capabilities {
  /** It asks for the method of a call before it repeats what a server may have acted on. Envoy never looks at it. */
  readonly gatesByMethod: boolean;
  /** Whether waits are spread by a field, always, or never. */
  readonly jitter: 'field' | 'builtin' | 'none';
  /** An attempt can have a timeout of its own. */
  readonly attemptTimeout: boolean;
  /** It can wait for as long as an answer asks. */
  readonly honoursHint: boolean;
  /** All retries together are bounded without being asked. */
  readonly defaultBudget: boolean;
  /** A user waits for a call. A workflow may run for hours. */
  readonly kind: 'call' | 'workflow';
}

/** A change of a policy, by paths of `Shape.data`: `routes[0].backoff.jitter`. */
export type FieldChange =
  | {readonly do: 'set'; readonly path: string; readonly value: unknown}
  /** Takes entries out of a list of scalars; `left` is what stays. */
  | {
      readonly do: 'drop';
      readonly path: string;
      readonly entries: readonly unknown[];
      readonly left: readonly unknown[];
    }
  | {readonly do: 'remove'; readonly path: string}
  | {readonly do: 'rename'; readonly path: string; readonly to: string};

/** A change of the tree, by keys and indexes from the root of the unit. */
export type TreeChange = {readonly segments: readonly (string | number)[]} & (
  | {readonly do: 'set'; readonly value: unknown}
  /** Where the entries cannot be taken out, what is left is written anew. */
  | {readonly do: 'drop'; readonly entries: readonly unknown[]; readonly left: readonly unknown[]}
  | {readonly do: 'remove'}
  | {readonly do: 'rename'; readonly to: string}
);
