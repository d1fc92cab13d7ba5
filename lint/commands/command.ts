/** The type of a command. The parser, the help and the completions use one table of commands. */

import type {Arguments, OptionSyntax} from '../../src/cli/parse-arguments.ts';
import type {Io} from '../io/io.ts';

export interface Option extends OptionSyntax {
  /** Whether the value is a file, for completions. */
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
  /** The operands after the name, as the usage shows them: `[FILE]...`. */
  readonly operands: string;
  /** The least and the most number of operands. */
  readonly count: readonly [least: number, most: number];
  /** The possible operands, if they are few. Undefined if operands are files. */
  readonly operandValues?: readonly string[];
  /** Paragraphs that follow the summary. */
  readonly about: readonly string[];
  readonly groups: readonly OptionGroup[];
  readonly examples: readonly (readonly [command: string, what: string])[];
}

/** @returns The exit code. */
export type Command = (args: Arguments, io: Io) => Promise<number> | number;
