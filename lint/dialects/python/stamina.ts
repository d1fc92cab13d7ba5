/** stamina: `@stamina.retry(on=httpx.HTTPError, attempts=3)`. Ten attempts within 45 s, which are no defect: the time ends them. */

import type {Shape} from '../../shape/shape.ts';
import type {Call, PythonModule} from '../../source/python/module.ts';
import type {Source} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import {setLimits} from '../code/limits.ts';
import {NO_WAITS, setWaits, type Waits} from '../code/waits.ts';
import type {Dialect} from '../dialect.ts';
import {errorNamesIn, kindOf} from './errors.ts';
import {Given} from './given.ts';
import {setDecorated} from './inner.ts';
import {libraryDialect, seconds} from './library.ts';
import {retriedBy, retrierOf} from './retrier.ts';

/** All parameters of `retry` but `on` have to be named. */
const PARAMETERS = ['on', 'attempts', 'timeout', 'wait_initial', 'wait_max', 'wait_jitter', 'wait_exp_base'];
const CALLER = /^stamina\.(?:Async)?RetryingCaller$/;

export const stamina: Dialect = libraryDialect({
  name: 'stamina',
  capabilities: IN_CODE,
  defaults: {
    maxAttempts: 10,
    deadlineMs: 45_000,
    backoff: {kind: 'exponential', baseMs: 100, factor: 2, capMs: 5000, jitter: 'full'},
  },
  fields: {
    maxAttempts: {name: 'attempts', format: value => (value === 'unlimited' ? 'None' : String(value))},
    'backoff.baseMs': seconds('wait_initial'),
    'backoff.factor': {name: 'wait_exp_base'},
    'backoff.capMs': seconds('wait_max'),
    'backoff.jitter': {name: 'wait_jitter', format: () => '1'},
    retryingLayers: {name: 'retry'},
  },
  retriersIn: (module, source) =>
    module.calls
      .filter(({name, parentheses}) => parentheses && (/^stamina\.retry(?:_context)?$/.test(name) || CALLER.test(name)))
      .map(call => read(call, module, source)),
  // A jitter of a second is the default.
  switches: {'backoff.jitter': 'wait_jitter'},
});

function read(call: Call, module: PythonModule, source: Source): Shape {
  const parameters = CALLER.test(call.name) ? PARAMETERS.slice(1) : PARAMETERS;
  const given = new Given(call, module, parameters);
  const retrier = retrierOf(call, source, module, parameters);
  const waits = waitsOf(given, call);
  const attempts = given.number('attempts', 10, Infinity);
  const seconds = given.number('timeout', 45, Infinity);
  const limits = {attempts, attemptsAt: given.at('attempts'), seconds, secondsAt: given.at('timeout')};
  setLimits(retrier, limits, waits);
  if (waits === undefined) retrier.unknown('backoff');
  else setWaits(retrier, waits, attempts);
  const on = given.get('on');
  const errors = on === undefined ? 'unknown' : errorNamesIn(on.value, module);
  const body = retriedBy(call);
  if (body !== undefined) setDecorated(retrier, body, module, call.callee, errors);
  // Ten attempts of its own are bounded by its own time. Those of a client in it multiply all the same.
  const isBounded = attempts !== undefined && attempts <= 10 && seconds !== Infinity;
  if (isBounded && !retrier.isSet('retryingLayers')) retrier.unknown('maxAttempts');
  return retrier.shape({
    what: 'stamina',
    errors: kindOf(errors),
    errorsSpan: given.nameAt('on') ?? call.callee,
    remedy: 'on=(httpx.TransportError, RateLimitError)',
    isScript: module.isScript,
  });
}

function waitsOf(given: Given, call: Call): Waits | undefined {
  const [baseS, capS] = [given.number('wait_initial', 0.1), given.number('wait_max', 5)];
  const [jitter, factor] = [given.number('wait_jitter', 1), given.number('wait_exp_base', 2)];
  if (baseS === undefined || capS === undefined || jitter === undefined || factor === undefined) return undefined;
  return {
    ...NO_WAITS,
    kind: 'exponential',
    baseS,
    factor,
    capS,
    jitter: jitter === 0 ? 'none' : jitter,
    at: call.callee,
    baseAt: given.at('wait_initial'),
    capAt: given.at('wait_max'),
    jitterAt: given.at('wait_jitter'),
  };
}
