/** google.api_core: `retry.Retry(initial=1, maximum=60, multiplier=2, timeout=120)`. Always with full jitter, and ended by time alone. */

import type {CodeFacts} from '../../shape/code.ts';
import type {Shape} from '../../shape/shape.ts';
import type {Call, PythonModule} from '../../source/python/module.ts';
import type {SyntaxNode} from '../../source/python/syntax.ts';
import type {Source} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import {setLimits} from '../code/limits.ts';
import {NO_WAITS, setWaits, type Waits} from '../code/waits.ts';
import type {Dialect} from '../dialect.ts';
import {errorNamesIn, kindOf} from './errors.ts';
import {Given} from './given.ts';
import {libraryDialect, seconds} from './library.ts';
import {retrierOf} from './retrier.ts';

const PARAMETERS = ['predicate', 'initial', 'maximum', 'multiplier', 'timeout', 'on_error'];
const RETRIES = /^google\.api_core\.retry(?:_async)?(?:\.retry_\w+)?\.(?:Async|Streaming|AsyncStreaming)?Retry$/;

export const googleApiCore: Dialect = libraryDialect({
  name: 'google-api-core',
  capabilities: {...IN_CODE, jitter: 'builtin'},
  defaults: {
    maxAttempts: 'unlimited',
    deadlineMs: 120_000,
    backoff: {kind: 'exponential', baseMs: 1000, factor: 2, capMs: 60_000, jitter: 'full'},
  },
  fields: {
    maxAttempts: {name: 'timeout', format: value => (value === 'unlimited' ? 'None' : '120')},
    'backoff.baseMs': seconds('initial'),
    'backoff.factor': {name: 'multiplier'},
    'backoff.capMs': seconds('maximum'),
  },
  retriersIn: (module, source) =>
    module.calls
      .filter(({name, parentheses}) => parentheses && RETRIES.test(name))
      .map(call => read(call, module, source)),
});

function read(call: Call, module: PythonModule, source: Source): Shape {
  const given = new Given(call, module, PARAMETERS);
  const retrier = retrierOf(call, source, module, PARAMETERS);
  const waits = waitsOf(given, call);
  if (waits === undefined) retrier.unknown('backoff');
  else setWaits(retrier, waits, undefined);
  // The older name wins.
  const name = given.has('deadline') ? 'deadline' : 'timeout';
  setLimits(
    retrier,
    {attempts: Infinity, seconds: given.number(name, 120, Infinity), secondsAt: given.at(name)},
    waits,
  );
  const predicate = given.get('predicate');
  // The default is a list of transient errors.
  const errors = predicate === undefined ? (call.isOpen ? 'unknown' : 'some') : errorsOf(predicate.value, module);
  // A predicate of one's own may look at the clock.
  if (errors === 'unknown') retrier.unknown('maxAttempts');
  return retrier.shape({
    what: 'google.api_core',
    errors,
    errorsSpan: given.nameAt('predicate') ?? call.callee,
    remedy: 'leave out predicate, or write predicate=if_exception_type(ServiceUnavailable, TooManyRequests)',
    isScript: module.isScript,
  });
}

function errorsOf(node: SyntaxNode, module: PythonModule): CodeFacts['errors'] {
  const call = module.callOf(node);
  if (call === undefined || call.isOpen || !/^google\.api_core\..*\.if_exception_type$/.test(call.name))
    return 'unknown';
  const kinds = call.args.map(({value}) => kindOf(errorNamesIn(value, module)));
  if (kinds.includes('every')) return 'every';
  return kinds.includes('unknown') ? 'unknown' : 'some';
}

function waitsOf(given: Given, call: Call): Waits | undefined {
  const [baseS, capS] = [given.number('initial', 1), given.number('maximum', 60)];
  const factor = given.number('multiplier', 2);
  if (baseS === undefined || capS === undefined || factor === undefined) return undefined;
  const [baseAt, capAt] = [given.at('initial'), given.at('maximum')];
  return {...NO_WAITS, kind: 'exponential', baseS, factor, capS, jitter: 'full', at: call.callee, baseAt, capAt};
}
