/** The errors that a retrier of AWS Step Functions names, and what a second attempt does after them. */

import {nearest} from '../../../src/policy/suggestions.ts';
import type {Place} from '../../source/places.ts';
import {type Facts, isTemplate, itemsOf, keysOf, scalarOf, textOf, within} from './facts.ts';

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

interface NamedError {
  readonly error: string;
  readonly place: Place;
}

export const errorsOf = (retrier: Place): NamedError[] => namedIn(within(retrier, 'ErrorEquals'));

const namedIn = (list: Place | undefined): NamedError[] =>
  itemsOf(list).flatMap(place => {
    const error = textOf(place);
    return error === undefined ? [] : [{error, place}];
  });

/** Whether the error stands for nearly all. */
export const isBroad = ({error}: NamedError): boolean => error === ALL || error === TASK_FAILED;

export function readErrors(
  facts: Facts,
  state: Place,
  retrier: Place,
  list: Place | undefined,
  earlier: readonly Place[],
  isCaught: boolean,
): void {
  if (list === undefined) return facts.missing(retrier, 'ErrorEquals', 'Step Functions refuses the machine');
  const errors = namedIn(list);
  if (list.node.kind === 'list' && list.node.items.length === 0) facts.wrong(list, 'must name at least one error');
  for (const {error, place} of errors) reservedName(facts, state, error, place);
  repeatedErrors(facts, errors, earlier);
  if (facts.data.maxAttempts === 1) return;
  const wide = errors.find(isBroad);
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
