/** The head of a loop: over which turns it goes. */

import type {PythonModule} from '../../../source/python/module.ts';
import {argumentsIn, childrenOf, type SyntaxNode} from '../../../source/python/syntax.ts';
import type {Span} from '../../../source/tree.ts';
import {bodyOf} from './blocks.ts';
import type {State} from './state.ts';
import {exactly, rangeOf, truthOf, type Value} from './values.ts';

export interface Head {
  readonly kind: 'for' | 'while';
  /** The variable of a `for` over numbers. */
  readonly variable: SyntaxNode | undefined;
  /** That which is counted, or asked: `range(3)`, `attempt < 3`. */
  readonly over: SyntaxNode;
  /** From `for` to before the colon. */
  readonly span: Span;
  readonly body: SyntaxNode;
}

/** Undefined for a loop over things, such as models or pages, and for a loop of a library. */
export function headOf(loop: SyntaxNode, module: PythonModule): Head | undefined {
  const body = bodyOf(loop);
  if (body === undefined) return undefined;
  const parts = childrenOf(loop).filter(({name}) => name !== 'Comment');
  const at = parts.findIndex(({name}) => name === 'Body');
  const before = parts.slice(0, at);
  const over = before.at(-1);
  if (over === undefined) return undefined;
  const span: Span = {start: before.find(({name}) => name === 'for' || name === 'while')!.from, end: over.to};
  if (loop.name === 'WhileStatement') return {kind: 'while', variable: undefined, over, span, body};
  if (before[0]?.name === 'async') return undefined;
  const targets = before.slice(
    1,
    before.findIndex(({name}) => name === 'in'),
  );
  const [variable] = targets;
  if (targets.length !== 1 || variable?.name !== 'VariableName' || !isCount(over, module)) return undefined;
  return {kind: 'for', variable, over, span, body};
}

function isCount(over: SyntaxNode, module: PythonModule): boolean {
  if (over.name === 'CallExpression') {
    const name = over.firstChild === null ? '' : (module.names.nameOf(over.firstChild) ?? '');
    if (name === 'itertools.count' || name === 'count') return true;
    const [first, second] = argumentsOfCall(over, module);
    // As many turns as there are things is a loop over the things.
    const bound = second ?? first;
    return /^x?range$/.test(name) && bound !== undefined && !/\blen\(/.test(module.textOf(bound));
  }
  const items = numbersIn(over, module);
  return items !== undefined && items.length > 0;
}

const argumentsOfCall = (call: SyntaxNode, module: PythonModule): SyntaxNode[] => {
  const list = call.getChild('ArgList');
  return list === null ? [] : argumentsIn(list, module.text).list.map(({value}) => value);
};

/** `(1, 2, 4)`, or a name that is bound to such. */
function numbersIn(node: SyntaxNode, module: PythonModule, hops = 0): SyntaxNode[] | undefined {
  if (node.name === 'ArrayExpression' || node.name === 'TupleExpression') {
    const items = childrenOf(node).filter(({name}) => !['[', ']', '(', ')', ',', 'Comment'].includes(name));
    return items.every(item => typeof module.constantOf(item)?.value === 'number') ? items : undefined;
  }
  const bound = hops < 4 ? module.names.boundTo(node) : undefined;
  return bound && numbersIn(bound, module, hops + 1);
}

/** How often a loop goes round, and the values of its variable. */
export interface Turns {
  /** Infinity for an endless one; undefined where it is not known. */
  readonly most: number | undefined;
  /** In which range the variable is from one turn to another. */
  readonly at: (first: number, last: number) => Value;
}

export function turnsOf(head: Head, state: State, module: PythonModule): Turns {
  const {over} = head;
  const items = numbersIn(over, module);
  if (items !== undefined) {
    const at = (first: number, last: number): Value =>
      first === last ? items[first] && state.valueOf(items[first]) : undefined;
    return {most: items.length, at};
  }
  const counted =
    (start: number, step: number) =>
    (first: number, last: number): Value => {
      const ends = [start + first * step, start + last * step];
      return {lo: Math.min(...ends), hi: Math.max(...ends)};
    };
  if (over.firstChild !== null && /count$/.test(module.textOf(over.firstChild))) {
    const start = rangeOf(state.valueOf(argumentsOfCall(over, module)[0] ?? over)) ?? exactly(0);
    return {most: Infinity, at: counted(start.lo, 1)};
  }
  const values = argumentsOfCall(over, module).map(each => rangeOf(state.valueOf(each))?.lo);
  const [start, end, step = 1] = values.length === 1 ? [0, values[0], 1] : [values[0], values[1], values[2] ?? 1];
  const at = start === undefined ? () => undefined : counted(start, step);
  if (end === undefined || start === undefined || values.includes(undefined)) return {most: undefined, at};
  const most = Math.max(0, Math.ceil((step < 0 ? start - end : end - start) / Math.abs(step)));
  return {most: state.assumed ? undefined : most, at};
}

/** Whether `while` goes on; undefined where that is not known. */
export const goesOn = (head: Head, state: State): boolean | undefined => truthOf(state.valueOf(head.over));
