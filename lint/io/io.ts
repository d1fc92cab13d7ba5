import type {Readable, Writable} from 'node:stream';
import type {BuiltInDialect} from '../dialects/dialect.ts';
import type {Rule} from '../rule.ts';

/** The parts of a process that a command may use besides files. Tests pass their own. */
export interface Io {
  /** Absolute. Every path on the command line is relative to it, and every path in a report. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Stream;
  readonly err: Stream;
  /** The version of Node, without a `v`; empty in a browser. */
  readonly node: string;
  /** Standard input, to its end. */
  readonly readInput: () => string;
  /** Standard input and output as streams, for a command that talks with another program until it ends. */
  readonly streams: () => {readonly input: Readable; readonly output: Writable};
  /** The day it is where the user is, `2027-01-01`. */
  readonly today: () => string;
  /** Calls back after so many milliseconds; what it returns calls that off. */
  readonly wait: (ms: number, then: () => void) => () => void;
  /** Whether a file may be read that the command line does not name. Absolute. Default: every file may. */
  readonly mayRead?: (file: string) => boolean;
  /**
   * The rules of a module that a configuration names; undefined if the module must not run, because the user has not trusted its folder or
   * there is no Node. Default: the module runs.
   *
   * @param file Absolute.
   * @param what The entry that names the module, for messages: `.retry-lintrc.json:1:14: plugins[0]`.
   */
  readonly loadRules?: (file: string, what: string) => readonly Rule[] | undefined;
  /** The languages that are looked for in every file. Default: those of this package. */
  readonly builtInDialects?: readonly BuiltInDialect[];
  /** Resolves when the user interrupts a command that would not end by itself. */
  readonly interrupted: () => Promise<void>;
}

export interface Stream {
  readonly write: (text: string) => void;
  /** Writes commands of GitHub Actions, where `write` lets no line be one. Default: `write`. */
  readonly writeCommands?: (text: string) => void;
  readonly isTerminal: boolean;
  /** Infinity without a terminal. */
  readonly columns: number;
}
