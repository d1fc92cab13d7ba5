/** gRPC's service config: https://github.com/grpc/proposal/blob/master/A6-client-retries.md. What grpc-js 1.14 refuses was seen by running it. */

import {CODE_NAMES, codeName, isCodeName} from '../../../src/decide/grpc-codes.ts';
import type {Place} from '../../source/places.ts';
import type {Dialect} from '../dialect.ts';
import {Facts, itemsOf, keysOf, scalarOf, textOf, within} from './facts.ts';
import {aboveZero, formatProto, integer, positive, protoDuration} from './kinds.ts';
import {exactDialect} from './make.ts';

/** Every library lowers more attempts to so many, unless the channel was made with another limit. */
const MOST_ATTEMPTS = 5;

const RETRY = 'maxAttempts initialBackoff maxBackoff backoffMultiplier retryableStatusCodes';
const HEDGE = 'maxAttempts hedgingDelay nonFatalStatusCodes';

/** Codes after which the server may have acted. A6 retries UNAVAILABLE for all methods. */
const AMBIGUOUS: ReadonlySet<string> = new Set(['UNKNOWN', 'DEADLINE_EXCEEDED', 'INTERNAL']);

const DETACHED = 'gRPC reads it in the entries of methodConfig only, so nothing is retried. Move it there';

function* read(root: Place, {path}: {readonly path: string}): Iterable<readonly [string, Facts]> {
  const wrapped = within(root, 'serviceConfig');
  const configs =
    root.node.kind === 'list' ? itemsOf(root).flatMap(each => within(each, 'serviceConfig') ?? []) : [root];
  for (const config of configs) {
    const list = within(config, 'methodConfig') ?? within(config, 'method_config') ?? within(config, 'MethodConfig');
    const seen = new Map<string, Place>();
    for (const [index, entry] of itemsOf(list).entries()) {
      const name = nameOf(within(entry, 'name', 0)) ?? entry.path;
      const facts = new Facts(entry, name);
      facts.asks(within(entry, 'name'));
      readEntry(facts, entry, /_grpc_service_config\.json$/.test(path));
      duplicates(facts, entry, seen);
      if (index === 0) throttling(facts, within(config, 'retryThrottling'));
      yield [`method[${name}]`, facts];
    }
    const stray = within(config, 'retryPolicy') ?? within(config, 'hedgingPolicy');
    if (stray !== undefined && isPolicy(stray)) {
      const facts = new Facts(stray, stray.path);
      facts.set('maxAttempts', 1);
      facts.remark('RL404', stray, `${stray.segments.at(-1)} stands beside methodConfig: ${DETACHED}.`);
      yield [stray.path, facts];
    }
  }
  if (wrapped === undefined || within(wrapped, 'methodConfig') === undefined) return;
  const facts = new Facts(wrapped, 'serviceConfig');
  facts.set('maxAttempts', 1);
  facts.remark(
    'RL404',
    wrapped,
    'The configuration stands under serviceConfig, as in a TXT record of DNS. A client that is given this file reads methodConfig at the top only, so nothing is retried. Take out what is around it.',
  );
  yield ['serviceConfig', facts];
}

/** Other programs have a retryPolicy, too. */
const isPolicy = (place: Place): boolean =>
  [...RETRY.split(' '), ...HEDGE.split(' ')].filter(name => keysOf(place).includes(name)).length > 1;

function nameOf(place: Place | undefined): string | undefined {
  if (place?.node.kind !== 'object') return undefined;
  return [textOf(within(place, 'service')), textOf(within(place, 'method'))].filter(part => part).join('/') || '*';
}

function readEntry(facts: Facts, entry: Place, isGapic: boolean): void {
  const field = facts.fieldsOf(
    entry,
    'name timeout waitForReady retryPolicy hedgingPolicy maxRequestMessageBytes maxResponseMessageBytes',
    'a method config of gRPC',
  );
  facts.number('deadlineMs', field('timeout'), protoDuration);
  // The caller may set one for each call.
  if (field('timeout') === undefined) facts.times = 'elsewhere';
  const misplaced = within(entry, 'retryThrottling');
  if (misplaced !== undefined)
    facts.remark(
      'RL404',
      misplaced,
      'retryThrottling stands in an entry, and gRPC reads it at the top only: nothing throttles retries. Move it beside methodConfig.',
    );
  const [retry, hedge] = [field('retryPolicy') ?? within(entry, 'retry_policy'), field('hedgingPolicy')];
  if (retry !== undefined && hedge !== undefined)
    facts.remark(
      'RL401',
      hedge,
      'The entry has both retryPolicy and hedgingPolicy: gRPC refuses the configuration. Keep one.',
    );
  if (retry !== undefined) readRetry(facts, entry, retry, isGapic);
  else facts.set('maxAttempts', 1);
  if (hedge !== undefined) readHedge(facts, entry, hedge);
}

function readRetry(facts: Facts, entry: Place, policy: Place, isGapic: boolean): void {
  const isSnake = keysOf(policy).some(key => key.includes('_'));
  const field = isSnake ? snake(policy) : facts.fieldsOf(policy, RETRY, 'a retry policy of gRPC');
  for (const name of RETRY.split(' ')) {
    if (field(name) !== undefined) continue;
    if (name !== 'maxAttempts' || !isGapic) facts.missing(policy, name, 'gRPC refuses the configuration');
    if (name !== 'retryableStatusCodes') facts.unknown.add(name === 'maxAttempts' ? name : 'backoff');
  }
  attempts(facts, field('maxAttempts'), isGapic);
  facts.number('backoff.baseMs', field('initialBackoff'), positive(protoDuration));
  facts.number('backoff.capMs', field('maxBackoff'), positive(protoDuration));
  facts.number('backoff.factor', field('backoffMultiplier'), aboveZero);
  const list = field('retryableStatusCodes');
  const codes = codesIn(facts, list);
  if (list !== undefined)
    facts.triggers(
      list,
      codes.map(({code, place}) => ({trigger: code, place})),
    );
  const after = codes.map(({code}) => code).filter(code => AMBIGUOUS.has(code));
  if (after.length > 0 && scalarOf(field('maxAttempts')) !== 1) repeat(facts, entry, list!, after);
}

/** Protocol buffers accept the names of the .proto file, too. */
const snake = (policy: Place) => (name: string) =>
  within(policy, name) ??
  within(
    policy,
    name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
  );

function attempts(facts: Facts, place: Place | undefined, isGapic: boolean): number | undefined {
  const written = facts.number('maxAttempts', place, integer(2));
  if (written === undefined || written <= MOST_ATTEMPTS || isGapic) return written;
  facts.set('maxAttempts', MOST_ATTEMPTS);
  facts.remark(
    'RL402',
    place!,
    `maxAttempts is ${written}, and gRPC lowers it to ${MOST_ATTEMPTS} without a word. Write ${MOST_ATTEMPTS}.`,
    {
      fix: {title: `Set maxAttempts to ${MOST_ATTEMPTS}`, value: MOST_ATTEMPTS},
    },
  );
  return MOST_ATTEMPTS;
}

function codesIn(facts: Facts, list: Place | undefined): {code: string; place: Place}[] {
  return itemsOf(list).flatMap(place => {
    const value = scalarOf(place);
    const code =
      typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < CODE_NAMES.length
        ? codeName(value)
        : value;
    if (isCodeName(code)) return [{code, place}];
    const upper = typeof code === 'string' ? code.toUpperCase() : '';
    facts.wrong(place, `must be a status code of gRPC such as "${isCodeName(upper) ? upper : 'UNAVAILABLE'}"`);
    return [];
  });
}

/** What may be carried out twice: each method that is named, or a whole service. */
function repeat(facts: Facts, entry: Place, list: Place, after: readonly string[]): void {
  for (const name of itemsOf(within(entry, 'name'))) {
    const [service, method] = [textOf(within(name, 'service')), textOf(within(name, 'method'))];
    const match = service && method ? {methods: ['POST'], path: `/${service}/${method}`} : {};
    facts.repeats.push({
      match,
      what: callsOf(service, method),
      place: method ? name : list,
      after,
      remedy: 'Retry UNAVAILABLE alone, or name the methods that read',
    });
  }
}

const callsOf = (service: string | undefined, method: string | undefined): string =>
  method ? `${service}/${method}` : service ? `Every method of ${service}` : 'Every method of every service';

function readHedge(facts: Facts, entry: Place, policy: Place): void {
  const field = facts.fieldsOf(policy, HEDGE, 'a hedging policy of gRPC');
  if (field('maxAttempts') === undefined) facts.missing(policy, 'maxAttempts', 'gRPC refuses the configuration');
  attempts(facts, field('maxAttempts'), false);
  facts.check(field('hedgingDelay'), protoDuration);
  codesIn(facts, field('nonFatalStatusCodes'));
  for (const name of itemsOf(within(entry, 'name'))) {
    const [service, method] = [textOf(within(name, 'service')), textOf(within(name, 'method'))];
    const match = method ? {methods: ['POST'], path: `/${service}/${method}`} : {};
    facts.repeats.push({
      match,
      what: callsOf(service, method),
      place: method ? name : policy,
      after: [],
      remedy: 'Hedge only methods that read',
      isHedged: true,
    });
  }
}

function duplicates(facts: Facts, entry: Place, seen: Map<string, Place>): void {
  for (const place of itemsOf(within(entry, 'name'))) {
    const name = nameOf(place);
    if (name === undefined) continue;
    if (seen.has(name))
      facts.remark('RL407', place, `${name} is named twice: gRPC refuses the configuration. Remove one of them.`, {
        severity: 'error',
      });
    seen.set(name, place);
  }
}

function throttling(facts: Facts, place: Place | undefined): void {
  if (place === undefined) return;
  facts.check(within(place, 'maxTokens'), {
    fits: 'a number above 0, at most 1000',
    read: value => (typeof value === 'number' && value > 0 && value <= 1000 ? value : undefined),
  });
  const ratio = facts.check(within(place, 'tokenRatio'), aboveZero);
  if (ratio !== undefined && ratio >= 1)
    facts.remark(
      'RL208',
      within(place, 'tokenRatio')!,
      `Each call that succeeds pays for ${ratio === 1 ? 'a whole retry' : `${ratio} retries`}: while half of the calls fail, retries are never throttled. Set tokenRatio to 0.1.`,
    );
}

export const grpc: Dialect = exactDialect({
  name: 'grpc',
  capabilities: {
    gatesByMethod: true,
    jitter: 'builtin',
    attemptTimeout: false,
    honorsHint: true,
    defaultBudget: false,
    kind: 'call',
    needsCap: true,
  },
  defaults: {maxAttempts: 1, retryOn: ['UNAVAILABLE']},
  fields: {
    name: {name: 'name'},
    maxAttempts: {name: 'retryPolicy.maxAttempts'},
    deadlineMs: {name: 'timeout', format: formatProto},
    retryOn: {name: 'retryPolicy.retryableStatusCodes', format: code => String(code)},
    'backoff.baseMs': {name: 'retryPolicy.initialBackoff', format: formatProto},
    'backoff.capMs': {name: 'retryPolicy.maxBackoff', format: formatProto},
    'backoff.factor': {name: 'retryPolicy.backoffMultiplier'},
  },
  ms: formatProto,
  read,
  write: (path, value) => (path.endsWith('Ms') ? formatProto(value) : value),
});
