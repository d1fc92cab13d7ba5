import type {Readable, Writable} from 'node:stream';

/** The parts of a process that a command may use besides files. Tests pass their own. */
export interface Io {
  /** Absolute. Every path on the command line is relative to it, and every path in a report. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Stream;
  readonly err: Stream;
  /** Standard input, to its end. */
  readonly readInput: () => string;
  /** Standard input and output as streams, for a command that talks with another program until it ends. */
  readonly streams: () => {readonly input: Readable; readonly output: Writable};
  /** The day it is where the user is, `2027-01-01`. */
  readonly today: () => string;
  /** Calls back after so many milliseconds; what it returns calls that off. */
  readonly wait: (ms: number, then: () => void) => () => void;
  /** `false`: modules of rules that a configuration names do not run, because the user has not trusted their folder or there is no Node. */
  readonly runsPlugins?: boolean;
  /** Resolves when the user interrupts a command that would not end by itself. */
  readonly interrupted: () => Promise<void>;
}

export interface Stream {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Infinity without a terminal. */
  readonly columns: number;
}
