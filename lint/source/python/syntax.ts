/** Small readers of lezer's tree of a Python file. Names of nodes are those of its grammar. */

import type {SyntaxNode, SyntaxNodeRef, Tree} from '@lezer/common';
import type {Span} from '../span.ts';

export type {SyntaxNode} from '@lezer/common';

/**
 * Calls back for each node, in the order of the text.
 *
 * @throws RangeError for a tree of thousands of levels, which the parser gives and cannot walk through itself.
 */
export function walk(tree: Tree, enter: (ref: SyntaxNodeRef) => void): void {
  let isOurs = false;
  try {
    tree.iterate({
      enter: ref => {
        isOurs = true;
        enter(ref);
        isOurs = false;
      },
    });
  } catch (error) {
    throw isOurs ? error : new RangeError();
  }
}

/** The children of a node, marks included. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

export const spanOf = ({from, to}: SyntaxNode): Span => ({start: from, end: to});

/** The nearest node of these kinds around a node. */
export function around(node: SyntaxNode, kinds: readonly string[]): SyntaxNode | undefined {
  for (let at = node.parent; at !== null; at = at.parent) if (kinds.includes(at.name)) return at;
  return undefined;
}

/** Whether a node lies in another, or is it. */
export const isWithin = (node: SyntaxNode, outer: SyntaxNode): boolean =>
  outer.from <= node.from && node.to <= outer.to;

/** What the parser could not read is below a node called ⚠. */
export const isBroken = (node: SyntaxNode): boolean =>
  node.type.isError || childrenOf(node).some(child => child.type.isError);

/** An argument of a call. */
export interface Argument {
  /** The keyword; undefined for one that is known by its position. */
  readonly name: string | undefined;
  /** The span of the keyword; that of the value, where there is none. */
  readonly nameSpan: Span;
  readonly value: SyntaxNode;
}

export interface Arguments {
  readonly list: readonly Argument[];
  /** Whether `*args` or `**kwargs` bring in others, or a generator leaves no place for them. */
  readonly isOpen: boolean;
}

/** The arguments of an ArgList, or of the bases of a class. */
export function argumentsIn(list: SyntaxNode, text: string): Arguments {
  const found: Argument[] = [];
  let isOpen = false;
  let part: SyntaxNode[] = [];
  const close = (): void => {
    const [first, second, third] = part;
    const isGenerator = part.some(({name}) => name === 'for');
    part = [];
    if (first === undefined) return;
    if (first.name === '*' || first.name === '**') isOpen = true;
    else if (second?.name === 'AssignOp' && third !== undefined)
      found.push({name: text.slice(first.from, first.to), nameSpan: spanOf(first), value: third});
    else if (second === undefined)
      found.push({name: undefined, nameSpan: {start: first.from, end: first.from}, value: first});
    // A generator, `f(x for x in y)`: one value that nothing is known of, beside which there can be no other.
    else {
      isOpen ||= isGenerator;
      found.push({name: undefined, nameSpan: {start: first.from, end: first.from}, value: first});
    }
  };
  for (const child of childrenOf(list)) {
    if (child.name === '(' || child.name === ')' || child.name === 'Comment') continue;
    if (child.name === ',') close();
    else part.push(child);
  }
  close();
  return {list: found, isOpen};
}
