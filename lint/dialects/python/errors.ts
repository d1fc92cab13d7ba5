/** Which errors a retrier catches. */

import type {CodeFacts} from '../../shape/code.ts';
import type {PythonModule} from '../../source/python/module.ts';
import {childrenOf, type SyntaxNode} from '../../source/python/syntax.ts';
import type {ErrorNames} from './clients/table.ts';

/** What rules know of them. */
export const kindOf = (names: ErrorNames): CodeFacts['errors'] => (typeof names === 'string' ? names : 'some');

/** The full names of a class, or of a tuple of classes: `openai.RateLimitError`. */
export function errorNamesIn(node: SyntaxNode, module: PythonModule): ErrorNames {
  const list = LISTS.includes(node.name) ? node : module.names.boundTo(node);
  const types = list !== undefined && LISTS.includes(list.name) ? typesIn(list) : [node];
  const names = types.map(type => module.names.nameOf(type));
  // `from tenacity import *` brings no Exception of its own.
  if ([...names, ...types.map(module.textOf)].some(name => name === 'Exception' || name === 'BaseException'))
    return 'every';
  const known = names.filter(name => name !== undefined);
  return known.length === names.length ? known : 'unknown';
}

const LISTS: readonly string[] = ['TupleExpression', 'ArrayExpression'];

/** The entries of a tuple or a list, or what parentheses hold. */
export const typesIn = (list: SyntaxNode): readonly SyntaxNode[] =>
  childrenOf(list).filter(({name}) => !['(', ')', '[', ']', ',', 'Comment'].includes(name));
