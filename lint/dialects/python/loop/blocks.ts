/** The statements of a Python file: branches, handlers, and what lies in a loop itself. */

import {around, childrenOf, type SyntaxNode} from '../../../source/python/syntax.ts';

/** A reader that reads each node once, since a loop is run many times. What comes out of it is the same each time, so that it is read once, too. */
export function once<T>(read: (node: SyntaxNode) => T): (node: SyntaxNode) => T {
  const known = new WeakMap<SyntaxNode, {readonly value: T}>();
  return node => {
    const found = known.get(node) ?? {value: read(node)};
    known.set(node, found);
    return found.value;
  };
}

/** The statements of a Body, or of the whole file. */
export const statementsOf: (body: SyntaxNode) => readonly SyntaxNode[] = once(body =>
  childrenOf(body).flatMap(child =>
    child.name === 'StatementGroup' ? statementsOf(child) : MARKS.has(child.name) ? [] : [child],
  ),
);

const MARKS = new Set([':', ';', 'Comment', '⚠']);

export interface Branch {
  /** Undefined for `else`. */
  readonly test: SyntaxNode | undefined;
  readonly body: SyntaxNode;
}

export const branchesOf: (statement: SyntaxNode) => readonly Branch[] = once(statement => {
  const branches: Branch[] = [];
  let test: SyntaxNode | undefined;
  for (const child of childrenOf(statement)) {
    if (child.name === 'Body') branches.push({test, body: child});
    else if (child.name === 'else') test = undefined;
    else if (!['if', 'elif', 'Comment'].includes(child.name)) test = child;
  }
  return branches;
});

export interface Handler {
  readonly keyword: SyntaxNode;
  /** Undefined for a bare `except`. */
  readonly types: SyntaxNode | undefined;
  /** `e` of `except E as e`. */
  readonly name: SyntaxNode | undefined;
  readonly body: SyntaxNode;
}

export interface Try {
  readonly body: SyntaxNode;
  readonly handlers: readonly Handler[];
  readonly orElse: SyntaxNode | undefined;
  readonly last: SyntaxNode | undefined;
}

export const tryOf: (statement: SyntaxNode) => Try | undefined = once(statement => {
  const parts = childrenOf(statement).filter(({name}) => name !== 'Comment' && name !== '*');
  const bodyAfter = (word: string): SyntaxNode | undefined => {
    const at = parts.findIndex(({name}) => name === word);
    return at < 0 ? undefined : parts.slice(at).find(({name}) => name === 'Body');
  };
  const body = bodyAfter('try');
  if (body === undefined) return undefined;
  const handlers = parts.flatMap((keyword, index): Handler[] => {
    if (keyword.name !== 'except') return [];
    const end = parts.findIndex(({name}, at) => at > index && name === 'Body');
    const between = parts.slice(index + 1, end);
    const as = between.findIndex(({name}) => name === 'as');
    const [types] = as < 0 ? between : between.slice(0, as);
    const handler = end < 0 ? undefined : parts[end];
    return handler === undefined ? [] : [{keyword, types, name: as < 0 ? undefined : between[as + 1], body: handler}];
  });
  return {body, handlers, orElse: bodyAfter('else'), last: bodyAfter('finally')};
});

/** The first Body of a statement, and that of its `else`. */
export const bodyOf: (statement: SyntaxNode) => SyntaxNode | undefined = once(
  statement => statement.getChild('Body') ?? undefined,
);

export function elseOf(loop: SyntaxNode): SyntaxNode | undefined {
  const parts = childrenOf(loop);
  const at = parts.findIndex(({name}) => name === 'else');
  return at < 0 ? undefined : parts.slice(at).find(({name}) => name === 'Body');
}

const INNER = new Set(['FunctionDefinition', 'LambdaExpression', 'ClassDefinition']);
export const LOOPS: ReadonlySet<string> = new Set(['ForStatement', 'WhileStatement']);

/** The nodes in a node, in the order of the text, without those of functions that it defines. */
export function within(node: SyntaxNode, skip: ReadonlySet<string> = new Set()): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const visit = (at: SyntaxNode): void => {
    for (const child of childrenOf(at)) {
      if (INNER.has(child.name) || skip.has(child.name)) continue;
      found.push(child);
      visit(child);
    }
  };
  visit(node);
  return found;
}

/** Those of the loop itself, not of the loops in it. */
export const ownNodes = (body: SyntaxNode): SyntaxNode[] => within(body, LOOPS);

export const contains = (outer: SyntaxNode, inner: {readonly from: number; readonly to: number}): boolean =>
  outer.from <= inner.from && inner.to <= outer.to;

export const isSame = (a: SyntaxNode | undefined, b: SyntaxNode): boolean =>
  a !== undefined && a.from === b.from && a.to === b.to && a.name === b.name;

/** The function around a node. */
export const functionAround = (node: SyntaxNode): SyntaxNode | undefined => around(node, ['FunctionDefinition']);

export interface Assignment {
  readonly targets: readonly SyntaxNode[];
  readonly value: SyntaxNode | undefined;
}

/** The expression that a statement assigns to one name: `x = 1`, `x: int = 1`. */
export const assignmentOf: (statement: SyntaxNode) => Assignment | undefined = once(statement => {
  if (statement.name !== 'AssignStatement') return undefined;
  const parts = childrenOf(statement).filter(({name}) => name !== 'TypeDef' && name !== 'Comment');
  const at = parts.findLastIndex(({name}) => name === 'AssignOp');
  if (at < 0) return undefined;
  const targets = parts.slice(0, at).filter(({name}) => name !== 'AssignOp' && name !== ',');
  const isList = parts.some(({name}) => name === ',');
  return {targets, value: isList ? undefined : parts[at + 1]};
});
