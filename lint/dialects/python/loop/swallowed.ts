/** Finds where a loop drops the error of its last attempt, and its caller takes what it returns for a result. */

import type {PythonModule} from '../../../source/python/module.ts';
import {childrenOf, type SyntaxNode} from '../../../source/python/syntax.ts';
import type {Span} from '../../../source/tree.ts';
import {isGenerator} from '../clients/functions.ts';
import {assignmentOf, bodyOf, elseOf, functionAround, statementsOf, within} from './blocks.ts';
import type {Leaving} from './exits.ts';
import type {Caught} from './failures.ts';
import type {Exit} from './run.ts';
import {State} from './state.ts';

/** Certain cases only: the function declares no such result, and a success returns a value. */
export function swallowedIn(
  loop: SyntaxNode,
  caught: readonly Caught[],
  {exits}: Leaving,
  module: PythonModule,
): Span | undefined {
  const owner = functionAround(loop);
  if (owner === undefined || isGenerator(owner)) return undefined;
  const ends = caught.map(each => endOf(each, loop));
  const [end] = ends;
  if (end === undefined || ends.includes(undefined)) return undefined;
  const results = exits.flatMap(exit => (exit.name === 'ReturnStatement' ? [childrenOf(exit)[1]] : []));
  const isValue = results.some(result => result !== undefined && !isEmpty(result, module) && !isFlag(result, module));
  const shown = end === 'after' ? after(loop) : end;
  if (shown === undefined) return undefined;
  const {node, result} = shown;
  const word = result === undefined ? 'None' : module.textOf(result);
  if (isDeclared(owner, word, module)) return undefined;
  const span: Span = {start: node.from, end: node.to};
  if (result === undefined || isEmpty(result, module)) return isValue ? span : undefined;
  return isStale(result, loop, module) && exits.length > 0 ? span : undefined;
}

interface Returned {
  readonly node: SyntaxNode;
  readonly result: SyntaxNode | undefined;
}

/** Where it goes after the last attempt; undefined if that is not known, if it raises, or if no attempt is the last. */
function endOf({trial, handler}: Caught, loop: SyntaxNode): Returned | 'after' | undefined {
  // A way out on a condition that is not known may tell the caller what happened, unless it is the same.
  const isOther = ({flow: {to, node}}: Exit): boolean =>
    to === 'raise' || (to === 'return' && node?.from !== trial.end?.node?.from);
  if (trial.attempts === Infinity || trial.exits.some(isOther)) return undefined;
  if (trial.end === undefined) {
    const isOpen = within(handler.body).some(({name}) => /^(?:Raise|Return|Break)Statement$/.test(name));
    return isOpen || loop.name !== 'ForStatement' || elseOf(loop) !== undefined ? undefined : 'after';
  }
  if (trial.end.to === 'next') return elseOf(loop) === undefined ? 'after' : undefined;
  if (trial.end.to === 'break') return 'after';
  const {node} = trial.end;
  return trial.end.to === 'return' && node !== undefined ? {node, result: childrenOf(node)[1]} : undefined;
}

/** The return that follows a loop; the function's name where it ends without one. */
function after(loop: SyntaxNode): Returned | undefined {
  for (let at: SyntaxNode = loop; ; ) {
    for (let next = at.nextSibling; next !== null; next = next.nextSibling) {
      if (['Body', 'else', 'elif', 'except', 'finally'].includes(next.name)) break;
      if (next.name === 'ReturnStatement') {
        const parts = childrenOf(next);
        return parts.length > 2 ? undefined : {node: next, result: parts[1]};
      }
      if (next.name === 'ExpressionStatement' || next.name === 'AssignStatement' || next.name === 'Comment') continue;
      return undefined;
    }
    const {parent} = at;
    if (parent === null || parent.name === 'Script') return undefined;
    if (parent.name === 'FunctionDefinition') {
      const name = parent.getChild('VariableName');
      return name === null ? undefined : {node: name, result: undefined};
    }
    if (!['Body', 'WithStatement', 'IfStatement'].includes(parent.name)) return undefined;
    at = parent;
  }
}

const EMPTY = /^(?:None|""|''|\[\s*\]|\{\s*\}|False|0|list\(\)|dict\(\))$/;

const isEmpty = (node: SyntaxNode, module: PythonModule): boolean => EMPTY.test(module.textOf(node));
const isFlag = (node: SyntaxNode, module: PythonModule): boolean => /^(?:True|False)$/.test(module.textOf(node));

/** A name that only a success sets, and that is empty before. */
function isStale(result: SyntaxNode, loop: SyntaxNode, module: PythonModule): boolean {
  if (result.name !== 'VariableName') return false;
  const key = module.textOf(result);
  const value = new State(module, loop).lookUp(result);
  let isSet = false;
  for (const node of within(loop)) {
    const assigned = assignmentOf(node);
    if (assigned?.targets.some(target => module.textOf(target) === key)) isSet = true;
  }
  return isSet && value === 'none';
}

/** Whether the annotation or the text of the function says that it may return this. */
function isDeclared(owner: SyntaxNode, word: string, module: PythonModule): boolean {
  const body = bodyOf(owner);
  if (body === undefined) return true;
  const type = owner.getChild('TypeDef');
  const head =
    type === null ? module.text.slice(owner.getChild('ParamList')?.to ?? body.from, body.from) : module.textOf(type);
  if (/Optional|\bNone\b|\bbool\b|\bAny\b/.test(head)) return true;
  const [first] = statementsOf(body);
  const text = first?.name === 'ExpressionStatement' ? module.textOf(first) : '';
  if (!/^[rR]?["']/.test(text)) return false;
  return /\bNone\b/.test(text) || (word !== 'None' && /\bempty\b|\bFalse\b|fail/i.test(text));
}
