/** A policy that fits what the log shows: the policy that was given, with a few changes, each with its reason. */
import {Transients} from '../decide/transients.ts';
import {defaultPolicy} from '../policy/defaults.ts';
import type {Policy, PolicyInput} from '../policy/types.ts';

/** One field that should be changed. */
export interface PolicyChange {
  readonly field: 'idempotency' | 'refusals' | 'nested' | 'retryOn' | 'retryAfter';
  /** As the policy has it now, defaults included. */
  readonly from: unknown;
  /** As it is to be written. */
  readonly to: unknown;
  readonly reason: string;
}

export interface Suggestion {
  readonly changes: readonly PolicyChange[];
  /** The whole policy with the changes. */
  readonly policy: PolicyInput;
}

/** What the log showed, as far as a policy can answer it. */
export interface Evidence {
  readonly failures: number;
  /** Transient failures of methods that may not run twice, without a key. */
  readonly withoutKey: number;
  /** Errors whose body says that a retry cannot help. */
  readonly redByBody: number;
  /** Errors whose body names the wait. */
  readonly hintsInBody: number;
  readonly outerRetries: number;
  /** How often each status of HTTP was seen. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Hints above `retryAfter.maxMs`. */
  readonly longHints: number;
  readonly longestHintMs: number;
}

/** The longest hint that a suggested policy obeys. The caller handles a longer one. */
const LONGEST_WAIT_MS = 300_000;

/**
 * @param input  The policy as it was written.
 * @param policy The same with every default.
 */
export function suggest(input: PolicyInput, policy: Policy, evidence: Evidence): Suggestion {
  const changes = [
    idempotency(policy, evidence),
    refusals(policy, evidence),
    nested(policy, evidence),
    retryOn(policy, evidence),
    retryAfter(policy, evidence),
  ].filter(change => change !== null);
  const changed = Object.fromEntries(changes.map(({field, to}) => [field, to]));
  return {changes, policy: {...input, ...changed}};
}

function idempotency(policy: Policy, {withoutKey, failures, outerRetries}: Evidence): PolicyChange | null {
  // Each attempt of a client above would get a key of its own.
  if (policy.idempotency !== null || withoutKey === 0 || outerRetries > 0) return null;
  return {
    field: 'idempotency',
    from: null,
    to: {},
    reason: `${of(withoutKey, failures)} may have been acted on and had no key. Only if the server deduplicates by Idempotency-Key.`,
  };
}

function refusals(policy: Policy, {redByBody, hintsInBody}: Evidence): PolicyChange | null {
  if (policy.refusals !== null || redByBody + hintsInBody === 0) return null;
  const says = [
    redByBody > 0 ? `${redByBody} say in their body that no retry helps` : '',
    hintsInBody > 0 ? `${hintsInBody} name the wait in their body` : '',
  ].filter(text => text !== '');
  return {field: 'refusals', from: null, to: {}, reason: `Read the bodies of errors: ${says.join(', ')}.`};
}

function nested(policy: Policy, {outerRetries}: Evidence): PolicyChange | null {
  // Beside keys of this client, the retries above have to be switched off.
  if (policy.nested === 'yield' || outerRetries === 0 || policy.idempotency !== null) return null;
  return {
    field: 'nested',
    from: policy.nested,
    to: 'yield',
    reason: `A client above had retried ${outerRetries} of these requests already, so attempts multiply.`,
  };
}

type RetryOn = Policy['retryOn'][number];

/** Statuses of the log only: the others are the business of retry-lint. */
function retryOn(policy: Policy, {statuses}: Evidence): PolicyChange | null {
  const here = new Transients(policy.retryOn);
  const usual = new Transients(defaultPolicy.retryOn);
  const seen = [...statuses.keys()].sort((a, b) => a - b);
  const more = seen.filter(status => usual.status(status) && !here.status(status));
  const less = seen.filter(status => here.status(status) && !usual.status(status));
  if (more.length + less.length === 0) return null;
  const listed = policy.retryOn.flatMap<RetryOn>(entry =>
    entry === '4xx' || entry === '5xx' ? groupOf(entry) : entry,
  );
  const to = [...new Set([...listed.filter(entry => !less.includes(Number(entry))), ...more])];
  const reasons = [
    more.length > 0 ? `${more.join(', ')} may pass by themselves` : '',
    less.length > 0 ? `a retry does not help after ${less.join(', ')}` : '',
  ].filter(text => text !== '');
  return {field: 'retryOn', from: policy.retryOn, to, reason: `Seen in this log: ${reasons.join('; ')}.`};
}

/** What the group stands for, without the statuses that say "never". */
const groupOf = (group: '4xx' | '5xx'): readonly number[] =>
  defaultPolicy.retryOn.filter(entry => typeof entry === 'number').filter(status => String(status)[0] === group[0]);

function retryAfter(policy: Policy, {longHints, longestHintMs}: Evidence): PolicyChange | null {
  const maxMs = Math.ceil(longestHintMs / 1000) * 1000;
  const deadlineMs = policy.deadlineMs ?? Number.POSITIVE_INFINITY;
  // A wait beyond the deadline is refused in any case.
  if (longHints === 0 || maxMs > LONGEST_WAIT_MS || maxMs >= deadlineMs) return null;
  const {honor: _, ...now} = policy.retryAfter;
  return {
    field: 'retryAfter',
    from: now,
    to: {...now, maxMs},
    reason: `${longHints} answers asked for more than ${policy.retryAfter.maxMs} ms, up to ${longestHintMs} ms.`,
  };
}

const of = (count: number, all: number): string => `${count} of ${all} failures`;
