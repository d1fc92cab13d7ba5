/** What a command is. One table of them gives the parser, the help and the completions. */

import type {Arguments, OptionSyntax} from '../../src/cli/parse-arguments.ts';
import type {Io} from '../io/io.ts';

export interface Option extends OptionSyntax {
  /** For completions: its value is a file. */
  readonly file?: true;
  readonly help: string;
}

export interface OptionGroup {
  readonly title: string;
  readonly options: readonly Option[];
}

export interface CommandSpec {
  readonly name: string;
  /** One line, as an imperative. */
  readonly summary: string;
  /** What may follow the name: `[FILE]...`. */
  readonly operands: string;
  /** The least and the most of them. */
  readonly count: readonly [least: number, most: number];
  /** Every operand it takes, where they are few; else they are files. */
  readonly operandValues?: readonly string[];
  /** More than the summary says, a paragraph an entry. */
  readonly about: readonly string[];
  readonly groups: readonly OptionGroup[];
  readonly examples: readonly (readonly [command: string, what: string])[];
}

/** @returns The exit code. */
export type Command = (args: Arguments, io: Io) => Promise<number> | number;
