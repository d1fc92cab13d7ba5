/**
 * Clients of the AWS SDK 3, as read in @smithy/core 's retry (util-retry 4.6.2): 3 attempts in all, full jitter, at most 20 s. A ConfiguredRetryStrategy waits as long
 * as its function says, and nothing spreads that.
 */

import type {Shape} from '../../shape/shape.ts';
import type {JsModule} from '../../source/javascript/module.ts';
import {type JsNode, nodeIn, spanOf} from '../../source/javascript/syntax.ts';
import {noOptions} from '../../source/javascript/tree.ts';
import type {Source} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import {setWaits} from '../code/waits.ts';
import type {Dialect} from '../dialect.ts';
import {jsDialect, option} from './library.ts';
import {argumentsOf, calleeOf, hasSpread, retrierOf, retrierWith} from './make.ts';
import {Options} from './options.ts';
import {attemptsField, backoffFields, waitsOfDelay} from './schedules.ts';

const STRATEGY = /^@(?:smithy\/(?:util-retry|core\/retry)|aws-sdk\/util-retry)\.ConfiguredRetryStrategy$/;
const CLIENT = /^@aws-sdk\/(?:client|lib)-[\w-]+\.\w+$/;

export const aws: Dialect = jsDialect({
  name: 'aws-sdk',
  layer: 'client',
  words: ['@aws-sdk/', '@smithy/'],
  capabilities: IN_CODE,
  defaults: {
    maxAttempts: 3,
    backoff: {kind: 'exponential', baseMs: 100, factor: 2, capMs: 20_000, throttledBaseMs: 500, jitter: 'full'},
  },
  fields: {
    maxAttempts: attemptsField('maxAttempts'),
    ...backoffFields('the delay'),
  },
  *retriersIn(module, source): Iterable<Shape> {
    for (const call of module.calls) {
      const name = call.type === 'NewExpression' ? (module.nameOf(nodeIn(call, 'callee')) ?? '') : '';
      if (hasSpread(call)) continue;
      if (STRATEGY.test(name)) yield readStrategy(call, module, source);
      else if (CLIENT.test(name)) yield* readClient(call, module, source);
    }
  },
  write: ({path, value}) => (path === 'maxAttempts' ? option(value, 'maxAttempts') : undefined),
});

const facts = (call: JsNode) =>
  ({what: 'The AWS SDK', errors: 'some', errorsSpan: spanOf(calleeOf(call)), remedy: '', isScript: false}) as const;

function* readClient(call: JsNode, module: JsModule, source: Source): Iterable<Shape> {
  const options = new Options(argumentsOf(call)[0], module);
  if (!options.has('maxAttempts') || options.has('retryStrategy')) return;
  const retrier = retrierOf(call, options, 0, source, module);
  retrier.set('maxAttempts', options.number('maxAttempts', 3), options.at('maxAttempts'));
  yield retrier.shape(facts(call));
}

function readStrategy(call: JsNode, module: JsModule, source: Source): Shape {
  const shown = spanOf(calleeOf(call));
  const [attempts, delay] = argumentsOf(call);
  const retrier = retrierWith(noOptions(shown), call, shown, source, module);
  const number = attempts && module.numberOf(attempts);
  retrier.set('maxAttempts', number, attempts && spanOf(attempts));
  // It is asked for the wait before retry 1, 2, 3.
  const waits = delay && waitsOfDelay(delay, 1, module, spanOf(delay));
  if (delay !== undefined && waits === undefined) retrier.unknown('backoff', spanOf(delay));
  if (waits !== undefined) setWaits(retrier, waits, number);
  return retrier.shape(facts(call));
}
