/** The head of a loop: over which turns it goes. */

import type {PythonModule} from '../../../source/python/module.ts';
import {childrenOf, type SyntaxNode} from '../../../source/python/syntax.ts';
import type {Span} from '../../../source/tree.ts';
import {bodyOf} from './blocks.ts';
import {argumentsOf} from './sleeps.ts';
import type {State} from './state.ts';
import {Evaluator, rangeOf, truthOf, type Value} from './values.ts';

export interface Head {
  readonly kind: 'for' | 'while';
  /** The variable of a `for` over numbers. */
  readonly variable: SyntaxNode | undefined;
  /** The variable beside it that `enumerate` gives the numbers to. */
  readonly item?: SyntaxNode | undefined;
  /** The numbers that are listed. */
  readonly items?: readonly SyntaxNode[] | undefined;
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
  const [variable, , item] = targets;
  if (variable?.name !== 'VariableName') return undefined;
  if (targets.length === 1 && isCount(over, module)) return {kind: 'for', variable, over, span, body};
  const isEnumerated = targets.length === 3 && calleeName(over, module) === 'enumerate';
  const listed = isEnumerated ? argumentsOfCall(over, module)[0] : targets.length === 1 ? over : undefined;
  const items = listed && numbersIn(listed, module);
  return items && {kind: 'for', variable, item, items, over, span, body};
}

const calleeName = (call: SyntaxNode, module: PythonModule): string | undefined =>
  call.name === 'CallExpression' && call.firstChild !== null ? module.names.nameOf(call.firstChild) : undefined;

function isCount(over: SyntaxNode, module: PythonModule): boolean {
  const name = calleeName(over, module) ?? '';
  if (name === 'itertools.count' || name === 'count') return true;
  const [first, second] = argumentsOfCall(over, module);
  // As many turns as there are things is a loop over the things.
  const bound = second ?? first;
  return /^x?range$/.test(name) && bound !== undefined && !/\blen\(/.test(module.textOf(bound));
}

const argumentsOfCall = (call: SyntaxNode, module: PythonModule): SyntaxNode[] =>
  argumentsOf(call, module).list.map(({value}) => value);

/** `(1, 2, 4)`, or a name that is bound to such. None may be its end. */
function numbersIn(node: SyntaxNode, module: PythonModule): SyntaxNode[] | undefined {
  const items = new Evaluator(module).itemsOf(node);
  const values = items?.map(item => module.constantOf(item)?.value);
  const areNumbers = values?.every((value, at) => typeof value === 'number' || (value === null && at > 0));
  return areNumbers && items!.length > 0 ? items : undefined;
}

/** How often a loop goes round, and the values of its variable. */
export interface Turns {
  /** Infinity for an endless one; undefined where it is not known. */
  readonly most: number | undefined;
  /** In which range the variable is from one turn to another. */
  readonly at: (first: number, last: number) => Value;
  /** The same of the variable beside it. */
  readonly itemAt?: (first: number, last: number) => Value;
}

export function turnsOf(head: Head, state: State, module: PythonModule): Turns {
  const {item, items, over} = head;
  const counted =
    (start: number, step: number) =>
    (first: number, last: number): Value => {
      const ends = [start + first * step, start + last * step];
      return {lo: Math.min(...ends), hi: Math.max(...ends)};
    };
  const startAt = (argument: SyntaxNode | undefined): number => (argument && rangeOf(state.valueOf(argument))?.lo) ?? 0;
  if (items !== undefined) {
    const itemAt = (first: number, last: number): Value =>
      first === last ? items[first] && state.valueOf(items[first]) : undefined;
    if (item === undefined) return {most: items.length, at: itemAt};
    return {most: items.length, at: counted(startAt(argumentsOfCall(over, module)[1]), 1), itemAt};
  }
  if (over.firstChild !== null && /count$/.test(module.textOf(over.firstChild))) {
    return {most: Infinity, at: counted(startAt(argumentsOfCall(over, module)[0]), 1)};
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
