/** tenacity 8 and 9: `@retry(stop=…, wait=…, retry=…)`, and the loops over `Retrying`. Defaults: no limit, no wait, any Exception. */

import type {CodeFacts} from '../../../shape/code.ts';
import type {Shape} from '../../../shape/shape.ts';
import type {Call, PythonModule} from '../../../source/python/module.ts';
import {type Argument, childrenOf, type SyntaxNode, spanOf} from '../../../source/python/syntax.ts';
import type {Source} from '../../../source/tree.ts';
import {IN_CODE} from '../../code/capabilities.ts';
import {NO_WAIT, NO_WAITS, setWaits} from '../../code/waits.ts';
import type {Dialect} from '../../dialect.ts';
import type {ErrorNames} from '../clients/table.ts';
import {errorNamesIn, kindOf} from '../errors.ts';
import {setDecorated} from '../inner.ts';
import {libraryDialect, seconds} from '../library.ts';
import {goesOverNetwork, passingErrors} from '../network-errors.ts';
import type {Packages} from '../packages.ts';
import {retriedBy, retrierOf} from '../retrier.ts';
import {readStop, stopOf} from './stop.ts';
import {readWait} from './wait.ts';
import {wordOf} from './words.ts';

const RETRIERS = /^tenacity(?:\.\w+)*\.(?:retry|Retrying|AsyncRetrying)$/;

export const tenacity: Dialect = libraryDialect({
  name: 'tenacity',
  capabilities: IN_CODE,
  defaults: {maxAttempts: 'unlimited', backoff: NO_WAIT},
  fields: {
    maxAttempts: {
      name: 'stop',
      format: value => (value === 'unlimited' ? 'stop_never' : `stop_after_attempt(${value})`),
    },
    backoff: {name: 'wait'},
    'backoff.kind': {name: 'wait'},
    'backoff.delayMs': seconds('wait'),
    'backoff.baseMs': seconds('multiplier'),
    'backoff.factor': {name: 'exp_base'},
    'backoff.stepMs': seconds('increment'),
    'backoff.jitter': {name: 'wait', format: () => 'wait_random_exponential'},
    retryingLayers: {name: 'retry'},
  },
  retriersIn: (module, source, packages) =>
    module.calls.flatMap(call => {
      const {name, parentheses, decorates, node} = call;
      if (RETRIERS.test(name) && (parentheses ?? decorates) !== undefined) return read(call, module, source, packages);
      const policy = decorates && parentheses === undefined ? policyOf(node, module) : undefined;
      return policy === undefined ? [] : use(policy, call, module, source);
    }),
  argumentOf: ({path, value}) => (path === 'code.reraise' ? ['reraise', value] : undefined),
});

interface Policy {
  readonly call: Call;
  readonly module: PythonModule;
}

/** The retry that `@policy` names, of `policy = retry(…)` in this file or in another one. */
function policyOf(decorator: SyntaxNode, module: PythonModule): Policy | undefined {
  const name = decorator.getChild('VariableName');
  const far = name && module.farOf(name);
  const own = far?.module ?? module;
  const call = name ? own.callOf(far?.value ?? name) : undefined;
  return call && RETRIERS.test(call.name) ? {call, module: own} : undefined;
}

/** Its waits and its errors are judged where it is made: here only what is repeated by it is. */
function use(policy: Policy, decorator: Call, module: PythonModule, source: Source): Shape[] {
  const named = new Map(policy.call.args.map(each => [each.name, each.value]));
  const retrier = retrierOf(decorator, source, module, []);
  for (const path of ['backoff', 'deadlineMs']) retrier.unknown(path);
  const stop = named.get('stop');
  const attempts = policy.call.isOpen || stop === undefined ? undefined : stopOf(stop, policy.module).attempts;
  retrier.set('maxAttempts', attempts === Infinity ? undefined : attempts);
  const errors = policy.call.isOpen ? 'unknown' : errorsOf(named.get('retry'), policy.module);
  setDecorated(retrier, decorator.decorates!, module, decorator.callee, errors);
  if (!retrier.isSet('retryingLayers') && retrier.endless === undefined) return [];
  const {callee: errorsSpan} = decorator;
  return [retrier.shape({what: 'tenacity', errors: 'unknown', errorsSpan, remedy: '', isScript: module.isScript})];
}

function read(call: Call, module: PythonModule, source: Source, packages: Packages | undefined): Shape[] {
  // `retry(f)` only wraps a function that is somewhere else.
  const named = new Map(call.args.flatMap(each => (each.name === undefined ? [] : [[each.name, each] as const])));
  const retrier = retrierOf(call, source, module, []);
  const wait = named.get('wait');
  const waits = wait === undefined ? {...NO_WAITS, at: call.callee} : readWait(wait, module, packages);
  const attempts = readStop(retrier, named.get('stop'), waits, module);
  if (waits === undefined) retrier.unknown('backoff', wait && spanOf(wait.value));
  else if (wait !== undefined) setWaits(retrier, waits, attempts);
  // Positional arguments are `sleep`, `stop` and `wait`: too rare to be read.
  const isOpen = call.isOpen || (call.args[0] !== undefined && call.args[0].name === undefined && call.args.length > 1);
  if (isOpen)
    for (const path of ['maxAttempts', 'deadlineMs', 'backoff']) if (!retrier.isSet(path)) retrier.unknown(path);
  const errors = isOpen && !named.has('retry') ? 'unknown' : errorsOf(named.get('retry')?.value, module);
  // A question is asked again because of its answer, and the server is well.
  if (!goesOverNetwork(errors) && !retrier.isSet('backoff')) retrier.unknown('backoff');
  const body = retriedBy(call);
  if (body !== undefined) setDecorated(retrier, body, module, call.callee, errors);
  const callback = named.get('retry_error_callback');
  const code: CodeFacts = {
    what: 'tenacity',
    errors: kindOf(errors),
    errorsSpan: named.get('retry')?.nameSpan ?? call.callee,
    remedy: `retry=retry_if_exception_type(${passingErrors(module)})`,
    swallowed: callback !== undefined && isDropped(callback.value, module) ? callback.nameSpan : undefined,
    wraps: !isOpen && callback === undefined && isOff(named.get('reraise'), module),
    isScript: module.isScript,
  };
  return [retrier.shape(code)];
}

const isOff = (given: Argument | undefined, module: PythonModule): boolean =>
  given === undefined || module.constantOf(given.value)?.value === false;

/** `lambda state: None`: the error of the last attempt, and what it says, are gone. */
function isDropped(node: SyntaxNode, module: PythonModule): boolean {
  if (node.name !== 'LambdaExpression') return false;
  const result = node.lastChild;
  return result !== null && module.constantOf(result) !== undefined;
}

/** Which errors `retry=` lets through. */
function errorsOf(node: SyntaxNode | undefined, module: PythonModule, depth = 0): ErrorNames {
  if (node === undefined) return 'every';
  if (depth > 8) return 'unknown';
  const inner = (child: SyntaxNode): ErrorNames => errorsOf(child, module, depth + 1);
  if (node.name === 'ParenthesizedExpression')
    return node.firstChild?.nextSibling ? inner(node.firstChild.nextSibling) : 'unknown';
  if (node.name === 'BinaryExpression') {
    const [left, sign, right] = childrenOf(node);
    if (left === undefined || sign === undefined || right === undefined) return 'unknown';
    return module.textOf(sign) === '|' ? any([inner(left), inner(right)]) : all([inner(left), inner(right)]);
  }
  const call = module.callOf(node);
  const word = wordOf(call?.name ?? module.names.nameOf(node));
  if (call === undefined || call.isOpen) return 'unknown';
  if (word === 'retry_any') return any(call.args.map(({value}) => inner(value)));
  if (word === 'retry_all') return all(call.args.map(({value}) => inner(value)));
  if (word !== 'retry_if_exception_type') return 'unknown';
  const [types] = call.args;
  return types === undefined ? 'every' : errorNamesIn(types.value, module);
}

/** Whichever of the conditions lets an error through. */
function any(parts: readonly ErrorNames[]): ErrorNames {
  if (parts.includes('every')) return 'every';
  return parts.includes('unknown') ? 'unknown' : parts.filter(part => typeof part !== 'string').flat();
}

/** What all of the conditions let through. */
function all(parts: readonly ErrorNames[]): ErrorNames {
  const [first, ...others] = parts.filter(part => typeof part !== 'string');
  if (first !== undefined) return first.filter(name => others.every(other => other.includes(name)));
  return parts.includes('unknown') ? 'unknown' : 'every';
}
