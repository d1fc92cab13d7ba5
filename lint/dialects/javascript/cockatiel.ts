/**
 * cockatiel 3.2.1, as read in its package: `retry(policy, {maxAttempts, backoff})`, whose maxAttempts counts retries and is Infinity, without a wait, where
 * nothing is written. ExponentialBackoff waits 128 ms and doubles up to 30 s, with decorrelated jitter.
 */

import type {CodeFacts} from '../../shape/code.ts';
import type {Shape} from '../../shape/shape.ts';
import type {JsModule} from '../../source/javascript/module.ts';
import {type JsNode, nodeIn, nodesIn, spanOf} from '../../source/javascript/syntax.ts';
import type {Source, Span} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import {NO_WAITS, type Waits} from '../code/waits.ts';
import type {Dialect} from '../dialect.ts';
import {exactly} from './evaluate.ts';
import {jsDialect, option} from './library.ts';
import {argumentsOf, calleeOf, hasSpread, retrierOf} from './make.ts';
import {Options} from './options.ts';
import {backoffFields, NO_BACKOFF, retriesField, setRetries, waitsOf, writeWaits} from './schedules.ts';

export const cockatiel: Dialect = jsDialect({
  name: 'cockatiel',
  layer: 'code',
  words: ['cockatiel'],
  capabilities: IN_CODE,
  defaults: {
    maxAttempts: 'unlimited',
    backoff: NO_BACKOFF,
  },
  fields: {
    maxAttempts: retriesField('maxAttempts'),
    ...backoffFields('backoff'),
    'backoff.baseMs': {name: 'initialDelay'},
    'backoff.factor': {name: 'exponent'},
    'backoff.capMs': {name: 'maxDelay'},
    'backoff.jitter': {name: 'generator', format: () => 'decorrelatedJitterGenerator'},
    retryingLayers: {name: 'retry'},
  },
  *retriersIn(module, source): Iterable<Shape> {
    for (const call of module.calls)
      if (module.nameOf(calleeOf(call)) === 'cockatiel.retry' && !hasSpread(call)) yield read(call, module, source);
  },
  write: ({path, value}) => (path === 'maxAttempts' ? option(Number(value) - 1, 'maxAttempts') : undefined),
});

function read(call: JsNode, module: JsModule, source: Source): Shape {
  const [policy, second] = argumentsOf(call);
  const options = new Options(second, module);
  const retrier = retrierOf(call, options, 1, source, module);
  const shown = spanOf(calleeOf(call));
  const retries = options.number('maxAttempts', Infinity);
  setRetries(retrier, retries, options.at('maxAttempts'));
  const waits = waitsIn(options, module, shown);
  writeWaits(retrier, waits, retries, options.at('backoff'));
  const errors: CodeFacts['errors'] =
    module.nameOf(policy) === 'cockatiel.handleAll'
      ? 'every'
      : /^cockatiel\.handleType$/.test(nameOfCall(policy, module))
        ? 'some'
        : 'unknown';
  return retrier.shape({
    what: 'cockatiel',
    errors,
    errorsSpan: policy === undefined ? shown : spanOf(policy),
    remedy: 'handleWhen(error => isTransient(error))',
    isScript: false,
  });
}

const nameOfCall = (node: JsNode | undefined, module: JsModule): string => {
  const value = node && module.valueOf(node);
  return value?.type === 'CallExpression' ? (module.nameOf(calleeOf(value)) ?? '') : '';
};

function waitsIn(options: Options, module: JsModule, shown: Span): Waits | undefined {
  if (options.isUnknown('backoff')) return undefined;
  const written = options.get('backoff');
  if (written === undefined) return {...NO_WAITS, at: shown};
  const made = module.valueOf(written);
  const at = spanOf(written);
  if (made?.type !== 'NewExpression') return undefined;
  const [first] = argumentsOf(made);
  switch (module.nameOf(nodeIn(made, 'callee'))) {
    case 'cockatiel.ConstantBackoff': {
      const delay = first && module.numberOf(first);
      return delay === undefined ? undefined : waitsOf(() => exactly(delay), at);
    }
    case 'cockatiel.IterableBackoff': {
      const list = first && module.valueOf(first);
      const delays =
        list?.type === 'ArrayExpression' ? nodesIn(list, 'elements').map(each => module.numberOf(each)) : [];
      return delays.length === 0
        ? undefined
        : waitsOf(n => {
            const delay = delays[Math.min(n, delays.length - 1)];
            return delay === undefined ? undefined : exactly(delay);
          }, at);
    }
    case 'cockatiel.ExponentialBackoff':
      return exponential(new Options(first, module), module, at);
    default:
      return undefined;
  }
}

function exponential(options: Options, module: JsModule, at: Span): Waits | undefined {
  const [base, factor] = [options.number('initialDelay', 128), options.number('exponent', 2)];
  const cap = options.number('maxDelay', 30_000);
  const generator = options.get('generator');
  const name = generator === undefined ? 'cockatiel.decorrelatedJitterGenerator' : module.nameOf(generator);
  if (base === undefined || factor === undefined || cap === undefined || options.isUnknown('generator'))
    return undefined;
  const isRandom = /^cockatiel\.(?:decorrelated|full|half)JitterGenerator$/.test(name ?? '');
  if (!isRandom && name !== 'cockatiel.noJitterGenerator') return undefined;
  return {
    ...NO_WAITS,
    kind: 'exponential',
    baseS: base / 1000,
    factor,
    capS: cap / 1000,
    jitter: isRandom ? 'full' : 'none',
    at,
    baseAt: options.at('initialDelay'),
    capAt: options.at('maxDelay'),
    jitterAt: options.at('generator'),
  };
}
