/**
 * Routes of Envoy: https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-retrypolicy. A route has 15 s
 * by default, and a policy one retry.
 */

import type {Place} from '../../source/places.ts';
import type {Dialect} from '../dialect.ts';
import {entriesOf, Facts, isTemplate, itemsOf, scalarOf, textOf, within} from './facts.ts';
import {formatProto, integer, positive, protoDuration} from './kinds.ts';
import {proxyDialect} from './proxy.ts';
import {below, judgeRepeats, judgeTimes, readConditions, wordsOf} from './triggers.ts';

const POLICY =
  'retry_on num_retries per_try_timeout per_try_idle_timeout retry_priority retry_host_predicate retry_options_predicates host_selection_retry_max_attempts retriable_status_codes retry_back_off rate_limited_retry_back_off retriable_headers retriable_request_headers';

type Found = readonly [id: string, facts: Facts];

const CLUSTERS = ['cluster', 'weighted_clusters', 'cluster_header', 'cluster_specifier_plugin'];

/** A retry policy is read where it stands for requests: in a route action, or in a virtual host. Other parts of Envoy have a retry_policy of another kind. */
function* read(at: Place, _: unknown, above?: Place, host?: Place): Iterable<Found> {
  const domains = within(at, 'domains') ?? host;
  const policy = within(at, 'retry_policy');
  if (policy?.node.kind === 'object') {
    const isAction = CLUSTERS.some(name => within(at, name) !== undefined);
    const isHost = within(at, 'domains') !== undefined;
    if (isAction || isHost) yield [`policy[${at.path}]`, readPolicy(at, policy, domains, isAction ? above : undefined)];
  }
  const thresholds = itemsOf(within(at, 'circuit_breakers', 'thresholds'));
  if (thresholds.length > 0) yield* budgets(textOf(within(at, 'name')) ?? at.path, thresholds);
  for (const [, value] of entriesOf(at)) if (value.node.kind !== 'scalar') yield* read(value, _, at, domains);
  for (const item of itemsOf(at)) if (item.node.kind !== 'scalar') yield* read(item, _, at, domains);
}

/** @param route What has the match, of a policy for one route. */
function readPolicy(at: Place, policy: Place, domains: Place | undefined, route: Place | undefined): Facts {
  const name = textOf(within(route, 'name')) ?? textOf(within(at, 'name')) ?? at.path;
  const facts = new Facts(policy, name);
  facts.asks(domains, ...CLUSTERS.map(key => within(at, key)));
  facts.homes = {
    attemptTimeoutMs: [...policy.segments, 'per_try_timeout'],
    maxAttempts: [...policy.segments, 'num_retries'],
  };
  const field = facts.fieldsOf(policy, POLICY, 'a retry policy of Envoy');
  facts.number(
    'maxAttempts',
    field('num_retries'),
    integer(0, 4_294_967_295, count => count + 1),
  );
  const perTry = field('per_try_timeout');
  facts.number('attemptTimeoutMs', perTry, protoDuration);
  if (route === undefined) facts.times = 'elsewhere';
  else if (facts.number('deadlineMs', within(at, 'timeout'), protoDuration) === 0) facts.set('deadlineMs', null);
  backoff(facts, field('retry_back_off'));
  const on = field('retry_on');
  const statuses = field('retriable_status_codes');
  if (on === undefined || scalarOf(on) === '') {
    facts.set('maxAttempts', 1);
    facts.remark(
      'RL408',
      on ?? policy,
      'retry_on is empty, so only requests with the header x-envoy-retry-on are retried. Name conditions.',
    );
    return facts;
  }
  if (isTemplate(on.node)) return facts;
  const {isLate, ambiguous, has} = readConditions(facts, on, wordsOf(on), itemsOf(statuses));
  if (statuses !== undefined && !has('retriable-status-codes'))
    facts.remark(
      'RL405',
      statuses,
      'retriable_status_codes has no effect: retry_on does not name retriable-status-codes. Add it there.',
    );
  judgeTimes(facts, {written: on, perTry, isLate, name: 'retry_on'});
  const {methods, path} = matchOf(within(route, 'match'));
  const after = has('retriable-status-codes')
    ? ambiguous
    : ambiguous.filter(word => !/^\d/.test(word) || word === '5xx');
  judgeRepeats(facts, on, after, methods, path);
  return facts;
}

function backoff(facts: Facts, place: Place | undefined): void {
  if (place === undefined) return;
  const base = facts.check(within(place, 'base_interval'), positive(protoDuration));
  const most = facts.check(within(place, 'max_interval'), positive(protoDuration));
  if (base !== undefined && most !== undefined && most < base)
    facts.wrong(within(place, 'max_interval')!, `must be at least base_interval, which is ${formatProto(base)}`);
}

function matchOf(match: Place | undefined): {
  readonly methods: readonly string[] | undefined;
  readonly path: string | undefined;
} {
  const headers = itemsOf(within(match, 'headers')).filter(header => textOf(within(header, 'name')) === ':method');
  const methods = headers.map(
    header => textOf(within(header, 'string_match', 'exact')) ?? textOf(within(header, 'exact_match')),
  );
  const prefix = textOf(within(match, 'prefix'));
  return {
    methods: methods.length === 1 && methods[0] !== undefined ? [methods[0]] : undefined,
    path: textOf(within(match, 'path')) ?? (prefix === undefined ? undefined : below(prefix)),
  };
}

/** Requests in flight at most, where a cluster does not say. */
const MOST_REQUESTS = 1024;

function* budgets(name: string, thresholds: readonly Place[]): Iterable<Found> {
  const facts = new Facts(thresholds[0]!, name);
  facts.set('maxAttempts', 1);
  for (const threshold of thresholds) {
    const [retries, requests] = [
      within(threshold, 'max_retries'),
      scalarOf(within(threshold, 'max_requests')) ?? MOST_REQUESTS,
    ];
    const count = scalarOf(retries);
    const budget = within(threshold, 'retry_budget');
    const percent = within(budget, 'budget_percent', 'value');
    const share = scalarOf(percent);
    if (percent !== undefined && typeof share === 'number' && share >= 100)
      facts.remark(
        'RL208',
        percent,
        `The budget allows as many retries as there are requests, so it refuses few of them in an outage. Set it to 20.`,
      );
    else if (
      budget === undefined &&
      retries !== undefined &&
      typeof count === 'number' &&
      typeof requests === 'number' &&
      count >= requests
    )
      facts.remark(
        'RL208',
        retries,
        `${count} retries may be in flight at once, and ${requests} requests: the limit refuses no retry in an outage. Set a retry_budget, or leave max_retries at 3.`,
      );
  }
  if (facts.remarks.length > 0) yield [`cluster[${name}]`, facts];
}

export const envoy: Dialect = proxyDialect({
  name: 'envoy',
  defaults: {maxAttempts: 2, deadlineMs: 15_000, retryOn: ['network']},
  names: {
    name: 'name',
    maxAttempts: 'retry_policy.num_retries',
    attemptTimeoutMs: 'retry_policy.per_try_timeout',
    deadlineMs: 'timeout',
    retryOn: 'retry_policy.retry_on',
  },
  ms: formatProto,
  read,
});
