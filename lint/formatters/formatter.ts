/** The input of every report format. Each format has its own file. */

import type {Report} from '../finding.ts';
import type {Rule} from '../rule.ts';

export interface Run {
  /** In the order of the paths. */
  readonly reports: readonly Report[];
  /** Texts by path, of every file that a finding or a related place names. */
  readonly texts: Readonly<Record<string, string>>;
  /** Every rule that could have spoken. */
  readonly rules: readonly Rule[];
  /** The version of this package. */
  readonly version: string;
  /** The day it is where the user is, `2027-01-01`. */
  readonly today: () => string;
}

export interface FormatOptions {
  /** Escape sequences for a terminal that shows colours. */
  readonly colour: boolean;
  /** Columns of the terminal; Infinity without a terminal. */
  readonly width: number;
}

export interface Formatter {
  /** The value of --format. */
  readonly name: string;
  /** For --help: what reads it. */
  readonly summary: string;
  /** The whole report, with a line break at its end; '' if there is nothing to report. */
  readonly format: (run: Run, options: FormatOptions) => string;
}
