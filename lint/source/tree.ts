/** A file as a tree of values that know where they are written. JSON and YAML become the same tree. */

/** Half-open, in UTF-16 units from the start of the text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Node = ObjectNode | ListNode | ScalarNode;

interface Written {
  readonly span: Span;
  /** Brought in by a YAML alias, whose place this is: what it stands for is written elsewhere, and cannot be edited here. */
  readonly borrowed?: true;
}

export interface ObjectNode extends Written {
  readonly kind: 'object';
  /** As written, duplicates too. */
  readonly properties: readonly Property[];
  /** Written in braces. A YAML block is not, and grows by lines. */
  readonly flow: boolean;
}

export interface Property {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Node;
}

export interface ListNode extends Written {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly flow: boolean;
}

export interface ScalarNode extends Written {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
}

export interface Comment {
  /** With its marks. */
  readonly span: Span;
  /** Without its marks, trimmed. */
  readonly text: string;
  /** Nothing but blanks stands before it on its line. */
  readonly alone: boolean;
}

/** Something that keeps a text from being read as a policy. */
export interface SourceProblem {
  readonly code: 'RL001' | 'RL002' | 'RL006';
  readonly message: string;
  readonly span: Span;
  /** Another place that explains it, such as the first of two equal keys. */
  readonly related?: {readonly message: string; readonly span: Span};
  /** What mends it, if that is plain. */
  readonly fix?: {readonly title: string; readonly span: Span; readonly text: string};
}

export type SourceFormat = 'json' | 'yaml';

/** What a reader makes of a text. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly format: SourceFormat;
  /** One for JSON, any number for YAML; empty documents are left out, and none is left where the text is no tree at all. */
  readonly documents: readonly Node[];
  readonly comments: readonly Comment[];
  readonly problems: readonly SourceProblem[];
}

/** Deepest nesting; code that walks the tree may recurse. */
export const maxDepth = 64;

/** The property that counts: of equal keys the last, as JSON.parse has it. */
export function propertyOf(node: Node | undefined, key: string): Property | undefined {
  return node?.kind === 'object' ? node.properties.findLast(property => property.key === key) : undefined;
}
