/**
 * fetch-retry 6.0.0, as read in its package: 3 retries, each 1 s after the one before, of whatever method, after broken connections and the statuses of
 * `retryOn`. A call may have options of its own.
 */

import type {Shape} from '../../shape/shape.ts';
import type {JsModule} from '../../source/javascript/module.ts';
import {isFunction, type JsNode, nodesIn, spanOf} from '../../source/javascript/syntax.ts';
import type {Source} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import type {Retrier} from '../code/retrier.ts';
import type {Dialect} from '../dialect.ts';
import {exactly} from './evaluate.ts';
import {jsDialect, option} from './library.ts';
import {argumentsOf, calleeOf, hasSpread, retrierOf} from './make.ts';
import {Options} from './options.ts';
import {placeOfUrl} from './posts.ts';
import {backoffFields, NO_BACKOFF, retriesField, setRetries, waitsOf, waitsOfDelay, writeWaits} from './schedules.ts';

export const fetchRetry: Dialect = jsDialect({
  name: 'fetch-retry',
  layer: 'client',
  words: ['fetch-retry'],
  capabilities: IN_CODE,
  defaults: {
    maxAttempts: 4,
    retryOn: ['network'],
    backoff: {...NO_BACKOFF, delayMs: 1000},
  },
  fields: {
    maxAttempts: retriesField('retries'),
    ...backoffFields('retryDelay'),
    retryOn: {name: 'retryOn'},
    'match.methods': {name: 'method'},
    'match.path': {name: 'the URL'},
  },
  *retriersIn(module, source): Iterable<Shape> {
    for (const call of module.calls) {
      if (hasSpread(call)) continue;
      if (module.nameOf(calleeOf(call)) === 'fetch-retry') yield readMaker(call, module, source);
      const maker = module.valueOf(calleeOf(call));
      if (maker?.type === 'CallExpression' && maker !== call && module.nameOf(calleeOf(maker)) === 'fetch-retry')
        yield* readCall(call, module, source);
    }
  },
  write: ({path, value}) =>
    path === 'maxAttempts'
      ? option(Number(value) - 1, 'retries')
      : path === 'backoff.delayMs'
        ? option(value, 'retryDelay')
        : undefined,
});

function readMaker(call: JsNode, module: JsModule, source: Source): Shape {
  const options = new Options(argumentsOf(call)[1], module);
  const retrier = retrierOf(call, options, 1, source, module);
  const shown = spanOf(calleeOf(call));
  const errors = setTriggers(retrier, options, module);
  const retries = errors === 'unknown' ? undefined : options.number('retries', 3);
  setRetries(retrier, retries, options.at('retries'));
  readWaits(retrier, options, retries, module, call);
  return retrier.shape({
    what: 'fetch-retry',
    errors,
    errorsSpan: options.at('retryOn') ?? shown,
    remedy: 'retryOn: [429, 503]',
    isScript: false,
  });
}

/** A call that has options of its own, or that may be carried out twice. */
function* readCall(call: JsNode, module: JsModule, source: Source): Iterable<Shape> {
  const [url, init] = argumentsOf(call);
  const options = new Options(init, module);
  const method = options.get('method');
  const known = method === undefined ? undefined : module.constantOf(method)?.value;
  const isPost = typeof known === 'string' && /^(?:post|patch)$/i.test(known) && !module.says(/idempot\w*[-_]?key/i);
  const hasOwn = ['retries', 'retryDelay', 'retryOn'].some(name => options.has(name));
  if (!hasOwn && !isPost) return;
  const retrier = retrierOf(call, options, 1, source, module);
  const errors = options.has('retryOn') ? setTriggers(retrier, options, module) : 'some';
  const retries = options.has('retries') && errors !== 'unknown' ? options.number('retries', 3) : undefined;
  setRetries(retrier, retries, options.at('retries'));
  if (options.has('retryDelay')) readWaits(retrier, options, retries, module, call);
  else retrier.unknown('backoff');
  const place = isPost && method !== undefined && url !== undefined ? placeOfUrl(url, module) : undefined;
  if (place !== undefined && method !== undefined && url !== undefined) {
    retrier.set('match.methods', [String(known).toUpperCase()], spanOf(method));
    if (place.origin !== undefined) retrier.set('match.origin', place.origin);
    retrier.set('match.path', place.path, spanOf(url));
  }
  yield retrier.shape({
    what: 'fetch-retry',
    errors,
    errorsSpan: options.at('retryOn') ?? spanOf(calleeOf(call)),
    remedy: 'retryOn: [429, 503]',
    isScript: false,
  });
}

function readWaits(
  retrier: Retrier,
  options: Options,
  retries: number | undefined,
  module: JsModule,
  call: JsNode,
): void {
  const shown = spanOf(calleeOf(call));
  const delay = options.get('retryDelay');
  const waits = options.isUnknown('retryDelay')
    ? undefined
    : delay === undefined
      ? waitsOf(() => exactly(1000), shown)
      : waitsOfDelay(delay, 0, module, spanOf(delay));
  writeWaits(retrier, waits, retries, delay && spanOf(delay));
}

/** A function decides by itself, also how often. */
function setTriggers(retrier: Retrier, options: Options, module: JsModule): 'some' | 'unknown' {
  const written = options.get('retryOn');
  if (written === undefined) return options.isUnknown('retryOn') ? 'unknown' : 'some';
  const list = module.valueOf(written);
  if (list === undefined || isFunction(list) || list.type !== 'ArrayExpression') {
    retrier.unknown('retryOn', spanOf(written));
    return 'unknown';
  }
  const statuses = nodesIn(list, 'elements').map(item => ({value: module.constantOf(item)?.value, at: spanOf(item)}));
  if (!statuses.every(({value}) => typeof value === 'number' && value >= 100 && value <= 599)) {
    retrier.unknown('retryOn', spanOf(written));
    return 'some';
  }
  retrier.setList('retryOn', [...statuses, {value: 'network', at: spanOf(written)}], spanOf(written));
  return 'some';
}
