/** The head of a loop: how often it goes round, and what changes from turn to turn. */

import type {JsModule} from '../../../source/javascript/module.ts';
import {bare, type JsNode, nodeIn, nodesIn, spanOf, wordIn} from '../../../source/javascript/syntax.ts';
import type {Span} from '../../../source/tree.ts';

export interface Head {
  readonly node: JsNode;
  /** What stands before the first turn: `let attempt = 0`. */
  readonly init: JsNode | undefined;
  /** Asked before each turn; of `do … while`, behind it. */
  readonly test: JsNode | undefined;
  readonly isTestedAfter: boolean;
  /** What is done behind each turn: `attempt++`. */
  readonly update: JsNode | undefined;
  /** The name that is counted. */
  readonly variable: string | undefined;
  /** The numbers of `for (const delay of [100, 200])`. */
  readonly items: readonly JsNode[] | undefined;
  /** From `for` to before the body. */
  readonly span: Span;
  readonly body: JsNode;
}

/** Undefined for a loop over things, such as pages or files. */
export function headOf(node: JsNode, module: JsModule): Head | undefined {
  const body = nodeIn(node, 'body');
  if (body === undefined) return undefined;
  const {start, end} = spanOf(node);
  const before = module.text.slice(start, spanOf(body).start).trimEnd();
  const isDo = node.type === 'DoWhileStatement';
  const test = bare(nodeIn(node, 'test'));
  const span: Span =
    isDo && test !== undefined
      ? {start: spanOf(test).start, end: spanOf(test).end}
      : {start, end: Math.min(end, start + before.length)};
  const common = {node, span, body, isTestedAfter: isDo};
  if (node.type === 'ForOfStatement') {
    const list = module.valueOf(nodeIn(node, 'right'));
    const items = list?.type === 'ArrayExpression' ? nodesIn(list, 'elements') : [];
    if (items.length === 0 || !items.every(item => module.numberOf(item) !== undefined)) return undefined;
    const [declared] = nodesIn(nodeIn(node, 'left'), 'declarations');
    const variable = nodeIn(declared, 'id');
    if (variable?.type !== 'Identifier') return undefined;
    return {...common, init: undefined, test: undefined, update: undefined, variable: wordIn(variable, 'name'), items};
  }
  const init = nodeIn(node, 'init');
  const declared = nodesIn(init, 'declarations').map(each => nodeIn(each, 'id'));
  const [first] = declared.length > 0 ? declared : [nodeIn(init, 'left')];
  const variable = first?.type === 'Identifier' ? wordIn(first, 'name') : undefined;
  // As many turns as there are things is a loop over the things.
  if (
    node.type === 'ForStatement' &&
    test !== undefined &&
    /\.(?:length|size)\b/.test(module.textOf(test)) &&
    !/delay|wait|back_?off|retr|attempt/i.test(module.textOf(test))
  )
    return undefined;
  return {...common, init, test, update: nodeIn(node, 'update'), variable, items: undefined};
}
