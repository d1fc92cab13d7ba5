/** The tree of a file: values with their places. JSON and YAML have the same tree. */

import type {JsModule} from './javascript/module.ts';
import type {PythonModule} from './python/module.ts';
import type {Comment, Span} from './span.ts';

export type {Comment, Span} from './span.ts';

export type Node = ObjectNode | ListNode | ScalarNode;

interface Written {
  /** The place of the value. */
  readonly span: Span;
  /** Set for a value that a YAML alias brings in. The span is that of the alias, so the value cannot be edited there. */
  readonly borrowed?: true;
  /** Set where a YAML tag or anchor stands before the value. The span begins behind them. */
  readonly tagged?: true;
}

/** An object. */
export interface ObjectNode extends Written {
  /** Distinguishes the nodes. */
  readonly kind: 'object';
  /** The properties in the order of the text, duplicates included. */
  readonly properties: readonly Property[];
  /** Written in braces. A YAML block is not, and grows by lines. */
  readonly flow: boolean;
  /** @internal Set for an object of a program that is not written: what comes before it where it gets fields. */
  readonly behind?: string;
}

/** A key of an object, and its value. */
export interface Property {
  /** The key. */
  readonly key: string;
  /** The place of the key. */
  readonly keySpan: Span;
  /** Set where a YAML tag or anchor stands before the key. `keySpan` begins behind them. */
  readonly keyTagged?: true;
  /** The value. */
  readonly value: Node;
}

/** A list. */
export interface ListNode extends Written {
  /** Distinguishes the nodes. */
  readonly kind: 'list';
  /** The entries, in order. */
  readonly items: readonly Node[];
  /** Written in brackets. A YAML block is not, and grows by lines. */
  readonly flow: boolean;
}

/** A text, a number, a boolean or null. */
export interface ScalarNode extends Written {
  /** Distinguishes the nodes. */
  readonly kind: 'scalar';
  /** The value. */
  readonly value: string | number | boolean | null;
}

/** A problem that keeps a text from being read as a policy. */
export interface SourceProblem {
  /** The code of the rule that reports it. */
  readonly code: 'RL001' | 'RL002' | 'RL006';
  /** Whole sentences: what is wrong, and what to do. */
  readonly message: string;
  /** The place of the problem. */
  readonly span: Span;
  /** Another place that explains it, such as the first of two equal keys. */
  readonly related?: {
    /** One sentence that says how the place is related. */
    readonly message: string;
    /** The place. */
    readonly span: Span;
  };
  /** The change that solves it, if there is only one. */
  readonly fix?: {
    /** An imperative: `Remove the comma`. */
    readonly title: string;
    /** The replaced part of the text. */
    readonly span: Span;
    /** The new text. */
    readonly text: string;
  };
}

export type SourceFormat = 'json' | 'yaml' | 'python' | 'javascript';

/** A text as it was read. */
export interface Source {
  /** The path of the file. */
  readonly path: string;
  /** The text. */
  readonly text: string;
  /** The format of the text. */
  readonly format: SourceFormat;
  /** One for JSON, any number for YAML, without empty documents. Empty if the text cannot be parsed at all. */
  readonly documents: readonly Node[];
  /** The comments, in the order of the text. */
  readonly comments: readonly Comment[];
  /** The problems that keep the text from being read as a policy. */
  readonly problems: readonly SourceProblem[];
  /** @internal The calls and loops of a Python file, which has no documents. */
  readonly python?: PythonModule;
  /** @internal The calls and loops of a file of JavaScript or TypeScript, which has no documents. */
  readonly javascript?: JsModule;
  /** @internal How keys and values are written into such a file. */
  readonly writer?: {readonly key: (key: string) => string; readonly value: (value: unknown) => string};
}

/** Deepest nesting; code that walks the tree may recurse. */
export const maxDepth = 64;

/** The property that counts: of equal keys the last, as JSON.parse has it. */
export function propertyOf(node: Node | undefined, key: string): Property | undefined {
  return node?.kind === 'object' ? node.properties.findLast(property => property.key === key) : undefined;
}
