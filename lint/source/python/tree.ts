/** A call as a tree, so that the places of its arguments are found, and changed, as fields of a policy are. */

import type {SyntaxNode} from '@lezer/common';
import type {Node, ObjectNode, Property} from '../tree.ts';
import type {Call, PythonModule} from './module.ts';
import {childrenOf, spanOf} from './syntax.ts';

/**
 * An object whose keys are the parameters: those of keywords by their name, the others by the names of their positions, else by their index.
 *
 * @param parameters The names of the positional parameters.
 */
export function treeOf(call: Call, module: PythonModule, parameters: readonly string[] = []): ObjectNode {
  const properties = call.args.map(
    ({name, nameSpan, value}, index): Property => ({
      key: name ?? parameters[index] ?? String(index),
      keySpan: nameSpan,
      value: nodeOf(value, module),
    }),
  );
  const {parentheses} = call;
  // Behind `*args` and `**kwargs` nothing is known of what an argument would change.
  const isFixed = parentheses === undefined || call.isOpen;
  return {
    kind: 'object',
    flow: true,
    properties,
    span: parentheses ?? call.callee,
    ...(isFixed && {borrowed: true as const}),
  };
}

const LISTS: readonly string[] = ['ArrayExpression', 'TupleExpression', 'SetExpression'];
const MARKS: readonly string[] = ['[', ']', '(', ')', '{', '}', ',', 'Comment'];

function nodeOf(node: SyntaxNode, module: PythonModule): Node {
  const span = spanOf(node);
  if (LISTS.includes(node.name)) {
    const items = childrenOf(node).filter(({name}) => !MARKS.includes(name));
    return {kind: 'list', flow: true, span, items: items.map(item => nodeOf(item, module))};
  }
  const call = node.name === 'CallExpression' ? module.callOf(node) : undefined;
  if (call !== undefined && call.parentheses !== undefined) {
    const key = module.text.slice(call.callee.start, call.callee.end);
    return {kind: 'object', flow: true, span, properties: [{key, keySpan: call.callee, value: treeOf(call, module)}]};
  }
  const known = LITERALS.includes(node.name) ? module.constantOf(node) : undefined;
  return {kind: 'scalar', span, value: known === undefined ? module.textOf(node) : known.value};
}

const LITERALS: readonly string[] = ['Number', 'String', 'Boolean', 'None', 'UnaryExpression'];
