/**
 * State machines of AWS Step Functions, in files of their own and in templates of CloudFormation and the SAM: https://states-language.net, and the defaults
 * of https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
 */

import type {Place} from '../../source/places.ts';
import type {Dialect} from '../dialect.ts';
import {formatNumber} from '../format-number.ts';
import {entriesOf, Facts, isTemplate, itemsOf, scalarOf, textOf, within} from './facts.ts';
import {atLeast, integer, retries} from './kinds.ts';
import {exactDialect} from './make.ts';
import {errorsOf, isBroad, readErrors} from './step-functions-errors.ts';
import {hours} from './step-functions-hours.ts';

const RETRIER = 'ErrorEquals IntervalSeconds MaxAttempts BackoffRate MaxDelaySeconds JitterStrategy Comment';

const LONGEST_DELAY_S = 31_622_400;
/** A Map that runs so many items at once has retries that collide. */
const MANY_AT_ONCE = 10;

/** Errors are looked for in so many earlier retriers: nobody writes more. */
const MOST_EARLIER = 20;

/** Parameters that name what a task calls. */
const CALLED = /(?:Arn|Definition|Endpoint|Method|Name|Path|Url)(?:\.\$)?$/;

/** A retrier around a state: of the Map or the Parallel that it is in. */
interface Outer {
  readonly name: string;
  readonly attempts: number;
  readonly place: Place;
}

interface Context {
  readonly isCaught: boolean;
  readonly outer: readonly Outer[];
  /** Collects the retriers without jitter in a Map. */
  readonly equalWaits: Facts[] | undefined;
}

type Found = readonly [id: string, facts: Facts];

/** A machine has both keys at one level. What is in a machine belongs to its states. */
function* read(place: Place): Iterable<Found> {
  const states = within(place, 'States');
  if (within(place, 'StartAt') !== undefined && states?.node.kind === 'object')
    return yield* readStates(states, {isCaught: false, outer: [], equalWaits: undefined});
  for (const [, value] of entriesOf(place)) if (value.node.kind !== 'scalar') yield* read(value);
  for (const item of itemsOf(place)) if (item.node.kind !== 'scalar') yield* read(item);
}

function* readStates(states: Place, context: Context): Iterable<Found> {
  for (const [name, state] of entriesOf(states)) {
    const isCaught = context.isCaught || itemsOf(within(state, 'Catch')).length > 0;
    const own = itemsOf(within(state, 'Retry'));
    const retriers = own.map((retrier, index) =>
      readRetrier(state, retrier, name, own.slice(0, Math.min(index, MOST_EARLIER)), isCaught, context),
    );
    hours(retriers, name);
    if (retriers.length > 0 && !isCaught)
      retriers[0]!.remark(
        'RL409',
        state,
        `Nothing is done when all attempts of ${name} have failed: the run fails. Add a Catch, or catch it around the state.`,
      );
    yield* retriers.map((facts, index): Found => [`state[${name}].Retry[${index}]`, facts]);
    const outer = own.flatMap((retrier): Outer[] => {
      const attempts = scalarOf(within(retrier, 'MaxAttempts')) ?? 3;
      return errorsOf(retrier).some(isBroad) && typeof attempts === 'number' && attempts > 0
        ? [{name, attempts: attempts + 1, place: retrier}]
        : [];
    });
    yield* readInside(state, name, {...context, isCaught, outer: [...context.outer, ...outer.slice(0, 1)]});
  }
}

function* readInside(state: Place, name: string, context: Context): Iterable<Found> {
  for (const branch of itemsOf(within(state, 'Branches'))) {
    const states = within(branch, 'States');
    if (states !== undefined) yield* readStates(states, context);
  }
  const states = within(state, 'ItemProcessor', 'States') ?? within(state, 'Iterator', 'States');
  if (states === undefined) return;
  const limit = within(state, 'MaxConcurrency');
  const atOnce =
    limit === undefined ? (within(state, 'MaxConcurrencyPath') === undefined ? 0 : undefined) : scalarOf(limit);
  const isWide = typeof atOnce === 'number' && (atOnce === 0 || atOnce > MANY_AT_ONCE);
  const equalWaits: Facts[] = [];
  // What its states say is complete only after all of them.
  yield* [...readStates(states, {...context, equalWaits: isWide ? equalWaits : context.equalWaits})];
  const many = atOnce === 0 ? 'as many items at once as it can' : `${atOnce} items at once`;
  for (const facts of equalWaits)
    facts.remark(
      'RL214',
      limit ?? state,
      `${name} runs ${many}, and their retries wait equally long: items that fail together come back together. Set JitterStrategy to FULL in its retriers, or a MaxConcurrency of at most ${MANY_AT_ONCE}.`,
    );
}

function readRetrier(
  state: Place,
  retrier: Place,
  name: string,
  earlier: readonly Place[],
  isCaught: boolean,
  {outer, equalWaits}: Context,
): Facts {
  const facts = new Facts(state, name);
  facts.places.set('backoff', retrier);
  facts.asks(
    within(state, 'Resource'),
    ...[...entriesOf(within(state, 'Parameters')), ...entriesOf(within(state, 'Arguments'))].flatMap(([key, place]) =>
      CALLED.test(key) ? place : [],
    ),
  );
  facts.homes = {
    maxAttempts: [...retrier.segments, 'MaxAttempts'],
    'backoff.capMs': [...retrier.segments, 'MaxDelaySeconds'],
    'backoff.jitter': [...retrier.segments, 'JitterStrategy'],
  };
  const field = facts.fieldsOf(retrier, RETRIER, 'a retrier');
  const attempts = facts.number('maxAttempts', field('MaxAttempts'), retries());
  // Without retries there is nothing to wait for.
  if (attempts === 1) return readRefused(facts, state, retrier, earlier, isCaught);
  facts.set('backoff', {kind: 'exponential'});
  const baseMs = facts.number('backoff.baseMs', field('IntervalSeconds'), seconds(99_999_999));
  facts.number('backoff.factor', field('BackoffRate'), atLeast(1));
  const capMs = facts.number('backoff.capMs', field('MaxDelaySeconds'), seconds(LONGEST_DELAY_S));
  if (capMs !== undefined && capMs <= (baseMs ?? 1000) && !facts.unknown.has('backoff.baseMs'))
    facts.wrong(field('MaxDelaySeconds')!, `must be above IntervalSeconds, which is ${(baseMs ?? 1000) / 1000}`);
  readJitter(facts, field('JitterStrategy'));
  readTimeout(facts, state);
  readErrors(facts, state, retrier, field('ErrorEquals'), earlier, isCaught);
  if (outer.length > 0 && itemsOf(within(state, 'Catch')).length === 0)
    facts.set(
      'retryingLayers',
      outer.map(each => ({name: each.name, maxAttempts: each.attempts})),
      outer[0]!.place,
    );
  const jitter = facts.data.backoff?.jitter ?? 'none';
  if (jitter === 'none' && !facts.unknown.has('backoff.jitter') && !facts.unknown.has('maxAttempts'))
    equalWaits?.push(facts);
  return facts;
}

/** A retrier that only says which errors are not retried. */
function readRefused(facts: Facts, state: Place, retrier: Place, earlier: readonly Place[], isCaught: boolean): Facts {
  readErrors(facts, state, retrier, within(retrier, 'ErrorEquals'), earlier, isCaught);
  return facts;
}

const seconds = (most: number) => integer(1, most, value => value * 1000);

function readJitter(facts: Facts, place: Place | undefined): void {
  if (place === undefined) return;
  const value = scalarOf(place);
  if (value === 'FULL' || value === 'NONE') facts.set('backoff.jitter', value.toLowerCase(), place);
  else if (isTemplate(place.node)) facts.unknown.add('backoff.jitter');
  else {
    facts.invalid.add('backoff.jitter');
    facts.wrong(place, 'must be "FULL" or "NONE"');
  }
}

/** A task that waits for a callback may never end. Other tasks end: a function of Lambda after 15 minutes, most jobs at a limit of their own. */
function readTimeout(facts: Facts, state: Place): void {
  const place = within(state, 'TimeoutSeconds');
  facts.number('attemptTimeoutMs', place, seconds(99_999_999));
  const resource = textOf(within(state, 'Resource')) ?? '';
  const mayHang =
    /\.waitForTaskToken$|:activity:|:states:::ecs:runTask\.sync$/.test(resource) &&
    !isTemplate(within(state, 'Resource')!.node);
  const isLimited = ['TimeoutSecondsPath', 'HeartbeatSeconds', 'HeartbeatSecondsPath'].some(
    name => within(state, name) !== undefined,
  );
  if (place === undefined && (!mayHang || isLimited)) facts.times = 'whole';
}

const formatSeconds = (ms: unknown): string => `${formatNumber(Number(ms) / 1000)} s`;
const inSeconds = (ms: unknown): string => formatNumber(Number(ms) / 1000);

export const stepFunctions: Dialect = exactDialect({
  name: 'step-functions',
  capabilities: {
    gatesByMethod: false,
    jitter: 'field',
    attemptTimeout: true,
    honorsHint: false,
    defaultBudget: false,
    kind: 'workflow',
    needsCap: true,
  },
  defaults: {
    maxAttempts: 4,
    retryOn: ['network'],
    backoff: {kind: 'exponential', baseMs: 1000, factor: 2, capMs: LONGEST_DELAY_S * 1000, jitter: 'none'},
  },
  fields: {
    name: {name: 'state'},
    maxAttempts: {name: 'MaxAttempts', format: attempts => String(Number(attempts) - 1)},
    attemptTimeoutMs: {name: 'TimeoutSeconds', format: inSeconds},
    'backoff.baseMs': {name: 'IntervalSeconds', format: inSeconds},
    'backoff.factor': {name: 'BackoffRate'},
    'backoff.capMs': {name: 'MaxDelaySeconds', format: inSeconds},
    'backoff.jitter': {name: 'JitterStrategy', format: jitter => String(jitter).toUpperCase()},
    retryingLayers: {name: 'Retry'},
  },
  ms: formatSeconds,
  read,
  write: (path, value) => {
    if (path === 'maxAttempts') return typeof value === 'number' ? value - 1 : undefined;
    if (path === 'backoff.capMs') return Math.ceil(Number(value) / 1000);
    return path === 'backoff.jitter' && value === 'full' ? 'FULL' : undefined;
  },
});
