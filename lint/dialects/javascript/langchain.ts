/**
 * `model.withRetry({stopAfterAttempt: 3})` of @langchain/core 1.4.0: 3 attempts in all where nothing is written, with the waits and the jitter of its own
 * p-retry. A chat model below it makes up to 7 attempts of each.
 */

import type {Shape} from '../../shape/shape.ts';
import type {JsModule} from '../../source/javascript/module.ts';
import {type JsNode, keyOf, nodeIn, spanOf} from '../../source/javascript/syntax.ts';
import type {Source} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import type {Dialect} from '../dialect.ts';
import {clientOf} from './clients.ts';
import {jsDialect, option} from './library.ts';
import {argumentsOf, calleeOf, hasSpread, retrierOf} from './make.ts';
import {Options} from './options.ts';
import {attemptsField} from './schedules.ts';

export const langchain: Dialect = jsDialect({
  name: 'langchain',
  layer: 'client',
  words: ['.withRetry'],
  capabilities: {...IN_CODE, jitter: 'builtin'},
  defaults: {maxAttempts: 3},
  fields: {maxAttempts: attemptsField('stopAfterAttempt'), retryingLayers: {name: 'withRetry'}},
  *retriersIn(module, source): Iterable<Shape> {
    for (const call of module.calls) {
      const callee = calleeOf(call);
      if (callee.type !== 'MemberExpression' || keyOf(callee, 'property') !== 'withRetry' || hasSpread(call)) continue;
      const client = clientOf(nodeIn(callee, 'object'), module);
      if (client?.kind === 'langchain') yield read(call, module, source);
    }
  },
  write: ({path, value}) => (path === 'maxAttempts' ? option(value, 'stopAfterAttempt') : undefined),
});

function read(call: JsNode, module: JsModule, source: Source): Shape {
  const options = new Options(argumentsOf(call)[0], module);
  const retrier = retrierOf(call, options, 0, source, module);
  const callee = calleeOf(call);
  const shown = spanOf(nodeIn(callee, 'property') ?? callee);
  const client = clientOf(nodeIn(callee, 'object'), module);
  retrier.set('maxAttempts', options.number('stopAfterAttempt', 3), options.at('stopAfterAttempt'));
  if (client?.maxAttempts !== undefined && client.maxAttempts > 1) {
    retrier.set('retryingLayers', [{name: client.name, maxAttempts: client.maxAttempts}], shown);
    retrier.show('retryingLayers[0]', client.span);
  }
  return retrier.shape({what: 'withRetry', errors: 'unknown', errorsSpan: shown, remedy: '', isScript: false});
}
