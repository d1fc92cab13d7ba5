/**
 * backoff 2: `@backoff.on_exception(backoff.expo, E, max_tries=5)`. Defaults: no limit, full jitter. `on_predicate` repeats a call that
 * has succeeded, as a poll does; it is a retry where it looks at the status of an answer.
 */

import type {CodeFacts} from '../../shape/code.ts';
import type {Shape} from '../../shape/shape.ts';
import type {Call, PythonModule} from '../../source/python/module.ts';
import type {Source} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import {setLimits} from '../code/limits.ts';
import {NO_WAITS, setWaits, type Waits} from '../code/waits.ts';
import type {Dialect} from '../dialect.ts';
import {functionOf} from './clients/functions.ts';
import {errorNamesIn, kindOf} from './errors.ts';
import {Given} from './given.ts';
import {setInner, setRepeated} from './inner.ts';
import {libraryDialect, seconds} from './library.ts';
import {goesOverNetwork, passingErrors} from './network-errors.ts';
import {retrierOf} from './retrier.ts';

export const backoff: Dialect = libraryDialect({
  name: 'backoff',
  capabilities: IN_CODE,
  defaults: {maxAttempts: 'unlimited', backoff: {kind: 'exponential', baseMs: 1000, factor: 2, jitter: 'full'}},
  fields: {
    maxAttempts: {name: 'max_tries', format: value => (value === 'unlimited' ? 'None' : String(value))},
    backoff: {name: 'wait_gen'},
    'backoff.kind': {name: 'wait_gen'},
    'backoff.delayMs': seconds('interval'),
    'backoff.baseMs': seconds('factor'),
    'backoff.factor': {name: 'base'},
    'backoff.capMs': seconds('max_value'),
    'backoff.jitter': {name: 'jitter', format: value => (value === 'none' ? 'None' : 'backoff.full_jitter')},
    retryingLayers: {name: 'on_exception'},
  },
  retriersIn: (module, source) =>
    module.calls.flatMap(call => {
      const word = /^backoff(?:\._decorator)?\.on_(exception|predicate)$/.exec(call.name)?.[1];
      if (word === undefined || call.parentheses === undefined) return [];
      const given = new Given(call, module, ['wait_gen', word]);
      return word === 'predicate' && !asksStatus(given, module) ? [] : [read(call, word, given, module, source)];
    }),
  argumentOf: ({path, value}) =>
    path === 'maxAttempts'
      ? ['max_tries', value]
      : path === 'backoff.capMs'
        ? ['max_value', Number(value) / 1000]
        : undefined,
  // Full jitter is the default.
  switches: {'backoff.jitter': 'jitter'},
});

/** Whether a predicate looks at the status of an answer: `lambda r: r.status_code >= 500`, or a function of the file. */
function asksStatus(given: Given, module: PythonModule): boolean {
  const predicate = given.get('predicate')?.value;
  return (
    predicate !== undefined &&
    /\.(?:status_code|ok\b|is_(?:success|error))|\.status\b.*\b(?:429|50\d)/.test(
      module.textOf(functionOf(predicate, module) ?? predicate),
    )
  );
}

function read(call: Call, word: string, given: Given, module: PythonModule, source: Source): Shape {
  const retrier = retrierOf(call, source, module, ['wait_gen', word]);
  const waits = waitsOf(given, call, module);
  const limits = {
    attempts: given.number('max_tries', Infinity, Infinity),
    attemptsAt: given.at('max_tries'),
    seconds: given.number('max_time', Infinity, Infinity),
    secondsAt: given.at('max_time'),
  };
  setLimits(retrier, limits, waits);
  const exception = given.get('exception');
  const names = exception === undefined ? 'unknown' : errorNamesIn(exception.value, module);
  const isAsked = word === 'exception' && !goesOverNetwork(names);
  if (waits === undefined || (waits.baseS === 0 && isAsked)) retrier.unknown('backoff', given.at('wait_gen'));
  else setWaits(retrier, waits, limits.attempts);
  const errors = kindOf(names);
  // `giveup` may look at the error.
  const isOpen = call.isOpen || given.has('giveup');
  if (call.decorates !== undefined && !isOpen) setInner(retrier, call.decorates, module, call.callee, names);
  if (call.decorates !== undefined && !call.isOpen) setRepeated(retrier, call.decorates, module, names);
  return retrier.shape({
    what: 'backoff',
    errors: errors === 'every' && isOpen ? 'unknown' : errors,
    errorsSpan: given.at('exception') ?? call.callee,
    remedy: passingErrors(module),
    swallowed: given.constant('raise_on_giveup', true) === false ? given.get('raise_on_giveup')?.nameSpan : undefined,
    isScript: module.isScript,
  } satisfies CodeFacts);
}

function waitsOf(given: Given, call: Call, module: PythonModule): Waits | undefined {
  const generator = given.get('wait_gen');
  const name = generator && module.names.nameOf(generator.value)?.replace(/^backoff\.(?:_wait_gen\.)?/, '');
  const jitter = jitterOf(given, module);
  const schedule = name === undefined ? undefined : scheduleOf(name, given);
  if (schedule === undefined || jitter === undefined) return undefined;
  const at = given.at('wait_gen') ?? call.callee;
  const baseAt = given.at('factor') ?? given.at('interval');
  return {...NO_WAITS, ...schedule, jitter, at, baseAt, capAt: given.at('max_value'), jitterAt: given.at('jitter')};
}

/** Undefined where a value is not known. */
function scheduleOf(name: string, given: Given): Partial<Waits> | undefined {
  const capS = given.number('max_value', Infinity, Infinity);
  if (capS === undefined) return undefined;
  switch (name) {
    case 'expo': {
      const [baseS, factor] = [given.number('factor', 1), given.number('base', 2)];
      return baseS === undefined || factor === undefined ? undefined : {kind: 'exponential', baseS, factor, capS};
    }
    case 'constant': {
      const baseS = given.number('interval', 1);
      return baseS === undefined ? undefined : {kind: 'constant', baseS};
    }
    case 'fibo':
      return {kind: 'list', listS: FIBONACCI.map(wait => Math.min(wait, capS))};
    default:
      return undefined;
  }
}

const FIBONACCI = [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987];

function jitterOf(given: Given, module: PythonModule): Waits['jitter'] | undefined {
  const written = given.get('jitter');
  if (written === undefined) return given.constant('jitter', true) === true ? 'full' : undefined;
  if (module.constantOf(written.value)?.value === null) return 'none';
  const name = module.names.nameOf(written.value) ?? '';
  if (/^backoff(?:\._jitter)?\.full_jitter$/.test(name)) return 'full';
  // Adds up to a second, whatever the wait is.
  return /^backoff(?:\._jitter)?\.random_jitter$/.test(name) ? 1 : undefined;
}
