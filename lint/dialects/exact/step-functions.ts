/**
 * State machines of AWS Step Functions, in files of their own and in templates of CloudFormation and the SAM: https://states-language.net, and the defaults
 * of https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
 */

import {nearest} from '../../../src/policy/suggestions.ts';
import type {Place} from '../../source/places.ts';
import type {Dialect} from '../dialect.ts';
import {formatNumber} from '../format-number.ts';
import {entriesOf, Facts, isTemplate, itemsOf, keysOf, scalarOf, textOf, within} from './facts.ts';
import {atLeast, integer, retries} from './kinds.ts';
import {exactDialect} from './make.ts';

const RETRIER = 'ErrorEquals IntervalSeconds MaxAttempts BackoffRate MaxDelaySeconds JitterStrategy Comment';

/** Every error but a few, and every error of a task but a timeout. */
const [ALL, TASK_FAILED, TIMEOUT, HEARTBEAT] = [
  'States.ALL',
  'States.TaskFailed',
  'States.Timeout',
  'States.HeartbeatTimeout',
];

const RESERVED =
  'ALL BranchFailed DataLimitExceeded ExceedToleratedFailureThreshold HeartbeatTimeout IntrinsicFailure ItemReaderFailed NoChoiceMatched ParameterPathFailure Permissions QueryEvaluationError ResultPathMatchFailure ResultWriterFailed Runtime TaskFailed Timeout'
    .split(' ')
    .map(name => `States.${name}`);

const DAY_S = 86_400;
const LONGEST_DELAY_S = 31_622_400;
/** A Map that runs so many items at once has retries that collide. */
const MANY_AT_ONCE = 10;

/** Errors are looked for in so many earlier retriers: nobody writes more. */
const MOST_EARLIER = 20;

/** A retrier around a state: of the Map or the Parallel that it is in. */
interface Outer {
  readonly name: string;
  readonly attempts: number;
  readonly place: Place;
}

interface Context {
  readonly isCaught: boolean;
  readonly outer: readonly Outer[];
  /** Where the retriers without jitter in a Map are collected. */
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
      const isWide = errorsOf(retrier).some(({error}) => error === ALL || error === TASK_FAILED);
      return isWide && typeof attempts === 'number' && attempts > 0
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

interface NamedError {
  readonly error: string;
  readonly place: Place;
}

const errorsOf = (retrier: Place): NamedError[] =>
  itemsOf(within(retrier, 'ErrorEquals')).flatMap(place => {
    const error = textOf(place);
    return error === undefined ? [] : [{error, place}];
  });

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

/** Only of a task that waits for somebody else it is known that it may wait without end. A function of Lambda ends after 15 minutes, and most jobs have a limit of their own. */
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

function readErrors(
  facts: Facts,
  state: Place,
  retrier: Place,
  list: Place | undefined,
  earlier: readonly Place[],
  isCaught: boolean,
): void {
  if (list === undefined) return facts.missing(retrier, 'ErrorEquals', 'Step Functions refuses the machine');
  const errors = itemsOf(list).flatMap(place => (textOf(place) === undefined ? [] : [{error: textOf(place)!, place}]));
  if (list.node.kind === 'list' && list.node.items.length === 0) facts.wrong(list, 'must name at least one error');
  for (const {error, place} of errors) reservedName(facts, state, error, place);
  repeatedErrors(facts, errors, earlier);
  if (facts.data.maxAttempts === 1) return;
  const wide = errors.find(({error}) => error === ALL || error === TASK_FAILED);
  const hasExceptions = earlier.some(each => scalarOf(within(each, 'MaxAttempts')) === 0);
  if (wide !== undefined && !facts.unknown.has('maxAttempts'))
    facts.remark(
      'RL103',
      wide.place,
      `${wide.error} retries every error, also those that come again: a refused input, a bug in the code. Name the errors that pass, such as Lambda.TooManyRequestsException.`,
      isCaught || hasExceptions ? {severity: 'info'} : {},
    );
  const ambiguous = errors.filter(({error}) => [ALL, TASK_FAILED, TIMEOUT].includes(error));
  if (ambiguous.length > 0)
    repeat(
      facts,
      state,
      ambiguous.map(({error}) => error),
    );
}

function reservedName(facts: Facts, state: Place, error: string, place: Place): void {
  if (isTemplate(place.node)) return;
  if (/^States\./.test(error) && !RESERVED.includes(error) && !error.startsWith('States.Http.')) {
    const near = nearest(error, RESERVED);
    facts.remark(
      'RL004',
      place,
      `${error} is no error of Step Functions, so nothing is retried because of it.${near === undefined ? '' : ` Did you mean ${near}?`}`,
      {
        ...(near === undefined ? {severity: 'warning'} : {}),
      },
    );
  }
  const isTask = textOf(within(state, 'Type')) === 'Task';
  const has = (...names: readonly string[]): boolean => names.some(name => within(state, name) !== undefined);
  const isFunction = /:lambda:/.test(textOf(within(state, 'Resource')) ?? '');
  if (error === 'States.Runtime')
    facts.remark('RL405', place, 'States.Runtime is never retried: the run fails at once. Remove it.');
  else if (
    error === TIMEOUT &&
    isTask &&
    isFunction &&
    !has('TimeoutSeconds', 'TimeoutSecondsPath', 'HeartbeatSeconds', 'HeartbeatSecondsPath')
  )
    facts.remark(
      'RL405',
      place,
      'The state has no TimeoutSeconds, so States.Timeout never comes. Set TimeoutSeconds, or remove the error.',
    );
  else if (error === HEARTBEAT && isTask && !has('HeartbeatSeconds', 'HeartbeatSecondsPath'))
    facts.remark(
      'RL405',
      place,
      'The state has no HeartbeatSeconds, so States.HeartbeatTimeout never comes. Set HeartbeatSeconds, or remove the error.',
    );
}

/** The first retrier that names an error has it; States.ALL stands alone in the last. */
function repeatedErrors(facts: Facts, errors: readonly NamedError[], earlier: readonly Place[]): void {
  const before = new Set(earlier.flatMap(each => errorsOf(each).map(({error}) => error)));
  if (before.has(ALL)) {
    const [all] = earlier.flatMap(each => errorsOf(each).filter(({error}) => error === ALL));
    return facts.remark(
      'RL407',
      all!.place,
      'States.ALL has to be in the last retrier: Step Functions refuses the machine. Move it to the end.',
      {severity: 'error'},
    );
  }
  const all = errors.find(({error}) => error === ALL);
  if (all !== undefined && errors.length > 1)
    facts.remark(
      'RL407',
      all.place,
      'States.ALL has to be the only error of its retrier: Step Functions refuses the machine. Remove the others.',
      {severity: 'error'},
    );
  const seen = new Set(before);
  for (const {error, place} of errors) {
    if (seen.has(error))
      facts.remark(
        'RL407',
        place,
        `${error} has been matched before, so this entry never applies. Remove it, or move it up.`,
      );
    else if (before.has(TASK_FAILED) && !error.startsWith('States.'))
      facts.remark(
        'RL407',
        place,
        `An earlier retrier has States.TaskFailed, which matches ${error}, so this entry never applies. Move it up.`,
      );
    seen.add(error);
  }
}

/** Calls of other services of which it is known what a second one does. */
function repeat(facts: Facts, state: Place, after: readonly string[]): void {
  const resource = textOf(within(state, 'Resource')) ?? '';
  const given = within(state, 'Parameters') ?? within(state, 'Arguments');
  if (/:states:::states:startExecution/.test(resource) && !keysOf(given).some(key => key.startsWith('Name')))
    facts.remark(
      'RL101',
      within(state, 'Resource')!,
      `A run without a Name is started again after ${after.join(' or ')}, when the first may have started. Give it a Name of this run.`,
      {severity: 'warning'},
    );
  if (!/:states:::(?:http|apigateway):invoke/.test(resource)) return;
  const method = textOf(within(given, 'Method'));
  const place = within(given, 'Method') ?? within(state, 'Resource')!;
  if (method === undefined || isTemplate(place.node) || hasKey(within(given, 'Headers'))) return;
  const url = textOf(within(given, 'ApiEndpoint')) ?? '';
  const path = textOf(within(given, 'Path')) ?? (URL.canParse(url) ? new URL(url).pathname : undefined);
  facts.repeats.push({
    match: {methods: [method.toUpperCase()], ...(path !== undefined && {path})},
    what: `${method.toUpperCase()} ${path ?? 'to the endpoint'}`,
    place,
    after,
    remedy: 'Send an Idempotency-Key of this run, or retry only what was not carried out',
  });
}

/** Whether a header makes the server carry out the call once, or may. */
const hasKey = (headers: Place | undefined): boolean =>
  headers !== undefined &&
  (headers.node.kind !== 'object' || keysOf(headers).some(key => /idempotency|request-?id/i.test(key)));

/** So many waits are added up one by one; the rest are as long as the last of them. */
const MOST_WAITS = 1000;

/** In seconds; 0 where it is not known. */
function waitsOf({data: {maxAttempts, backoff}, unknown, problems}: Facts): {
  readonly sum: number;
  readonly last: number;
} {
  const isKnown = ['maxAttempts', 'backoff.baseMs', 'backoff.factor', 'backoff.capMs'].every(
    path => !unknown.has(path),
  );
  const count = typeof maxAttempts === 'number' ? maxAttempts - 1 : 3;
  if (!isKnown || problems.length > 0 || count === 0) return {sum: 0, last: 0};
  const {
    baseMs = 1000,
    factor = 2,
    capMs = Infinity,
  } = {...backoff} as {baseMs?: number; factor?: number; capMs?: number};
  let [sum, last] = [0, Math.min(baseMs, capMs) / 1000];
  const waits = Math.min(count, MOST_WAITS);
  for (let index = 0; index < waits; index++) {
    sum += last;
    if (index < waits - 1) last = Math.min(last * factor, capMs / 1000);
  }
  return {sum: sum + (count - waits) * last, last};
}

/** Each retrier counts for itself, so the waits of all of them add up. */
function hours(retriers: readonly Facts[], name: string): void {
  const all = retriers.map(facts => ({facts, ...waitsOf(facts)})).sort((a, b) => b.sum - a.sum);
  const sum = all.reduce((total, each) => total + each.sum, 0);
  const [longest] = all;
  if (longest === undefined || sum <= 3600) return;
  const {places, top} = longest.facts;
  const place = places.get('backoff.capMs') ?? places.get('backoff.baseMs') ?? places.get('backoff') ?? top;
  const last = Math.max(...all.map(each => each.last));
  longest.facts.remark(
    'RL308',
    place,
    `The waits between the attempts of ${name} last up to ${formatTime(sum)} together, the longest of them ${formatTime(last)}. Set a lower MaxDelaySeconds, or make fewer attempts.`,
    sum >= DAY_S ? {severity: 'error'} : {},
  );
}

function formatTime(time: number): string {
  if (time < 120) return `${formatNumber(time)} s`;
  if (time < 7200) return `${formatNumber(time / 60)} minutes`;
  return time < 2 * DAY_S ? `${formatNumber(time / 3600)} hours` : `${formatNumber(time / DAY_S)} days`;
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
