/** Small readers of ESTree, as any parser gives it: that of ESLint, of TypeScript, of Babel, of Vue. Only what the nodes have is believed. */

import type {Span} from '../span.ts';

/** A node of ESTree. */
export interface JsNode {
  readonly type: string;
  /** Start and end, in UTF-16 units. Parsers of ESLint have it. */
  readonly range?: readonly [number, number];
  readonly start?: unknown;
  readonly end?: unknown;
}

const isNode = (value: unknown): value is JsNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** The value of a field, whatever it is. */
export const fieldOf = (node: JsNode, field: string): unknown =>
  Object.hasOwn(node, field) ? Object.getOwnPropertyDescriptor(node, field)?.value : undefined;

/** The node in a field. */
export function nodeIn(node: JsNode | undefined, field: string): JsNode | undefined {
  const value = node && fieldOf(node, field);
  return isNode(value) ? value : undefined;
}

/** The nodes in the list of a field; holes are left out. */
export function nodesIn(node: JsNode | undefined, field: string): JsNode[] {
  const value = node && fieldOf(node, field);
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The text in a field: of a name, or an operator. */
export function wordIn(node: JsNode | undefined, field: string): string {
  const value = node && fieldOf(node, field);
  return typeof value === 'string' ? value : '';
}

export const isOn = (node: JsNode | undefined, field: string): boolean =>
  node !== undefined && fieldOf(node, field) === true;

/** Some parsers have no range, and ESLint forbids to read the start of those that do. */
export function spanOf(node: JsNode): Span {
  const {range} = node;
  if (range !== undefined) return {start: range[0], end: range[1]};
  const {start, end} = node;
  return typeof start === 'number' && typeof end === 'number' ? {start, end} : {start: 0, end: 0};
}

/** Fields that lead out of the tree, or to what is no part of the program. */
const OTHER: ReadonlySet<string> = new Set(
  'parent range loc tokens comments start end type templateBody docs'.split(' '),
);

/** The nodes directly below a node, in the order of its fields. */
export function childrenOf(node: JsNode): JsNode[] {
  const children: JsNode[] = [];
  for (const field of Object.keys(node)) {
    if (OTHER.has(field)) continue;
    const value = fieldOf(node, field);
    if (isNode(value)) children.push(value);
    else if (Array.isArray(value)) children.push(...value.filter(isNode));
  }
  return children;
}

/** What stands around a value and does not change it: types, parentheses, `await`-less chains. */
const AROUND: readonly string[] = [
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'TypeCastExpression',
  'ParenthesizedExpression',
  'ChainExpression',
];

export function bare(node: JsNode): JsNode;
export function bare(node: JsNode | undefined): JsNode | undefined;
export function bare(node: JsNode | undefined): JsNode | undefined {
  let at = node;
  while (at !== undefined && AROUND.includes(at.type)) at = nodeIn(at, 'expression');
  return at;
}

export const isFunction = ({type}: JsNode): boolean =>
  type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression';

export const isLoop = ({type}: JsNode): boolean =>
  type === 'ForStatement' || type === 'WhileStatement' || type === 'DoWhileStatement' || type === 'ForOfStatement';

/** A node and all below it, in the order of the tree. `skip` leaves out what is below a node, and the node. */
export function within(node: JsNode, skip?: (node: JsNode) => boolean): JsNode[] {
  const found: JsNode[] = [];
  const walk = (at: JsNode, depth: number): void => {
    if (depth > MOST_DEPTH) return;
    found.push(at);
    for (const child of childrenOf(at)) if (skip?.(child) !== true) walk(child, depth + 1);
  };
  walk(node, 0);
  return found;
}

/** A person nests less. */
export const MOST_DEPTH = 400;

/** The name of a property, where it is written as one: `a.b`, `{b: 1}`, `a['b']`. */
export function keyOf(node: JsNode | undefined, field: 'property' | 'key'): string | undefined {
  const key = nodeIn(node, field);
  if (key === undefined) return undefined;
  if (key.type === 'Identifier' && !isOn(node, 'computed')) return wordIn(key, 'name');
  const value = fieldOf(key, 'value');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
