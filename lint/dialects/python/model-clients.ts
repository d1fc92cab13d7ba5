/** Clients of model endpoints, where they are made: `OpenAI(max_retries=2, timeout=60)`. */

import type {CodeFacts} from '../../shape/code.ts';
import type {Shape} from '../../shape/shape.ts';
import type {Call, PythonModule} from '../../source/python/module.ts';
import {type SyntaxNode, spanOf} from '../../source/python/syntax.ts';
import type {Source} from '../../source/tree.ts';
import type {Retrier} from '../code/retrier.ts';
import type {Dialect} from '../dialect.ts';
import {clientOf} from './clients/client.ts';
import {argumentOf, type Construction, constructionOf, timeoutS} from './clients/construction.ts';
import {libraryDialect, seconds} from './library.ts';
import {retrierOf} from './retrier.ts';

export const modelClient: Dialect = libraryDialect({
  name: 'model-client',
  capabilities: {
    gatesByMethod: false,
    jitter: 'builtin',
    attemptTimeout: true,
    honorsHint: true,
    defaultBudget: false,
    kind: 'call',
  },
  defaults: {
    maxAttempts: 3,
    attemptTimeoutMs: 600_000,
    backoff: {kind: 'exponential', baseMs: 500, factor: 2, capMs: 8000, throttledBaseMs: 0},
  },
  fields: {
    // Retries, without the first attempt.
    maxAttempts: {
      name: 'max_retries',
      format: value => (typeof value === 'number' ? String(value - 1) : String(value)),
    },
    attemptTimeoutMs: seconds('timeout'),
  },
  retriersIn: (module, source) =>
    module.calls.flatMap(call => {
      const construction = constructionOf(call, module);
      // A router has words of its own, and no client below it retries.
      if (construction?.library.kind === 'router') return [];
      if (construction !== undefined) return [readConstruction(construction, module, source)];
      return /\)\.(?:with_options|copy)$/.test(call.name) ? readOptions(call, module, source) : [];
    }),
  argumentOf: ({path, value}) =>
    path === 'code.retries' ? ['max_retries', value] : path === 'code.timeout' ? ['timeout', value] : undefined,
});

function readConstruction(construction: Construction, module: PythonModule, source: Source): Shape {
  const {library, call, retries, retriesBy} = construction;
  const retrier = retrierOf(call, source, module, []);
  const timeout = argumentOf(call, ...library.timeoutBy);
  if (retriesBy !== undefined) setRetries(retrier, retries, retriesBy.value);
  else if (call.isOpen) retrier.unknown('maxAttempts');
  if (timeout !== undefined) readTimeout(retrier, timeout.value, module);
  // A client of httpx brings a timeout of its own.
  else if (call.isOpen || argumentOf(call, 'http_client', 'http_async_client') !== undefined)
    retrier.unknown('attemptTimeoutMs');
  const isWritten = retriesBy !== undefined || timeout !== undefined;
  const isHidden = !isWritten && !retrier.isSet('attemptTimeoutMs');
  return retrier.shape({
    ...facts(library.name, call, module),
    hidden: isHidden ? {retries: library.retries, timeoutS: library.timeoutS} : undefined,
  });
}

/** `client.with_options(max_retries=5)`. A timeout alone says nothing of retries. */
function readOptions(call: Call, module: PythonModule, source: Source): Shape[] {
  const given = argumentOf(call, 'max_retries');
  const client = given && clientOf(call.node, module);
  if (given === undefined || client === undefined) return [];
  const retrier = retrierOf(call, source, module, []);
  setRetries(retrier, client.maxAttempts === undefined ? undefined : client.maxAttempts - 1, given.value);
  const timeout = argumentOf(call, 'timeout');
  if (timeout === undefined) retrier.unknown('attemptTimeoutMs');
  else readTimeout(retrier, timeout.value, module);
  return [retrier.shape(facts(client.name, call, module))];
}

function setRetries(retrier: Retrier, retries: number | undefined, {from, to}: SyntaxNode): void {
  retrier.set('maxAttempts', retries === undefined ? undefined : retries + 1, {start: from, end: to});
}

function readTimeout(retrier: Retrier, node: SyntaxNode, module: PythonModule): void {
  const timeout = timeoutS(node, module);
  retrier.set('attemptTimeoutMs', typeof timeout === 'number' ? timeout * 1000 : timeout, spanOf(node));
}

const facts = (name: string, call: Call, module: PythonModule): CodeFacts => ({
  what: name.replace(/^t/, 'T'),
  errors: 'some',
  errorsSpan: call.callee,
  remedy: '',
  isScript: module.isScript,
});
