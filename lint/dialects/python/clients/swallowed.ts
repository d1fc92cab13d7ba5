/** Whether an error goes no further than the function that meets it. */

import type {PythonModule} from '../../../source/python/module.ts';
import {childrenOf, isWithin, type SyntaxNode} from '../../../source/python/syntax.ts';
import {errorNamesIn} from '../errors.ts';
import {tryOf} from '../loop/blocks.ts';
import {LATER, nodesIn} from './functions.ts';
import {type ErrorNames, letsThrough, type Raises} from './table.ts';

/**
 * Whether a `try` around a call, inside of what is retried, keeps its errors from the retrier. In a loop the outermost one is the retrier.
 *
 * @param errors After which errors the body is tried again.
 * @param raises What the call raises.
 */
export function isSwallowed(
  node: SyntaxNode,
  body: SyntaxNode,
  module: PythonModule,
  errors: ErrorNames,
  raises: readonly Raises[],
): boolean {
  const tries: SyntaxNode[] = [];
  for (let at = node.parent; at !== null && isWithin(at, body) && at.from > body.from; at = at.parent)
    if (at.name === 'TryStatement' && isTried(node, at)) tries.push(at);
  if (body.name === 'Body') tries.pop();
  return tries.some(each => stops(each, module, errors, raises));
}

/** Errors of handlers and of `finally` are not caught. */
const isTried = (node: SyntaxNode, statement: SyntaxNode): boolean => {
  const tried = statement.getChild('Body');
  return tried !== null && isWithin(node, tried);
};

function stops(statement: SyntaxNode, module: PythonModule, errors: ErrorNames, raises: readonly Raises[]): boolean {
  for (const {types, name: as, body} of tryOf(statement)?.handlers ?? []) {
    const caught = types === undefined ? 'every' : errorNamesIn(types, module);
    const isNamed =
      typeof caught !== 'string' &&
      ((errors !== 'every' && caught.some(name => errors.includes(name))) ||
        (caught.some(name => BASES.test(name)) && letsThrough(raises, caught)));
    if (caught !== 'every' && !isNamed) continue;
    const raised = nodesIn(body, ['RaiseStatement'], LATER);
    if (raised.length === 0) return true;
    // An error of another class is none that the retrier names.
    return errors !== 'every' && !raised.some(each => isSame(each, as && module.textOf(as), module));
  }
  return false;
}

/** Classes that all errors of a client have. */
const BASES = /\.(?:OpenAIError|AnthropicError|GroqError|APIError|RequestException)$/;

/** `raise`, and `raise e`. */
function isSame(statement: SyntaxNode, as: string | undefined, module: PythonModule): boolean {
  const [, value] = childrenOf(statement);
  return value === undefined || (value.name === 'VariableName' && module.textOf(value) === as);
}
