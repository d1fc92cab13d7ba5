/** An object of a program as a tree, so that the places of its values are found, and changed, as fields of a policy are. */

import type {Node, ObjectNode, Property, Span} from '../tree.ts';
import type {JsModule} from './module.ts';
import {bare, type JsNode, keyOf, nodeIn, nodesIn, spanOf} from './syntax.ts';

/** An object that is not written, as the options of `pRetry(run)`: one can be written behind the last argument. */
export const absentOptions = ({end}: Span): ObjectNode => ({
  kind: 'object',
  flow: true,
  properties: [],
  span: {start: end, end},
  behind: ', ',
});

/** An object that stands for a retrier that has none: nothing can be written into it. */
export const noOptions = ({start}: Span): ObjectNode => ({
  kind: 'object',
  flow: true,
  properties: [],
  span: {start, end: start},
  borrowed: true,
});

/** What a value that no file alone says is in a tree: its text. */
export function treeOf(node: JsNode, module: JsModule): Node {
  const at = bare(node);
  const span = spanOf(at);
  if (at.type === 'ObjectExpression') return objectOf(at, module);
  if (at.type === 'ArrayExpression') {
    const items = nodesIn(at, 'elements').map(item => treeOf(item, module));
    return {kind: 'list', flow: true, span, items, ...fixed(items.every(item => endsPlainly(item.span, module.text)))};
  }
  const known = at.type === 'Identifier' || at.type === 'MemberExpression' ? undefined : module.constantOf(at);
  return {kind: 'scalar', span, value: known?.value ?? (known === undefined ? module.textOf(at) : null)};
}

export function objectOf(node: JsNode, module: JsModule): ObjectNode {
  const properties = nodesIn(node, 'properties');
  const known = properties.flatMap((property): Property[] => {
    const [key, value, name] = [nodeIn(property, 'key'), nodeIn(property, 'value'), keyOf(property, 'key')];
    if (key === undefined || value === undefined || name === undefined) return [];
    return [{key: name, keySpan: spanOf(key), value: treeOf(value, module)}];
  });
  // What a spread or a computed name brings in is not known, so nothing is written beside it.
  return {
    kind: 'object',
    flow: true,
    properties: known,
    span: spanOf(node),
    ...fixed(known.length === properties.length && known.every(({value}) => endsPlainly(value.span, module.text))),
  };
}

const fixed = (isOpen: boolean): {readonly borrowed?: true} => (isOpen ? {} : {borrowed: true});

/** Whether a comma or a bracket follows: not where a value is in parentheses, or has a type behind it, since what is written beside it would stand inside. */
export const endsPlainly = ({end}: Span, text: string): boolean =>
  /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*[,}\]]/.test(text.slice(end, end + LONGEST_GAP));

/** Blanks and comments behind a value. */
const LONGEST_GAP = 2000;
