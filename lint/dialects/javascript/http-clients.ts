/**
 * got 14.6.6 and ky 1.14.3 (2.1.0 is the same here), where `retry` is written: as read in their packages.
 * got: 2 retries after 1 and 2 s, with up to 100 ms of noise, and no timeout. ky: 2 retries after 0.3 and 0.6 s, without jitter, and 10 s for each attempt.
 * Both leave POST alone unless `methods` names it, and wait as long as Retry-After says.
 */

import type {PolicyInput} from '../../../src/policy/types.ts';
import type {Shape} from '../../shape/shape.ts';
import type {JsModule} from '../../source/javascript/module.ts';
import {type JsNode, nodesIn, spanOf} from '../../source/javascript/syntax.ts';
import type {Node, Source, Span} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import type {Retrier} from '../code/retrier.ts';
import {NO_WAITS, type Waits} from '../code/waits.ts';
import type {Dialect, FieldChange, TreeChange} from '../dialect.ts';
import {exactly} from './evaluate.ts';
import {jsDialect, option} from './library.ts';
import {argumentsOf, calleeOf, hasSpread, retrierOf} from './make.ts';
import {Options} from './options.ts';
import {placeOfUrl} from './posts.ts';
import {backoffFields, retriesField, setRetries, waitsOf, waitsOfFunction, writeWaits} from './schedules.ts';

interface Kind {
  readonly name: 'got' | 'ky';
  /** Makes another client. */
  readonly makers: RegExp;
  readonly statuses: readonly number[];
  readonly jitterBy: string;
  readonly waitsOf: (retry: Options, module: JsModule, at: Span) => Waits | undefined;
  /** The timeout of an attempt; null for none, undefined where it is not known. */
  readonly timeoutOf: (options: Options, module: JsModule) => number | null | undefined;
  readonly timeoutMs: number | null;
  readonly write: (change: Extract<FieldChange, {do: 'set'}>, shape: Shape) => readonly TreeChange[] | undefined;
}

const VERBS = '(?:\\.(?:get|post|put|patch|head|delete|stream|paginate))?';

function dialectOf({name, makers, statuses, jitterBy, waitsOf: waitsIn, timeoutOf, timeoutMs, write}: Kind): Dialect {
  const calls = new RegExp(`^${name}${VERBS}$`);
  function read(call: JsNode, full: string, module: JsModule, source: Source): Shape[] {
    const given = argumentsOf(call);
    const isMaker = makers.test(full);
    const isAlone = isMaker || (full === name && new Options(given[0], module).object !== undefined);
    const index = isAlone ? 0 : 1;
    const options = new Options(given[index], module);
    const written = options.get('retry');
    const limit = written === undefined ? undefined : module.numberOf(written);
    const retry = new Options(written, module);
    if (written === undefined || (limit === undefined && retry.object === undefined)) return [];
    const retrier = retrierOf(call, options, index, source, module);
    const shown = options.keyAt('retry') ?? spanOf(calleeOf(call));
    const number = limit ?? retry.number('limit', 2);
    setRetries(retrier, number, limit === undefined ? retry.at('limit') : spanOf(written));
    const others = limit === undefined ? retry : new Options(undefined, module);
    writeWaits(retrier, waitsIn(others, module, shown), number, shown);
    setLists(retrier, others, full, module);
    const place = isAlone || given[0] === undefined ? undefined : placeOfUrl(given[0], module);
    if (place !== undefined && given[0] !== undefined && retrier.isSet('match.methods'))
      retrier.set('match.path', place.path, spanOf(given[0]));
    const timeout = isMaker ? undefined : timeoutOf(options, module);
    // What calls a client that is made here may set its timeout.
    if (timeout === undefined) retrier.unknown('attemptTimeoutMs', options.at('timeout'));
    else retrier.set('attemptTimeoutMs', timeout, options.at('timeout'));
    return [retrier.shape({what: name, errors: 'some', errorsSpan: shown, remedy: '', isScript: false})];
  }
  return jsDialect({
    name,
    layer: 'client',
    words: [`'${name}'`, `"${name}"`],
    capabilities: {...IN_CODE, gatesByMethod: true, attemptTimeout: true, honorsHint: true},
    defaults: {
      maxAttempts: 3,
      attemptTimeoutMs: timeoutMs,
      retryOn: [...statuses, 'network', 'timeout'] as NonNullable<PolicyInput['retryOn']>,
    },
    fields: {
      maxAttempts: retriesField('retry.limit'),
      attemptTimeoutMs: {name: 'timeout', ...(name === 'got' && {format: value => `{request: ${value}}`})},
      retryOn: {name: 'retry.statusCodes'},
      ...backoffFields('retry'),
      'backoff.delayMs': {name: 'retry.delay'},
      'backoff.capMs': {name: 'retry.backoffLimit'},
      'backoff.jitter': {name: `retry.${jitterBy}`, format: value => (value === 'none' ? 'undefined' : 'true')},
      'match.methods': {name: 'retry.methods'},
      'match.path': {name: 'the URL'},
    },
    *retriersIn(module, source): Iterable<Shape> {
      for (const call of module.calls) {
        const full = module.nameOf(calleeOf(call)) ?? '';
        if ((calls.test(full) || makers.test(full)) && !hasSpread(call)) yield* read(call, full, module, source);
      }
    },
    write,
  });
}

function setLists(retrier: Retrier, retry: Options, full: string, module: JsModule): void {
  const codes = retry.get('statusCodes');
  const statuses = codes && itemsOf(codes, module);
  if (statuses?.every(({value}) => typeof value === 'number'))
    retrier.setList(
      'retryOn',
      statuses.filter(({value}) => Number(value) >= 100 && Number(value) <= 599),
      codes && spanOf(codes),
    );
  else if (codes !== undefined || retry.isUnknown('statusCodes')) retrier.unknown('retryOn', codes && spanOf(codes));
  const given = retry.get('methods');
  const methods = given && itemsOf(given, module)?.map(({value}) => value);
  if (given === undefined || !methods?.every(method => typeof method === 'string')) return;
  const verb = /\.(get|post|put|patch|head|delete)$/.exec(full)?.[1]?.toUpperCase();
  const upper = methods.map(method => method.toUpperCase());
  // A call by its own method repeats only that method.
  const own = verb === undefined ? upper : upper.filter(method => method === verb);
  // Whether the calls of a client send a key, the client may set in its headers.
  if (own.length === 0 || module.says(/idempot\w*[-_]?key/i)) return;
  retrier.set('match.methods', own, spanOf(given));
  if (own.some(method => method === 'POST' || method === 'PATCH'))
    retrier.set('idempotentMethods', [...SAFE, ...own], spanOf(given));
}

const SAFE = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'];

function itemsOf(node: JsNode, module: JsModule): {value: unknown; at: Span}[] | undefined {
  const list = module.valueOf(node);
  if (list?.type !== 'ArrayExpression') return undefined;
  const items = nodesIn(list, 'elements');
  if (items.some(({type}) => type === 'SpreadElement')) return undefined;
  return items.map(item => ({value: module.constantOf(item)?.value, at: spanOf(item)}));
}

/** What is written as `retry`: a number, or an object. */
function retryIn({unit: {root}}: Shape): Node | undefined {
  return root.kind === 'object' ? root.properties.findLast(({key}) => key === 'retry')?.value : undefined;
}

/** Writes the object of retries where a number is written in its place. */
function inRetry(name: string, value: unknown, shape: Shape): readonly TreeChange[] {
  const written = retryIn(shape);
  return written?.kind === 'scalar' && typeof written.value === 'number'
    ? option({limit: written.value, [name]: value}, 'retry')
    : option(value, 'retry', name);
}

const writeLimit = (value: unknown, shape: Shape): readonly TreeChange[] =>
  option(Number(value) - 1, ...(retryIn(shape)?.kind === 'scalar' ? ['retry'] : ['retry', 'limit']));

export const got: Dialect = dialectOf({
  name: 'got',
  makers: /^got\.extend$/,
  statuses: [408, 413, 429, 500, 502, 503, 504, 521, 522, 524],
  jitterBy: 'noise',
  timeoutMs: null,
  timeoutOf(options, module) {
    if (options.isUnknown('timeout')) return undefined;
    const timeout = options.get('timeout');
    if (timeout === undefined) return options.has('signal') ? undefined : null;
    const inner = new Options(timeout, module);
    const request = inner.get('request') ?? inner.get('response');
    return request === undefined ? undefined : module.numberOf(request);
  },
  waitsOf(retry, _, at) {
    const [cap, noise] = [retry.number('backoffLimit', Infinity), retry.number('noise', 100)];
    if (cap === undefined || noise === undefined || retry.has('calculateDelay') || retry.isUnknown('calculateDelay'))
      return undefined;
    // Noise is a window of its own, whatever the wait is: a tenth of the first one where nothing is written.
    return {
      ...NO_WAITS,
      kind: 'exponential',
      baseS: 1,
      factor: 2,
      capS: cap / 1000,
      jitter: noise > 0 ? 'full' : 'none',
      at,
      capAt: retry.at('backoffLimit'),
      jitterAt: retry.at('noise'),
    };
  },
  write: ({path, value}, shape) =>
    path === 'maxAttempts'
      ? writeLimit(value, shape)
      : path === 'attemptTimeoutMs'
        ? option({request: value}, 'timeout')
        : path === 'backoff.capMs'
          ? inRetry('backoffLimit', value, shape)
          : undefined,
});

export const ky: Dialect = dialectOf({
  name: 'ky',
  makers: /^ky\.(?:create|extend)$/,
  statuses: [408, 413, 429, 500, 502, 503, 504],
  jitterBy: 'jitter',
  timeoutMs: 10_000,
  timeoutOf(options, module) {
    if (options.isUnknown('timeout')) return undefined;
    const timeout = options.get('timeout');
    if (timeout === undefined) return 10_000;
    const known = module.constantOf(timeout)?.value;
    return known === false ? null : typeof known === 'number' ? known : undefined;
  },
  waitsOf(retry, module, at) {
    const cap = retry.number('backoffLimit', Infinity);
    if (cap === undefined || retry.isUnknown('jitter') || retry.isUnknown('delay')) return undefined;
    const delay = retry.get('delay');
    const waits =
      delay === undefined
        ? waitsOf(n => exactly(Math.min(300 * 2 ** n, cap)), at)
        : cap === Infinity
          ? waitsOfFunction(delay, 1, module, spanOf(delay))
          : undefined;
    const jitter = retry.get('jitter');
    const known = jitter === undefined ? false : module.constantOf(jitter)?.value;
    if (waits === undefined || typeof known !== 'boolean') return undefined;
    return {...waits, ...(known && {jitter: 'full'}), jitterAt: retry.at('jitter'), capAt: retry.at('backoffLimit')};
  },
  write: ({path, value}, shape) =>
    path === 'maxAttempts'
      ? writeLimit(value, shape)
      : path === 'attemptTimeoutMs'
        ? option(value, 'timeout')
        : path === 'backoff.jitter'
          ? inRetry('jitter', value !== 'none', shape)
          : path === 'backoff.capMs'
            ? inRetry('backoffLimit', value, shape)
            : undefined,
});
