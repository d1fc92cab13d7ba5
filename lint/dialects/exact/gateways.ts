/**
 * Routes of Kubernetes' Gateway API (https://gateway-api.sigs.k8s.io/geps/gep-1731), and Envoy Gateway's BackendTrafficPolicy
 * (https://gateway.envoyproxy.io/docs/api/extension_types/#retry).
 */

import type {Place} from '../../source/places.ts';
import type {Dialect} from '../dialect.ts';
import {Facts, itemsOf, scalarOf, textOf, within} from './facts.ts';
import {formatGo, goDuration, integer, retries} from './kinds.ts';
import {proxyDialect} from './proxy.ts';
import {below, judgeRepeats, judgeTimes, listedWords, readConditions} from './triggers.ts';

type Found = readonly [id: string, facts: Facts];

function* readRoutes(root: Place): Iterable<Found> {
  if (textOf(within(root, 'kind')) !== 'HTTPRoute') return;
  const route = textOf(within(root, 'metadata', 'name')) ?? '';
  for (const [index, rule] of itemsOf(within(root, 'spec', 'rules')).entries()) {
    const retry = within(rule, 'retry');
    if (retry?.node.kind === 'object')
      yield [
        `rule[${route}][${index}]`,
        readRule(root, rule, retry, textOf(within(rule, 'name')) ?? `${route}[${index}]`),
      ];
  }
}

function readRule(root: Place, rule: Place, retry: Place, name: string): Facts {
  const facts = new Facts(retry, name);
  facts.asks(within(root, 'spec', 'hostnames'), within(rule, 'backendRefs'));
  facts.homes = {
    attemptTimeoutMs: [...rule.segments, 'timeouts', 'backendRequest'],
    deadlineMs: [...rule.segments, 'timeouts', 'request'],
  };
  const field = facts.fieldsOf(retry, 'codes attempts backoff', 'the retry of a route');
  facts.number('maxAttempts', field('attempts'), retries());
  // What a gateway does then is its own affair.
  if (field('attempts') === undefined) facts.unknown.add('maxAttempts');
  facts.check(field('backoff'), goDuration);
  facts.number('attemptTimeoutMs', within(rule, 'timeouts', 'backendRequest'), goDuration);
  const deadline = within(rule, 'timeouts', 'request');
  if (facts.number('deadlineMs', deadline, goDuration) === 0) facts.set('deadlineMs', null);
  // A gateway may have a time limit of its own.
  if (deadline === undefined) facts.times = 'elsewhere';
  const codes = field('codes');
  const status = integer(400, 599);
  const known = itemsOf(codes).filter(place => facts.check(place, status) !== undefined);
  if (codes === undefined) return facts;
  // A gateway is to retry broken connections and timeouts as well.
  facts.triggers(codes, [
    ...known.map(place => ({trigger: scalarOf(place), place})),
    ...['network', 'timeout'].map(trigger => ({trigger, place: codes})),
  ]);
  const {methods, path} = matchOf(rule);
  const ambiguous = known.map(place => Number(scalarOf(place))).filter(code => code >= 500 && code !== 503);
  judgeRepeats(
    facts,
    codes,
    ambiguous.map(String),
    methods,
    path,
    'Retry 503 alone, or let the rule match methods that may be repeated',
  );
  return facts;
}

/** The entries of a match are alternatives. */
function matchOf(rule: Place): {readonly methods: readonly string[] | undefined; readonly path: string | undefined} {
  const matches = itemsOf(within(rule, 'matches'));
  const methods = matches.map(match => textOf(within(match, 'method')));
  const place = matches.length === 1 ? within(matches[0], 'path') : undefined;
  const value = textOf(within(place, 'value'));
  const isExact = textOf(within(place, 'type')) === 'Exact';
  return {
    methods: matches.length > 0 && methods.every(method => method !== undefined) ? [...new Set(methods)] : undefined,
    path:
      value === undefined || textOf(within(place, 'type')) === 'RegularExpression'
        ? undefined
        : isExact
          ? value
          : below(value),
  };
}

export const gatewayApi: Dialect = proxyDialect({
  name: 'gateway-api',
  defaults: {maxAttempts: 2, retryOn: ['network']},
  names: {
    name: 'name',
    maxAttempts: 'retry.attempts',
    attemptTimeoutMs: 'timeouts.backendRequest',
    deadlineMs: 'timeouts.request',
    retryOn: 'retry.codes',
  },
  listsStatuses: true,
  ms: formatGo,
  read: readRoutes,
});

function* readPolicies(root: Place): Iterable<Found> {
  if (textOf(within(root, 'kind')) !== 'BackendTrafficPolicy') return;
  const spec = within(root, 'spec');
  const retry = within(spec, 'retry');
  if (spec === undefined || retry?.node.kind !== 'object') return;
  const name = textOf(within(root, 'metadata', 'name')) ?? '';
  yield [`policy[${name}]`, readPolicy(spec, retry, name)];
}

function readPolicy(spec: Place, retry: Place, name: string): Facts {
  const facts = new Facts(retry, name);
  facts.asks(within(spec, 'targetRef'), within(spec, 'targetRefs'));
  facts.homes = {
    attemptTimeoutMs: [...retry.segments, 'perRetry', 'timeout'],
    maxAttempts: [...retry.segments, 'numRetries'],
  };
  const field = facts.fieldsOf(
    retry,
    'numRetries numAttemptsPerPriority retryOn perRetry',
    'the retry of Envoy Gateway',
  );
  facts.number('maxAttempts', field('numRetries'), retries());
  const perRetry = facts.fieldsOf(field('perRetry'), 'timeout backOff', 'perRetry');
  const backOff = facts.fieldsOf(perRetry('backOff'), 'baseInterval maxInterval', 'backOff');
  const perTry = perRetry('timeout');
  facts.number('attemptTimeoutMs', perTry, goDuration);
  const deadline = within(spec, 'timeout', 'http', 'requestTimeout');
  facts.number('deadlineMs', deadline, goDuration);
  // Its routes may have one.
  if (deadline === undefined) facts.times = 'elsewhere';
  const [base, most] = ['baseInterval', 'maxInterval'].map(key => facts.check(backOff(key), goDuration));
  if (base !== undefined && most !== undefined && most < base)
    facts.wrong(
      within(field('perRetry'), 'backOff', 'maxInterval')!,
      `must be at least baseInterval, which is ${formatGo(base)}`,
    );
  const on = field('retryOn');
  const onField = facts.fieldsOf(on, 'triggers httpStatusCodes', 'retryOn');
  const triggers = onField('triggers');
  if (on === undefined || triggers === undefined) {
    judgeTimes(facts, {written: on, perTry, isLate: false, name: 'triggers in retryOn'});
    return facts;
  }
  const statuses = onField('httpStatusCodes');
  const {isLate, ambiguous, has} = readConditions(facts, triggers, listedWords(triggers), itemsOf(statuses));
  if (statuses !== undefined && !has('retriable-status-codes'))
    facts.remark(
      'RL405',
      statuses,
      'httpStatusCodes has no effect: triggers does not name retriable-status-codes. Add it there.',
    );
  judgeTimes(facts, {written: triggers, perTry, isLate, name: 'triggers'});
  // A policy for one route leaves to that route which methods it is for.
  const targets = [within(spec, 'targetRef'), ...itemsOf(within(spec, 'targetRefs'))];
  if (targets.some(target => textOf(within(target, 'kind')) === 'Gateway'))
    judgeRepeats(facts, triggers, ambiguous, undefined, undefined);
  return facts;
}

export const envoyGateway: Dialect = proxyDialect({
  name: 'envoy-gateway',
  defaults: {maxAttempts: 3, retryOn: ['network', 'UNAVAILABLE', 503]},
  names: {
    name: 'metadata.name',
    maxAttempts: 'retry.numRetries',
    attemptTimeoutMs: 'retry.perRetry.timeout',
    deadlineMs: 'timeout.http.requestTimeout',
    retryOn: 'retry.retryOn.triggers',
  },
  listsStatuses: true,
  ms: formatGo,
  read: readPolicies,
});
