/** Clients of model endpoints where they are made, and the AI SDK where it is called: `new OpenAI({maxRetries: 2, timeout: 60_000})`. */

import type {CodeFacts} from '../../shape/code.ts';
import type {Shape} from '../../shape/shape.ts';
import type {JsModule} from '../../source/javascript/module.ts';
import {bare, type JsNode, keyOf, nodeIn, spanOf} from '../../source/javascript/syntax.ts';
import type {Source} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import type {Dialect} from '../dialect.ts';
import {AI_CALLS, clientOf, libraryOf} from './clients.ts';
import {jsDialect, option} from './library.ts';
import {argumentsOf, calleeOf, hasSpread, retrierOf} from './make.ts';
import {Options} from './options.ts';
import {retriesField, setRetries} from './schedules.ts';

export const modelClient: Dialect = jsDialect({
  name: 'model-client',
  layer: 'client',
  words: ['openai', '@anthropic-ai/', '@langchain/', "'ai'", '"ai"'],
  capabilities: {...IN_CODE, jitter: 'builtin', attemptTimeout: true, honorsHint: true},
  defaults: {
    maxAttempts: 3,
    attemptTimeoutMs: 600_000,
    backoff: {kind: 'exponential', baseMs: 500, factor: 2, capMs: 8000, throttledBaseMs: 0},
  },
  fields: {
    // Retries, without the first attempt.
    maxAttempts: retriesField('maxRetries'),
    attemptTimeoutMs: {name: 'timeout'},
  },
  *retriersIn(module, source): Iterable<Shape> {
    for (const call of module.calls) {
      if (hasSpread(call)) continue;
      if (libraryOf(call, module) !== undefined) yield readConstruction(call, module, source);
      else if (AI_CALLS.test(module.nameOf(calleeOf(call)) ?? '')) yield readAi(call, module, source);
      else yield* readOptions(call, module, source);
    }
  },
  write: ({path, value}) =>
    path === 'code.retries'
      ? option(value, 'maxRetries')
      : path === 'code.timeout'
        ? option(Number(value) * 1000, 'timeout')
        : path === 'maxAttempts'
          ? option(Number(value) - 1, 'maxRetries')
          : path === 'attemptTimeoutMs'
            ? option(value, 'timeout')
            : undefined,
});

const facts = (what: string, call: JsNode, more: Pick<CodeFacts, 'hidden'> = {}): CodeFacts => ({
  what,
  errors: 'some',
  errorsSpan: spanOf(calleeOf(call)),
  remedy: '',
  isScript: false,
  ...more,
});

function readConstruction(call: JsNode, module: JsModule, source: Source): Shape {
  const library = libraryOf(call, module)!;
  const options = new Options(argumentsOf(call)[0], module);
  const retrier = retrierOf(call, options, 0, source, module);
  const retries = options.number('maxRetries', library.retries);
  // The six of LangChain are its own choice.
  const isOwn = library.kind === 'langchain' && !options.has('maxRetries');
  if (isOwn) retrier.unknown('maxAttempts');
  else setRetries(retrier, retries, options.at('maxRetries'));
  const timeout = options.get('timeout');
  // A fetch, or an agent, may have a timeout of its own.
  const isElsewhere = ['fetch', 'httpAgent', 'fetchOptions', 'configuration'].some(name => options.has(name));
  const isWritten = options.has('maxRetries') || timeout !== undefined;
  if (timeout !== undefined) retrier.set('attemptTimeoutMs', module.numberOf(timeout), spanOf(timeout));
  else if (options.isUnknown('timeout') || isElsewhere || library.kind === 'langchain')
    retrier.unknown('attemptTimeoutMs');
  const isHidden = !isWritten && !options.isUnknown('maxRetries') && library.kind === 'sdk' && !isElsewhere;
  return retrier.shape(
    facts(
      library.name.replace(/^t/, 'T'),
      call,
      isHidden ? {hidden: {retries: library.retries, timeoutS: library.timeoutS}} : {},
    ),
  );
}

/** The time of a call to the AI SDK is its signal's. */
function readAi(call: JsNode, module: JsModule, source: Source): Shape {
  const options = new Options(argumentsOf(call)[0], module);
  const retrier = retrierOf(call, options, 0, source, module);
  const retries = options.number('maxRetries', 2);
  setRetries(retrier, retries, options.at('maxRetries'));
  retrier.unknown('attemptTimeoutMs');
  return retrier.shape(facts('The AI SDK', call));
}

/** `client.withOptions({maxRetries: 5})`, and the options of a request. A timeout alone says nothing of retries. */
function* readOptions(call: JsNode, module: JsModule, source: Source): Iterable<Shape> {
  const callee = calleeOf(call);
  if (callee.type !== 'MemberExpression') return;
  const isMethod = keyOf(callee, 'property') === 'withOptions';
  const index = isMethod ? 0 : 1;
  const given = argumentsOf(call)[index];
  const options = new Options(given, module);
  if (given === undefined || !options.has('maxRetries')) return;
  const client = isMethod ? clientOf(nodeIn(callee, 'object'), module) : clientBelow(callee, module);
  if (client === undefined) return;
  const retrier = retrierOf(call, options, index, source, module);
  const retries = options.number('maxRetries', 2);
  setRetries(retrier, retries, options.at('maxRetries'));
  const timeout = options.get('timeout');
  if (timeout === undefined) retrier.unknown('attemptTimeoutMs');
  else retrier.set('attemptTimeoutMs', module.numberOf(timeout), spanOf(timeout));
  yield retrier.shape(facts(client.name.replace(/^t/, 'T'), call));
}

function clientBelow(callee: JsNode, module: JsModule): ReturnType<typeof clientOf> {
  for (let at: JsNode | undefined = bare(nodeIn(callee, 'object')); at !== undefined; at = bare(nodeIn(at, 'object'))) {
    const client = clientOf(at, module);
    if (client !== undefined) return client;
    if (at.type !== 'MemberExpression') return undefined;
  }
  return undefined;
}
