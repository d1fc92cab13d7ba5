/** Retries of resilience4j in the YAML of Spring Boot: https://resilience4j.readme.io/docs/retry. Three attempts, always 500 ms apart. */

import {nearest} from '../../../src/policy/suggestions.ts';
import type {Place} from '../../source/places.ts';
import type {Dialect} from '../dialect.ts';
import {entriesOf, Facts, isTemplate, itemsOf, keysOf, scalarOf, textOf} from './facts.ts';
import {aboveZero, formatGo, goMs, integer} from './kinds.ts';
import {exactDialect} from './make.ts';

type Found = readonly [id: string, facts: Facts];

/** Spring takes `max-attempts`, `max_attempts` and `maxAttempts` for the same. */
const plain = (key: string): string => key.toLowerCase().replaceAll(/[-_]/g, '');

const pick = (place: Place | undefined, name: string): Place | undefined =>
  entriesOf(place).findLast(([key]) => plain(key) === plain(name))?.[1];

/** A path of keys, each of which may stand together with the next: `resilience4j.retry`. */
function find(place: Place | undefined, ...keys: readonly string[]): Place | undefined {
  if (keys.length === 0) return place;
  for (let count = keys.length; count > 0; count--) {
    const found = find(pick(place, keys.slice(0, count).join('.')), ...keys.slice(count));
    if (count > 0 && found !== undefined && found !== place) return found;
  }
  return undefined;
}

function* read(root: Place): Iterable<Found> {
  const retry = find(root, 'resilience4j', 'retry');
  const configs = pick(retry, 'configs');
  for (const [name, instance] of [...entriesOf(pick(retry, 'instances')), ...entriesOf(pick(retry, 'backends'))])
    if (instance.node.kind === 'object') yield [`instance[${name}]`, readInstance(instance, name, configs)];
}

const duration = {
  fits: 'a duration such as 500ms',
  read: (value: unknown): number | undefined => (typeof value === 'number' && value >= 0 ? value : goMs(value)),
};

const FIELDS = [
  'maxAttempts',
  'waitDuration',
  'enableRandomizedWait',
  'randomizedWaitFactor',
  'enableExponentialBackoff',
  'exponentialBackoffMultiplier',
  'exponentialMaxWaitDuration',
  'intervalBiFunction',
  'retryExceptions',
  'ignoreExceptions',
  'retryExceptionPredicate',
  'resultPredicate',
  'failAfterMaxAttempts',
  'eventConsumerBufferSize',
  'baseConfig',
];

/** The fields that an instance leaves out, and those that it has, as the file spells them. */
function namesIn(instance: Place, spelt: (name: string) => string): string {
  const keys = keysOf(instance);
  const there = new Set(keys.map(plain));
  const known = keys.filter(key => FIELDS.some(name => plain(name) === plain(key)));
  return [...FIELDS.filter(name => !there.has(plain(name))).map(spelt), ...known].join(' ');
}

function readInstance(instance: Place, name: string, configs: Place | undefined): Facts {
  const facts = new Facts(instance, name);
  const base = pick(instance, 'baseConfig');
  const wanted = textOf(base) ?? 'default';
  const config = entriesOf(configs).find(([key]) => key === wanted)?.[1];
  const near =
    base === undefined || config !== undefined || isTemplate(base.node) ? undefined : nearest(wanted, keysOf(configs));
  if (near !== undefined) {
    facts.targets = {kind: 'config', names: keysOf(configs)};
    facts.references.push({
      from: name,
      to: wanted,
      place: base!,
      lost: `the settings that ${name} is to have are missing`,
      next: [],
    });
  }
  // What another file may have is not known.
  if (base !== undefined && config === undefined)
    for (const path of ['maxAttempts', 'backoff']) facts.unknown.add(path);
  const isKebab = keysOf(instance).some(key => key.includes('-'));
  const spelt = (name: string): string =>
    isKebab ? name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`) : name;
  const misspelt = facts.fieldsOf(instance, namesIn(instance, spelt), 'a retry of resilience4j');
  const field = (key: string): Place | undefined => pick(instance, key) ?? misspelt(spelt(key)) ?? pick(config, key);
  facts.homes = {'backoff.jitter': [...instance.segments, isKebab ? 'enable-randomized-wait' : 'enableRandomizedWait']};
  facts.number('maxAttempts', field('maxAttempts') ?? field('maxRetryAttempts'), integer(1));
  readWaits(facts, field);
  const every = itemsOf(field('retryExceptions')).find(place =>
    /^(?:java\.lang\.)?(?:Exception|Throwable)$/.test(String(scalarOf(place))),
  );
  if (every !== undefined && field('ignoreExceptions') === undefined && facts.data.maxAttempts !== 1)
    facts.remark(
      'RL103',
      every,
      'Every exception is retried, also those that come again: a refused request, a bug in the code. Name the exceptions that pass, such as java.net.SocketTimeoutException.',
    );
  return facts;
}

function readWaits(facts: Facts, field: (key: string) => Place | undefined): void {
  const [wait, random, grows] = [
    field('waitDuration'),
    field('enableRandomizedWait'),
    field('enableExponentialBackoff'),
  ];
  const flags = [random, grows].map(scalarOf);
  // A wait that a function of the program decides is not known.
  const isOpen =
    [random, grows, wait].some(place => place !== undefined && isTemplate(place.node)) ||
    field('intervalBiFunction') !== undefined;
  if (isOpen || (wait !== undefined && duration.read(scalarOf(wait)) === undefined)) {
    facts.unknown.add('backoff');
    return;
  }
  const isGrowing = flags[1] === true || flags[1] === 'true';
  const jitter = flags[0] === true || flags[0] === 'true' ? 'full' : 'none';
  facts.set(
    'backoff',
    isGrowing
      ? {kind: 'exponential', baseMs: 500, factor: 1.5, capMs: 86_400_000, jitter}
      : {kind: 'constant', delayMs: 500, jitter},
  );
  if (random !== undefined) facts.places.set('backoff.jitter', random);
  facts.number(isGrowing ? 'backoff.baseMs' : 'backoff.delayMs', wait, duration);
  if (!isGrowing) return;
  facts.number('backoff.factor', field('exponentialBackoffMultiplier'), aboveZero);
  facts.number('backoff.capMs', field('exponentialMaxWaitDuration'), duration);
}

export const resilience4j: Dialect = exactDialect({
  name: 'resilience4j',
  capabilities: {
    gatesByMethod: false,
    jitter: 'field',
    attemptTimeout: false,
    honorsHint: false,
    defaultBudget: false,
    kind: 'call',
    needsCap: true,
  },
  defaults: {maxAttempts: 3, retryOn: ['network'], backoff: {kind: 'constant', delayMs: 500, jitter: 'none'}},
  fields: {
    name: {name: 'name'},
    maxAttempts: {name: 'maxAttempts'},
    'backoff.baseMs': {name: 'waitDuration', format: formatGo},
    'backoff.delayMs': {name: 'waitDuration', format: formatGo},
    'backoff.factor': {name: 'exponentialBackoffMultiplier'},
    'backoff.capMs': {name: 'exponentialMaxWaitDuration', format: formatGo},
    'backoff.jitter': {name: 'enableRandomizedWait', format: jitter => String(jitter !== 'none')},
  },
  ms: formatGo,
  read,
  write: (path, value) => {
    if (path === 'backoff.jitter') return value === 'full' ? true : undefined;
    if (typeof value !== 'number') return undefined;
    return path === 'maxAttempts' ? value : path.endsWith('Ms') ? formatGo(value) : undefined;
  },
});
