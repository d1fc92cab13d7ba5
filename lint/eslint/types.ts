/** As much of ESLint as the plugin uses. Versions 9 and 10, and oxlint, agree on it. */

import type {JsNode} from '../source/javascript/syntax.ts';

export interface SourceCode {
  readonly ast: JsNode;
  readonly text: string;
}

export interface Fixer {
  replaceTextRange(range: [number, number], text: string): unknown;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Descriptor {
  readonly loc: {readonly start: Position; readonly end: Position};
  readonly messageId: 'finding';
  readonly data: Record<string, string>;
  readonly fix?: (fixer: Fixer) => unknown[];
  readonly suggest?: {messageId: 'change'; data: Record<string, string>; fix: (fixer: Fixer) => unknown[]}[];
}

export interface Context {
  readonly sourceCode: SourceCode;
  readonly filename: string;
  readonly options: readonly unknown[];
  report(descriptor: Descriptor): void;
}
