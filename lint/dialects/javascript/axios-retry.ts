/**
 * axios-retry 4.5.0, as read in its package: 3 retries, without any wait unless an answer has Retry-After; after 5xx, 429 and broken connections of
 * methods that may be repeated. `exponentialDelay` waits 200 ms and doubles, with up to a fifth more; `linearDelay()` waits 100 ms more each time.
 */

import type {Shape} from '../../shape/shape.ts';
import type {JsModule} from '../../source/javascript/module.ts';
import {isFunction, type JsNode, nodeIn, spanOf, within} from '../../source/javascript/syntax.ts';
import type {Source, Span} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import {NO_WAITS, type Waits} from '../code/waits.ts';
import type {Dialect} from '../dialect.ts';
import {exactly} from './evaluate.ts';
import {jsDialect, option} from './library.ts';
import {argumentsOf, calleeOf, hasSpread, retrierOf} from './make.ts';
import {Options} from './options.ts';
import {
  backoffFields,
  NO_BACKOFF,
  retriesField,
  setRetries,
  waitsOf,
  waitsOfFunction,
  writeWaits,
} from './schedules.ts';

export const axiosRetry: Dialect = jsDialect({
  name: 'axios-retry',
  layer: 'client',
  words: ['axios-retry'],
  capabilities: {...IN_CODE, gatesByMethod: true, honorsHint: true},
  defaults: {
    maxAttempts: 4,
    retryOn: ['5xx', 429, 'network'],
    backoff: NO_BACKOFF,
  },
  fields: {
    maxAttempts: retriesField('retries'),
    ...backoffFields('retryDelay'),
    retryOn: {name: 'retryCondition'},
    'backoff.jitter': {name: 'retryDelay', format: () => 'axiosRetry.exponentialDelay'},
  },
  *retriersIn(module, source): Iterable<Shape> {
    for (const call of module.calls)
      if (module.nameOf(calleeOf(call)) === 'axios-retry' && !hasSpread(call)) yield read(call, module, source);
  },
  write: ({path, value}) => (path === 'maxAttempts' ? option(Number(value) - 1, 'retries') : undefined),
});

function read(call: JsNode, module: JsModule, source: Source): Shape {
  const options = new Options(argumentsOf(call)[1], module);
  const retrier = retrierOf(call, options, 1, source, module);
  const shown = spanOf(calleeOf(call));
  const retries = options.number('retries', 3);
  setRetries(retrier, retries, options.at('retries'));
  if (options.isUnknown('retryDelay')) retrier.unknown('backoff', shown);
  else {
    const delay = options.get('retryDelay');
    const waits = delay === undefined ? {...NO_WAITS, at: shown} : waitsOfNamed(delay, module, spanOf(delay));
    writeWaits(retrier, waits, retries, delay && spanOf(delay));
  }
  const condition = options.get('retryCondition');
  const kind = condition === undefined ? 'safe' : kindOf(condition, module);
  if (condition !== undefined) retrier.unknown('retryOn', spanOf(condition));
  const shape = retrier.shape({
    what: 'axios-retry',
    errors: kind === 'every' ? 'every' : kind === 'safe' ? 'some' : 'unknown',
    errorsSpan: condition === undefined ? shown : spanOf(condition),
    remedy: 'retryCondition: axiosRetry.isNetworkOrIdempotentRequestError',
    isScript: false,
  });
  if (condition === undefined || (kind !== 'every' && kind !== 'any-method')) return shape;
  const place = shape.places.get('retryOn');
  if (place === undefined) return shape;
  const repeats = {
    match: {},
    what: 'Every method, POST too,',
    place,
    after: ['a 5xx', 'a lost connection'],
    remedy: 'Use axiosRetry.isNetworkOrIdempotentRequestError',
  };
  return {...shape, repeats: [repeats]};
}

function waitsOfNamed(node: JsNode, module: JsModule, at: Span): Waits | undefined {
  const name = module.nameOf(node) ?? '';
  if (name === 'axios-retry.exponentialDelay')
    return {...NO_WAITS, kind: 'exponential', baseS: 0.2, factor: 2, jitter: 'full', at};
  const value = module.valueOf(node);
  const called = value?.type === 'CallExpression' ? module.nameOf(calleeOf(value)) : undefined;
  if (called === 'axios-retry.linearDelay' && value !== undefined) {
    const [factor] = argumentsOf(value);
    const step = factor === undefined ? 100 : module.numberOf(factor);
    return step === undefined ? undefined : waitsOf(n => exactly((n + 1) * step), at);
  }
  if (value !== undefined && isFunction(value)) {
    const wrapped = nodeIn(value, 'body');
    // `(count, error) => axiosRetry.exponentialDelay(count, error, 1000)`
    if (wrapped?.type === 'CallExpression' && module.nameOf(calleeOf(wrapped)) === 'axios-retry.exponentialDelay') {
      const factor = argumentsOf(wrapped)[2];
      const base = factor === undefined ? 100 : module.numberOf(factor);
      return base === undefined
        ? undefined
        : {...NO_WAITS, kind: 'exponential', baseS: (2 * base) / 1000, factor: 2, jitter: 'full', at};
    }
  }
  // A function of an error may read what it asks for.
  return waitsOfFunction(node, 1, module, at);
}

/** `every`: whatever happens. `any-method`: after a failure of the server, whatever the method. */
function kindOf(node: JsNode, module: JsModule): 'every' | 'any-method' | 'safe' | 'unknown' {
  const name = module.nameOf(node) ?? '';
  if (name === 'axios-retry.isRetryableError') return 'any-method';
  if (/^axios-retry\.is(?:NetworkOrIdempotentRequest|IdempotentRequest|SafeRequest|Network)Error$/.test(name))
    return 'safe';
  const value = module.valueOf(node);
  if (value === undefined || !isFunction(value)) return 'unknown';
  const body = nodeIn(value, 'body');
  const returned =
    body?.type === 'BlockStatement'
      ? within(body, isFunction)
          .filter(({type}) => type === 'ReturnStatement')
          .map(each => nodeIn(each, 'argument'))
      : [body];
  const isTrue = returned.length > 0 && returned.every(each => module.constantOf(each)?.value === true);
  return isTrue ? 'every' : 'unknown';
}
