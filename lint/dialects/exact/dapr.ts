/**
 * Dapr's Resiliency: https://docs.dapr.io/operations/resiliency/policies/retries/retries-overview. Read in dapr/dapr: a policy without maxRetries never ends,
 * a constant wait has no jitter, and an exponential one begins with 0.5 s, grows by 1.5 and is spread by half.
 */

import {nearest} from '../../../src/policy/suggestions.ts';
import type {Place} from '../../source/places.ts';
import type {Dialect} from '../dialect.ts';
import {entriesOf, Facts, isTemplate, keysOf, scalarOf, textOf, within} from './facts.ts';
import {formatGo, goDuration, integer} from './kinds.ts';
import {exactDialect} from './make.ts';

type Found = readonly [id: string, facts: Facts];

const RETRY = 'policy duration maxInterval maxRetries matching';
const PART: Readonly<Record<string, string>> = {
  retry: 'retries',
  timeout: 'timeouts',
  circuitBreaker: 'circuitBreakers',
};

/** Attached without a target. */
const ATTACHED = /^(?:Default\w*Policy|DaprBuiltIn\w*)$/;
const LEAST_BUILT_IN = 3;
/** With more names, none is looked for: machines do not misspell. */
const MOST_NAMES = 100;

function* read(root: Place): Iterable<Found> {
  if (textOf(within(root, 'kind')) !== 'Resiliency') return;
  const policies = within(root, 'spec', 'policies');
  if (policies === undefined) return;
  const all = new Facts(policies, textOf(within(root, 'metadata', 'name')) ?? 'policies');
  all.set('maxAttempts', 1);
  const partOf = all.fieldsOf(policies, Object.values(PART).join(' '), 'the policies of Dapr');
  const spec = all.fieldsOf(within(root, 'spec'), 'policies targets', 'a Resiliency');
  const misplaced = within(policies, 'targets');
  if (misplaced !== undefined)
    all.remark(
      'RL404',
      misplaced,
      'targets stands under policies, where Dapr does not read it, so its policies are not used. Move it beside policies.',
    );
  const used = new Map<string, string[]>();
  const known = new Map(Object.values(PART).map(part => [part, keysOf(partOf(part))]));
  references(all, known, spec('targets'), used);
  for (const [name, breaker] of entriesOf(partOf('circuitBreakers'))) tripOf(all, name, breaker);
  for (const [part, names] of Object.entries(PART).map(([, part]) => [part, entriesOf(partOf(part))] as const))
    for (const [name, place] of names)
      if (misplaced === undefined && !used.has(`${part} ${name}`) && !ATTACHED.test(name))
        all.remark(
          'RL405',
          place,
          `${name} has no effect: no target of this file uses it. Remove it, unless another file does.`,
          {severity: 'info'},
        );
  yield ['policies', all];
  for (const [name, policy] of entriesOf(partOf('retries')))
    yield [`retry[${name}]`, readRetry(policy, name, used.get(`retries ${name}`))];
}

/** The names of policies, by what they are. */
type Names = ReadonlyMap<string, readonly string[]>;

/** The names that targets use. Dapr reads all files together, so that a name may be in another one, unless it is nearly one of this. */
function references(facts: Facts, known: Names, at: Place | undefined, used: Map<string, string[]>): void {
  for (const [key, value] of entriesOf(at)) {
    const part = PART[key];
    const name = textOf(value);
    if (part === undefined || name === undefined) {
      if (value.node.kind === 'object') references(facts, known, value, used);
      continue;
    }
    const users = used.get(`${part} ${name}`) ?? [];
    used.set(`${part} ${name}`, [...users, at!.path]);
    const names = known.get(part)!;
    if (names.length > MOST_NAMES || names.includes(name) || ATTACHED.test(name) || isTemplate(value.node)) continue;
    const near = nearest(name, names);
    if (near === undefined) continue;
    facts.targets = {kind: 'policy', names: [...new Set([...(facts.targets?.names ?? []), ...names])]};
    facts.references.push({from: at!.path, to: name, place: value, lost: 'the target goes without it', next: []});
  }
}

const COUNTS = ['requests', 'totalSuccesses', 'totalFailures', 'consecutiveSuccesses', 'consecutiveFailures'];

/** An expression with an unknown name gives an error, which counts as false: the breaker never opens. */
function tripOf(facts: Facts, name: string, breaker: Place): void {
  const trip = within(breaker, 'trip');
  if (trip === undefined || isTemplate(trip.node)) return;
  for (const [word] of String(scalarOf(trip)).matchAll(/[A-Za-z_]\w*/g)) {
    const near = COUNTS.includes(word) ? undefined : nearest(word, COUNTS);
    if (near !== undefined)
      facts.remark(
        'RL212',
        trip,
        `${name} never opens: trip names ${word}, which Dapr does not count, and an expression that fails is false. Write ${near}.`,
      );
  }
}

/** @param targets What the policy is for. */
function readRetry(policy: Place, name: string, targets: readonly string[] = []): Facts {
  const facts = new Facts(policy, name);
  facts.hosts.push(...targets);
  facts.homes = {maxAttempts: [...policy.segments, 'maxRetries']};
  const field = facts.fieldsOf(policy, RETRY, 'a retry policy of Dapr');
  facts.fieldsOf(field('matching'), 'httpStatusCodes gRPCStatusCodes', 'matching');
  const [kind, duration, longest, most] = ['policy', 'duration', 'maxInterval', 'maxRetries'].map(field);
  const isExponential = scalarOf(kind) === 'exponential';
  if (kind !== undefined && !isTemplate(kind.node) && !isExponential && scalarOf(kind) !== 'constant')
    facts.wrong(kind, 'must be "constant" or "exponential"');
  attempts(facts, name, policy, most);
  if (isExponential) {
    facts.set('backoff', {kind: 'exponential', baseMs: 500, factor: 1.5, capMs: 60_000, jitter: 'full'}, kind);
    facts.number('backoff.capMs', longest, goDuration);
    if (duration !== undefined)
      facts.remark(
        'RL405',
        duration,
        'duration has no effect: it is for constant waits, and the policy is exponential. Set maxInterval, or remove it.',
      );
  } else if (kind === undefined || scalarOf(kind) === 'constant') {
    facts.set('backoff', {kind: 'constant', delayMs: 5000, jitter: 'none'}, kind ?? policy);
    if (duration !== undefined && goDuration.read(scalarOf(duration)) === undefined)
      facts.unknown.add('backoff.jitter');
    facts.number('backoff.delayMs', duration, goDuration);
    if (longest !== undefined)
      facts.remark(
        'RL405',
        longest,
        'maxInterval has no effect: it is for exponential waits, and the policy is constant. Set policy to exponential, or remove it.',
      );
  } else facts.unknown.add('backoff');
  return facts;
}

function attempts(facts: Facts, name: string, policy: Place, place: Place | undefined): void {
  const count = facts.check(place, integer(-1));
  if (place !== undefined && count === undefined) facts.unknown.add('maxAttempts');
  else if (name.startsWith('DaprBuiltIn') && (count ?? -1) < LEAST_BUILT_IN) {
    facts.set('maxAttempts', LEAST_BUILT_IN + 1);
    facts.remark(
      'RL402',
      place ?? policy,
      `${place === undefined ? 'maxRetries is missing' : `maxRetries is ${count}`}, and Dapr makes ${LEAST_BUILT_IN} of it for ${name}. Write ${LEAST_BUILT_IN}.`,
      {
        ...(place && {fix: {title: `Set maxRetries to ${LEAST_BUILT_IN}`, value: LEAST_BUILT_IN}}),
      },
    );
  } else if (count === undefined || count === -1) facts.set('maxAttempts', 'unlimited', place);
  else facts.set('maxAttempts', count + 1, place);
}

export const dapr: Dialect = exactDialect({
  name: 'dapr',
  capabilities: {
    gatesByMethod: false,
    jitter: 'field',
    attemptTimeout: false,
    honorsHint: false,
    defaultBudget: false,
    kind: 'call',
    needsCap: true,
  },
  defaults: {
    maxAttempts: 'unlimited',
    retryOn: ['network'],
    backoff: {kind: 'constant', delayMs: 5000, jitter: 'none'},
  },
  fields: {
    name: {name: 'name'},
    maxAttempts: {
      name: 'maxRetries',
      format: attempts => (attempts === 'unlimited' ? 'unlimited' : String(Number(attempts) - 1)),
    },
    'backoff.capMs': {name: 'maxInterval', format: formatGo},
    'backoff.jitter': {name: 'policy'},
  },
  ms: formatGo,
  read,
  write: (path, value) => {
    if (typeof value !== 'number') return undefined;
    return path === 'maxAttempts' ? value - 1 : path === 'backoff.capMs' ? formatGo(value) : undefined;
  },
});
