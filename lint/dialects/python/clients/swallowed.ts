/** Whether an error goes no further than the function that meets it. */

import type {PythonModule} from '../../../source/python/module.ts';
import {childrenOf, isWithin, type SyntaxNode} from '../../../source/python/syntax.ts';
import {errorNamesIn} from '../errors.ts';
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

interface Handler {
  readonly errors: ErrorNames;
  readonly body: SyntaxNode;
  readonly as: string | undefined;
}

function stops(statement: SyntaxNode, module: PythonModule, errors: ErrorNames, raises: readonly Raises[]): boolean {
  for (const handler of handlersOf(statement, module)) {
    const catches =
      handler.errors === 'every' ||
      (errors !== 'every' &&
        typeof handler.errors !== 'string' &&
        handler.errors.some(name => errors.includes(name))) ||
      (typeof handler.errors !== 'string' &&
        handler.errors.some(name => BASES.test(name)) &&
        letsThrough(raises, handler.errors));
    if (!catches) continue;
    const raised = nodesIn(handler.body, ['RaiseStatement'], LATER);
    if (raised.length === 0) return true;
    // An error of another class is none that the retrier names.
    return errors !== 'every' && !raised.some(each => isSame(each, handler.as, module));
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

function handlersOf(statement: SyntaxNode, module: PythonModule): Handler[] {
  const handlers: Handler[] = [];
  let type: SyntaxNode | undefined;
  let as: string | undefined;
  let part: 'none' | 'type' | 'as' = 'none';
  for (const child of childrenOf(statement)) {
    if (child.name === 'except') [part, type, as] = ['type', undefined, undefined];
    else if (child.name === 'finally' || child.name === 'else') part = 'none';
    else if (child.name === 'as') part = 'as';
    else if (child.name === 'Body') {
      if (part !== 'none')
        handlers.push({errors: type === undefined ? 'every' : errorNamesIn(type, module), body: child, as});
      part = 'none';
    } else if (part === 'type') type ??= child.name === '*' ? undefined : child;
    else if (part === 'as') as = module.textOf(child);
  }
  return handlers;
}
