/** Makes a dialect of a table of its fields, and refuses one that contradicts itself. */

import {defaultPolicy} from '../../src/policy/defaults.ts';
import {mergePolicy} from '../../src/policy/merge.ts';
import type {Policy, PolicyInput} from '../../src/policy/types.ts';
import type {Capabilities, Dialect} from './dialect.ts';
import {type Field, Words} from './words.ts';

/** The argument of `defineDialect`. */
export interface DialectDefinition
  extends Pick<
    Dialect,
    | 'name'
    | 'capabilities'
    | 'layer'
    | 'names'
    | 'wants'
    | 'template'
    | 'unitsOf'
    | 'shapeOf'
    | 'inverse'
    | 'ignoresExtensions'
    | 'unit'
    | 'suggestedTimeoutMs'
  > {
  /**
   * The defaults of the runtime, beside those that follow from the capabilities. A field that is left out has no time limit, no breaker
   * and no budget, and waits after a throttled response like after any other.
   */
  readonly defaults: PolicyInput;
  /** The fields that a file can have, by their path in a policy: `backoff.jitter`. */
  readonly fields: Readonly<Record<string, Field>>;
  /** A duration as a file writes it: `2s`. */
  readonly ms: (ms: number) => string;
}

/**
 * Makes a dialect: how the linter reads the policies of another program, such as Envoy.
 *
 * @param definition The fields that a file can have, and how its runtime behaves.
 * @throws TypeError if a capability contradicts the fields.
 */
export function defineDialect({fields, ms, defaults, ...rest}: DialectDefinition): Dialect {
  const {name, capabilities} = rest;
  const paths = Object.keys(fields);
  for (const [path, can, capability] of expected(capabilities)) {
    if (can === paths.includes(path)) continue;
    throw new TypeError(
      `The dialect ${name} ${can ? 'has no' : 'has a'} field for ${path}, and its capabilities say ${capability}.`,
    );
  }
  return {
    ...rest,
    defaults: mergePolicy(baseOf(capabilities), defaults),
    expresses: path => path === '' || paths.some(each => each === path || each.startsWith(`${path}.`)),
    words: new Words(path => (Object.hasOwn(fields, path) ? fields[path] : undefined), ms),
  };
}

const expected = ({jitter, attemptTimeout}: Capabilities): [path: string, can: boolean, capability: string][] => [
  ['backoff.jitter', jitter === 'field', `jitter: ${JSON.stringify(jitter)}`],
  ['attemptTimeoutMs', attemptTimeout, `attemptTimeout: ${attemptTimeout}`],
];

const EVERY_METHOD = 'GET HEAD OPTIONS TRACE PUT DELETE QUERY POST PATCH CONNECT'.split(' ');

/** The defaults of a runtime with these capabilities, as far as nothing else is known. */
const baseOf = ({gatesByMethod, jitter, honorsHint, defaultBudget}: Capabilities): Policy => ({
  ...defaultPolicy,
  deadlineMs: null,
  attemptTimeoutMs: null,
  idleTimeoutMs: null,
  idempotentMethods: gatesByMethod ? defaultPolicy.idempotentMethods : EVERY_METHOD,
  backoff: {...defaultPolicy.backoff, throttledBaseMs: 0, jitter: jitter === 'builtin' ? 'full' : 'none'},
  retryAfter: {...defaultPolicy.retryAfter, honor: honorsHint},
  budget: defaultBudget ? defaultPolicy.budget : null,
  breaker: null,
});
