/** `model.with_retry(stop_after_attempt=3)` of LangChain: three attempts, spread by jitter, after any Exception. */

import type {Shape} from '../../shape/shape.ts';
import type {Call, PythonModule} from '../../source/python/module.ts';
import {type Argument, argumentsIn, childrenOf, type SyntaxNode, spanOf} from '../../source/python/syntax.ts';
import type {Source} from '../../source/tree.ts';
import {IN_CODE} from '../code/capabilities.ts';
import {NO_WAITS, setWaits} from '../code/waits.ts';
import type {Dialect} from '../dialect.ts';
import {attemptsOfRunnable, clientOf} from './clients/client.ts';
import {argumentOf} from './clients/construction.ts';
import {nodesIn} from './clients/functions.ts';
import {type ErrorNames, letsThrough} from './clients/table.ts';
import {errorNamesIn, kindOf} from './errors.ts';
import {libraryDialect, seconds} from './library.ts';
import {goesOverNetwork} from './network-errors.ts';
import {retrierOf} from './retrier.ts';

export const langchain: Dialect = libraryDialect({
  name: 'langchain',
  capabilities: IN_CODE,
  defaults: {
    maxAttempts: 3,
    backoff: {kind: 'exponential', baseMs: 1000, factor: 2, capMs: 1e12, jitter: 'full', throttledBaseMs: 0},
  },
  fields: {
    maxAttempts: {name: 'stop_after_attempt'},
    backoff: {name: 'wait_exponential_jitter'},
    'backoff.kind': {name: 'wait_exponential_jitter'},
    'backoff.delayMs': seconds('wait_exponential_jitter'),
    'backoff.baseMs': seconds('initial'),
    'backoff.jitter': {name: 'wait_exponential_jitter', format: () => 'True'},
    retryingLayers: {name: 'with_retry'},
  },
  retriersIn: (module, source) => {
    if (!module.names.modules.some(name => /^langchain|^langgraph/.test(name))) return [];
    return callsOf(module).flatMap(call => read(call, module, source));
  },
});

/** Calls of `with_retry`, also of objects that are not known. */
function callsOf(module: PythonModule): Call[] {
  const [first] = module.calls;
  if (first === undefined) return [];
  let top = first.node;
  while (top.parent !== null) top = top.parent;
  return nodesIn(top, ['CallExpression'], []).flatMap(node => {
    const callee = node.firstChild;
    const property = callee?.name === 'MemberExpression' ? callee.lastChild : null;
    const list = node.getChild('ArgList');
    if (property === null || property === undefined || list === null || module.textOf(property) !== 'with_retry')
      return [];
    const {list: args, isOpen} = argumentsIn(list, module.text);
    const [name, parentheses] = ['with_retry', spanOf(list)];
    return [{name, node, callee: spanOf(property), parentheses, args, isOpen, decorates: undefined}];
  });
}

const PARAMETERS = [
  'retry_if_exception_type',
  'wait_exponential_jitter',
  'exponential_jitter_params',
  'stop_after_attempt',
];

function read(call: Call, module: PythonModule, source: Source): Shape[] {
  // Another library may have a method of this name.
  if (call.args.some(({name}) => name === undefined || !PARAMETERS.includes(name))) return [];
  const retrier = retrierOf(call, source, module, []);
  const stop = argumentOf(call, 'stop_after_attempt');
  if (stop !== undefined) retrier.set('maxAttempts', attemptsOfRunnable(call, module), spanOf(stop.value));
  else if (call.isOpen) retrier.unknown('maxAttempts');
  const types = argumentOf(call, 'retry_if_exception_type');
  const errors = call.isOpen && types === undefined ? 'unknown' : errorsOf(types, module);
  const wait = argumentOf(call, 'wait_exponential_jitter');
  const isWaiting = wait === undefined ? true : module.constantOf(wait.value)?.value;
  if (wait !== undefined && isWaiting === false && goesOverNetwork(errors))
    setWaits(retrier, {...NO_WAITS, kind: 'none', at: spanOf(wait.value)}, undefined);
  else if (isWaiting !== true || call.isOpen || argumentOf(call, 'exponential_jitter_params') !== undefined)
    retrier.unknown('backoff', wait && spanOf(wait.value));
  const [object] = childrenOf(call.node.firstChild!);
  const model = object && clientOf(object, module);
  if (model?.isLangchain && letsThrough(model.raises, errors)) {
    const {name, maxAttempts} = model;
    if (maxAttempts !== undefined && maxAttempts > 1) {
      retrier.set('retryingLayers', [{name, maxAttempts}], call.callee);
      retrier.show('retryingLayers[0]', model.span);
    }
  }
  return [
    retrier.shape({
      what: 'with_retry',
      errors: kindOf(errors),
      errorsSpan: types?.nameSpan ?? call.callee,
      remedy: 'retry_if_exception_type=(RateLimitError, APIConnectionError)',
      isScript: module.isScript,
    }),
  ];
}

/** A tuple of classes, or a function that nothing is known of. */
function errorsOf(given: Argument | undefined, module: PythonModule): ErrorNames {
  if (given === undefined) return 'every';
  const node: SyntaxNode = given.value;
  const bound = node.name === 'VariableName' ? module.names.boundTo(node) : node;
  return bound?.name === 'TupleExpression' ? errorNamesIn(bound, module) : 'unknown';
}
