/**
 * A dialect: a language in which retry policies are written. It finds the policies of a file, and maps each to the fields of steadfetch,
 * with the place of every value. Rules see only these fields; messages and fixes use the words of the dialect.
 */

import type {Policy} from '../../src/policy/types.ts';
import type {Shape} from '../shape/shape.ts';
import type {Source} from '../source/tree.ts';
import type {Unit} from '../source/unit.ts';
import type {Packages} from './python/packages.ts';
import type {Words} from './words.ts';

/** A language of policy files, such as that of Envoy. */
export interface Dialect {
  /** The name: `native`, `envoy`. */
  readonly name: string;
  /** The features of the runtime that reads such files. */
  readonly capabilities: Capabilities;
  /** The values of fields that a file leaves out, or cannot express: the behavior of the runtime. */
  readonly defaults: Policy;
  /** Whether a file can express a field, or a part of it: `backoff.jitter`, `backoff`. */
  readonly expresses: (path: string) => boolean;
  /** The words of the files: names of fields, and durations. */
  readonly words: Words;
  /** What the policies are for: reports of a repository are grouped by it. */
  readonly layer: DialectLayer;
  /** The names of its files, for searches: a file with another name is not even read. Default: every JSON, YAML and Python file. */
  readonly names?: RegExp;
  /**
   * Whether a file may be of this dialect, by its name and by a word in its text. A file that no dialect wants is never parsed, so the test must be
   * cheap, and may be wrong for a file that is of another kind: `unitsOf` decides.
   */
  readonly wants: (path: string, text: string) => boolean;
  /** What only a file has that is a template of another program. Default: two opening braces, or one and `%`, which other dialects have for themselves. */
  readonly template?: RegExp;
  /** The unit of durations that a file writes as numbers. Left out where each has its own, as in `2s`. */
  readonly unit?: 'milliseconds' | 'seconds';
  /** The attempt timeout to suggest where a file has none. Default: that of steadfetch. */
  readonly suggestedTimeoutMs?: number;
  /**
   * The policies of a file; undefined if the file is not of this dialect.
   *
   * @param packages The versions of libraries, which a Python program may depend on.
   */
  readonly unitsOf: (source: Source, packages?: Packages) => readonly Unit[] | undefined;
  /** Reads a policy of such a file. */
  readonly shapeOf: (unit: Unit) => Shape;
  /** The changes of the tree that change a field; undefined if the change cannot be expressed. Without `inverse` there are no fixes. */
  readonly inverse: ((change: FieldChange, shape: Shape) => readonly TreeChange[] | undefined) | undefined;
  /** Whether the runtime ignores keys that begin with `x-`, so that a policy may hold suppressions. */
  readonly ignoresExtensions: boolean;
}

/** By what files of a dialect are found: known before its code is loaded. */
export type DialectSign = Pick<Dialect, 'name' | 'layer' | 'names' | 'wants' | 'template'>;

/** A dialect whose code is loaded with the first file that it wants. */
export interface LateDialect extends DialectSign {
  /** Loads it, once. */
  readonly load: () => Promise<Dialect>;
}

/** A dialect that is looked for in every file. */
export type BuiltInDialect = Dialect | LateDialect;

/**
 * code: retries in the program itself. client: a library that retries by itself. gateway: a server between them. mesh: proxies beside each server.
 * workflow: tasks that are started again. policy: steadfetch, and other files that a client reads.
 */
export type DialectLayer = 'code' | 'client' | 'gateway' | 'mesh' | 'workflow' | 'policy';

/** The behavior of a runtime that no field of a file states. */
export interface Capabilities {
  /** Whether it checks the method of a call before it repeats a request that the server may have acted on. Envoy never does. */
  readonly gatesByMethod: boolean;
  /** Whether waits are spread by a field, always, or never. */
  readonly jitter: 'field' | 'builtin' | 'none';
  /** An attempt can have a timeout of its own. */
  readonly attemptTimeout: boolean;
  /** Whether it can wait for as long as an answer asks. */
  readonly honorsHint: boolean;
  /** Whether all retries together have a limit by default. */
  readonly defaultBudget: boolean;
  /** A user waits for a call. A workflow may run for hours. */
  readonly kind: 'call' | 'workflow';
  /** Whether a cap that no wait reaches is no mistake: the file has to have one, or it guards against more attempts. */
  readonly needsCap?: true;
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

/** A change of the tree. */
export type TreeChange = {
  /** Keys and indexes from the root of the unit to the changed value. */
  readonly segments: readonly (string | number)[];
} & (
  | {readonly do: 'set'; readonly value: unknown}
  /** Removes entries of a list. `left` has the other entries, for lists that have to be written anew. */
  | {readonly do: 'drop'; readonly entries: readonly unknown[]; readonly left: readonly unknown[]}
  | {readonly do: 'remove'}
  | {readonly do: 'rename'; readonly to: string}
);
