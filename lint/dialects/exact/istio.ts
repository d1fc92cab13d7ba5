/**
 * Routes of Istio: https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry. The defaults are those of Istio's retry.go of
 * August 2026: two retries where nothing is written, and the conditions of Envoy where retryOn is not.
 */

import type {Place} from '../../source/places.ts';
import type {Dialect} from '../dialect.ts';
import {Facts, isTemplate, itemsOf, scalarOf, textOf, within} from './facts.ts';
import {formatGo, goDuration, integer, positive} from './kinds.ts';
import {proxyDialect} from './proxy.ts';
import {below, judgeRepeats, judgeTimes, readConditions, wordsOf} from './triggers.ts';

const RETRIES = 'attempts perTryTimeout retryOn retryRemoteLocalities retryIgnorePreviousHosts backoff';

function* read(root: Place): Iterable<readonly [string, Facts]> {
  if (textOf(within(root, 'kind')) !== 'VirtualService') return;
  const service = textOf(within(root, 'metadata', 'name')) ?? '';
  for (const [index, route] of itemsOf(within(root, 'spec', 'http')).entries()) {
    const retries = within(route, 'retries');
    if (retries?.node.kind !== 'object') continue;
    const name = textOf(within(route, 'name')) ?? `${service}[${index}]`;
    yield [`route[${name}]`, readRoute(root, route, retries, name)];
  }
}

function readRoute(root: Place, route: Place, retries: Place, name: string): Facts {
  const facts = new Facts(retries, name);
  facts.asks(within(root, 'spec', 'hosts'), within(route, 'route'));
  facts.homes = {
    attemptTimeoutMs: [...retries.segments, 'perTryTimeout'],
    deadlineMs: [...route.segments, 'timeout'],
    maxAttempts: [...retries.segments, 'attempts'],
  };
  const field = facts.fieldsOf(retries, RETRIES, 'the retries of Istio');
  const fault = within(route, 'fault');
  if (fault !== undefined) {
    facts.set('maxAttempts', 1);
    facts.remark(
      'RL405',
      retries,
      'retries has no effect: the route injects faults, and Istio then ignores retries and timeout. Inject faults in a route of their own.',
    );
    return facts;
  }
  const [attempts, perTry, on] = [field('attempts'), field('perTryTimeout'), field('retryOn')];
  if (attempts === undefined || scalarOf(attempts) === 0) {
    facts.set('maxAttempts', 1, attempts);
    const inert = perTry ?? on;
    if (inert !== undefined)
      facts.remark(
        'RL405',
        inert,
        `${String(inert.segments.at(-1))} has no effect: ${attempts === undefined ? 'attempts is missing' : 'attempts is 0'}, so nothing is retried. Set attempts.`,
      );
    return facts;
  }
  facts.number(
    'maxAttempts',
    attempts,
    integer(0, 1_000_000, count => count + 1),
  );
  facts.number('attemptTimeoutMs', perTry, positive(goDuration));
  readTimeout(facts, within(route, 'timeout'));
  const {methods, path} = matchOf(route);
  if (on === undefined || isTemplate(on.node)) {
    if (on === undefined) judgeTimes(facts, {written: on, perTry, isLate: false, name: 'retryOn'});
    return facts;
  }
  const {isLate, ambiguous} = readConditions(facts, on, wordsOf(on));
  judgeTimes(facts, {written: on, perTry, isLate, name: 'retryOn'});
  judgeRepeats(facts, on, ambiguous, methods, path);
  return facts;
}

/** 0 switches it off. */
function readTimeout(facts: Facts, place: Place | undefined): void {
  const ms = facts.number('deadlineMs', place, goDuration);
  if (ms === 0) facts.set('deadlineMs', null);
}

/** The entries of a match are alternatives, so each has to name its methods. */
function matchOf(route: Place): {readonly methods: readonly string[] | undefined; readonly path: string | undefined} {
  const entries = itemsOf(within(route, 'match'));
  const methods = entries.map(entry => {
    const exact = textOf(within(entry, 'method', 'exact'));
    const regex = /^\^?\(?([A-Z]+(?:\|[A-Z]+)*)\)?\$?$/.exec(textOf(within(entry, 'method', 'regex')) ?? '')?.[1];
    return exact === undefined ? regex?.split('|') : [exact];
  });
  const isKnown = entries.length > 0 && methods.every(each => each !== undefined);
  const uri = entries.length === 1 ? within(entries[0], 'uri') : undefined;
  const prefix = textOf(within(uri, 'prefix'));
  return {
    methods: isKnown ? [...new Set(methods.flatMap(each => each ?? []))] : undefined,
    path: textOf(within(uri, 'exact')) ?? (prefix === undefined ? undefined : below(prefix)),
  };
}

export const istio: Dialect = proxyDialect({
  name: 'istio',
  defaults: {maxAttempts: 3, retryOn: ['network', 'UNAVAILABLE']},
  names: {
    name: 'name',
    maxAttempts: 'retries.attempts',
    attemptTimeoutMs: 'retries.perTryTimeout',
    deadlineMs: 'timeout',
    retryOn: 'retries.retryOn',
  },
  ms: formatGo,
  read,
});
