/** What urllib3 and httpx-retries have in common: lists of methods and of statuses. */

import type {PythonModule} from '../../source/python/module.ts';
import {type Argument, childrenOf, type SyntaxNode, spanOf} from '../../source/python/syntax.ts';
import type {Span} from '../../source/tree.ts';
import type {Retrier} from '../code/retrier.ts';
import {Evaluator} from './loop/values.ts';

export interface Status {
  readonly value: number;
  /** Undefined for one that a default has. */
  readonly at: Span | undefined;
}

export interface HttpRetry {
  /** Undefined where they are not known. */
  readonly statuses: readonly Status[] | undefined;
  /** `every`: the method is not asked for. Undefined for the default, which is safe, and where they are not known. */
  readonly methods: readonly string[] | 'every' | undefined;
  /** Whether it tries again where a request was sent and no answer came. */
  readonly repeatsLost: boolean;
}

export function setStatuses(retrier: Retrier, {statuses, repeatsLost}: HttpRetry, at: Span | undefined): void {
  const lost = repeatsLost ? LOST : [];
  const known = statuses ?? [];
  // Nothing is said of a list that cannot be read, unless something else is known to be tried again.
  if (lost.length + known.length === 0) return retrier.unknown('retryOn', at);
  const shown = at ?? retrier.unit.root.span;
  const written = known.map(({value, at: place = shown}) => ({value, at: place}));
  retrier.setList('retryOn', [...written, ...lost.map(value => ({value, at: shown}))], at);
}

const LOST = ['network', 'timeout'] as const;

export function setMethods(retrier: Retrier, {methods}: HttpRetry, at: Span | undefined): void {
  if (methods !== undefined) retrier.set('match.methods', methods === 'every' ? EVERY : methods, at);
}

const EVERY = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'POST', 'PATCH'];

/** `["GET", "POST"]`, `frozenset({"GET"})`, `None`; also what is added to a default: `Retry.DEFAULT_ALLOWED_METHODS | {"POST"}`. */
export function methodsIn(given: Argument | undefined, module: PythonModule): HttpRetry['methods'] {
  if (given === undefined) return undefined;
  const value = module.constantOf(given.value)?.value;
  if (value === null || value === false) return 'every';
  const methods = itemsOf(given.value, module)?.map(item => module.constantOf(item)?.value);
  return methods?.every(method => typeof method === 'string')
    ? methods.length === 0
      ? 'every'
      : methods.map(method => method.toUpperCase())
    : undefined;
}

export function statusesIn(given: Argument | undefined, module: PythonModule): readonly Status[] | undefined {
  if (given === undefined || module.constantOf(given.value)?.value === null) return [];
  const statuses = itemsOf(given.value, module)?.map(item => ({
    value: module.constantOf(item)?.value,
    at: spanOf(item),
  }));
  if (!statuses?.every((status): status is {value: number; at: Span} => Number.isInteger(status.value)))
    return undefined;
  // Other numbers are never the status of an answer.
  return statuses.filter(({value}) => value >= 100 && value <= 599);
}

/** The entries of a list, of lists that are put together, or of a name for them. */
function itemsOf(node: SyntaxNode, module: PythonModule, depth = 0): SyntaxNode[] | undefined {
  if (depth > 8) return undefined;
  const [left, sign, right] = node.name === 'BinaryExpression' ? childrenOf(node) : [];
  if (left !== undefined && right !== undefined && sign !== undefined && /^[|+]$/.test(module.textOf(sign))) {
    const [a, b] = [left, right].map(part => (isDefault(part, module) ? [] : itemsOf(part, module, depth + 1)));
    return a && b && [...a, ...b];
  }
  const bound = module.names.boundTo(node);
  return bound === undefined ? new Evaluator(module).itemsOf(node) : itemsOf(bound, module, depth + 1);
}

/** `Retry.DEFAULT_ALLOWED_METHODS`. */
const isDefault = (node: SyntaxNode, module: PythonModule): boolean =>
  /\.(?:DEFAULT_ALLOWED_METHODS|DEFAULT_METHOD_WHITELIST|RETRYABLE_METHODS)$/.test(module.textOf(node));
