/**
 * p-retry 7.1.1, async-retry 1.3.3 and retry 0.13.1, whose options have one origin. Read in their packages: 10 retries, the first after 1 s, each twice as
 * long, without a cap. async-retry spreads them by a random factor from 1 to 2; p-retry and retry do not. p-retry retries no TypeError but those of the
 * network, and asks shouldRetry about all other errors.
 */

import type {CodeFacts} from '../../shape/code.ts';
import type {Shape} from '../../shape/shape.ts';
import type {JsModule} from '../../source/javascript/module.ts';
import {type JsNode, nodesIn, spanOf} from '../../source/javascript/syntax.ts';
import type {Source} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import {setLimits} from '../code/limits.ts';
import type {Dialect, TreeChange} from '../dialect.ts';
import {setBody} from './body.ts';
import {jsDialect, option} from './library.ts';
import {argumentsOf, calleeOf, hasSpread, retrierOf} from './make.ts';
import {Options} from './options.ts';
import {exponentialWaits, retriesField, writeWaits} from './schedules.ts';

interface Kind {
  readonly name: string;
  /** The calls, by their full names, and the places of their options. */
  readonly calls: ReadonlyMap<string, number>;
  readonly isRandom: boolean;
  readonly errorsOf: (options: Options, call: JsNode, module: JsModule) => CodeFacts['errors'];
  readonly remedy: string;
}

function dialectOf({name, calls, isRandom, errorsOf, remedy}: Kind): Dialect {
  function read(call: JsNode, index: number, module: JsModule, source: Source): Shape {
    const given = argumentsOf(call);
    const options = new Options(given[index], module);
    const retrier = retrierOf(call, options, index, source, module);
    const shown = spanOf(calleeOf(call));
    const waits = exponentialWaits(options, {isRandom, shown});
    const isForever = options.boolean('forever', false);
    const retries = isForever === undefined ? undefined : isForever ? Infinity : options.number('retries', 10);
    const maxMs = options.number('maxRetryTime', Infinity);
    setLimits(
      retrier,
      {
        attempts: retries === undefined ? undefined : retries + 1,
        attemptsAt: options.at(isForever === true ? 'forever' : 'retries'),
        // A signal may end it at any time.
        seconds: options.has('signal') || maxMs === undefined ? undefined : maxMs / 1000,
        secondsAt: options.at('maxRetryTime') ?? options.at('signal'),
      },
      waits,
    );
    writeWaits(retrier, waits, retries, shown);
    const errors = errorsOf(options, call, module);
    const body = index === 1 ? module.functionOf(given[0]) : undefined;
    if (body !== undefined) setBody(retrier, body, module, shown, errors);
    return retrier.shape({what: name, errors, errorsSpan: shown, remedy, isScript: false});
  }
  return jsDialect({
    name,
    layer: 'code',
    words: [name],
    capabilities: IN_CODE,
    defaults: {
      maxAttempts: 11,
      backoff: {kind: 'exponential', baseMs: 1000, factor: 2, throttledBaseMs: 0, jitter: isRandom ? 'full' : 'none'},
    },
    fields: {
      maxAttempts: retriesField('retries'),
      backoff: {name: 'minTimeout'},
      'backoff.kind': {name: 'factor'},
      'backoff.baseMs': {name: 'minTimeout'},
      'backoff.factor': {name: 'factor'},
      'backoff.capMs': {name: 'maxTimeout'},
      'backoff.jitter': {name: 'randomize', format: value => String(value !== 'none')},
      retryingLayers: {name},
      'match.methods': {name: 'the method'},
      'match.path': {name: 'the URL'},
    },
    *retriersIn(module, source): Iterable<Shape> {
      for (const call of module.calls) {
        const index = calls.get(module.nameOf(calleeOf(call)) ?? '');
        if (index !== undefined && !hasSpread(call)) yield read(call, index, module, source);
      }
    },
    write: ({path, value}, shape) => {
      const name = OPTIONS[path];
      if (name === undefined) return undefined;
      const {root} = shape.unit;
      const isForever = root.kind === 'object' && root.properties.some(({key}) => key === 'forever');
      const without: TreeChange[] = name === 'retries' && isForever ? [{do: 'remove', segments: ['forever']}] : [];
      return [...option(valueFor(path, value), name), ...without];
    },
  });
}

const OPTIONS: Readonly<Record<string, string>> = {
  maxAttempts: 'retries',
  'backoff.jitter': 'randomize',
  'backoff.baseMs': 'minTimeout',
  'backoff.capMs': 'maxTimeout',
  'backoff.factor': 'factor',
};

const valueFor = (path: string, value: unknown): unknown =>
  path === 'maxAttempts' ? Number(value) - 1 : path === 'backoff.jitter' ? value !== 'none' : value;

/** Options that may look at the error. */
const ENDING = ['shouldRetry', 'onFailedAttempt', 'shouldConsumeRetry'];

export const pRetry: Dialect = dialectOf({
  name: 'p-retry',
  calls: new Map([
    ['p-retry', 1],
    ['p-retry.makeRetriable', 1],
  ]),
  isRandom: false,
  // An AbortError, and what onFailedAttempt throws, end it.
  errorsOf: (options, _, module) =>
    ENDING.some(name => options.has(name) || options.isUnknown(name)) || module.says(/\bAbortError\b/)
      ? 'unknown'
      : 'every',
  remedy: 'shouldRetry: ({error}) => isTransient(error)',
});

export const asyncRetry: Dialect = dialectOf({
  name: 'async-retry',
  calls: new Map([['async-retry', 1]]),
  isRandom: true,
  errorsOf: (options, call, module) => {
    const [body] = argumentsOf(call);
    const definition = body && module.functionOf(body);
    if (options.isOpen || definition === undefined) return 'unknown';
    // The first parameter is the function that ends it.
    return nodesIn(definition, 'params').length === 0 ? 'every' : 'unknown';
  },
  remedy: 'if (!isTransient(error)) return bail(error)',
});

/** The calls of its operations are not followed: what they do with an error is not known. */
export const retryPackage: Dialect = dialectOf({
  name: 'retry',
  calls: new Map([['retry.operation', 0]]),
  isRandom: false,
  errorsOf: () => 'unknown',
  remedy: '',
});
