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
  /** Why the rules that fired exist, by code, for a format with `showsReasons`. */
  readonly reasons?: ReadonlyMap<string, string>;
  /** The version of this package. */
  readonly version: string;
  /** Whether a format for people shows every finding. Default: repetitions are folded. */
  readonly showsAll?: boolean;
  /** Paths of files whose infos a format for people only counts. */
  readonly withoutInfos?: ReadonlySet<string>;
  /** The day it is where the user is, `2027-01-01`. */
  readonly today: () => string;
}

export interface FormatOptions {
  /** Escape sequences for a terminal that shows colours. */
  readonly colour: boolean;
  /** Columns of the terminal; Infinity without a terminal. */
  readonly width: number;
}

/** The rules that reported something, suppressed or not. */
export function firedRules({reports, rules}: Run): Rule[] {
  const fired = new Set(
    reports.flatMap(({findings, suppressed}) =>
      [...findings, ...suppressed.map(({finding}) => finding)].map(({code}) => code),
    ),
  );
  return rules.filter(({code}) => fired.has(code));
}

export interface Formatter {
  /** The value of --format. */
  readonly name: string;
  /** What reads the report, for --help. */
  readonly summary: string;
  /** Matches the reports that it has written, and nothing else that people keep: these alone may be replaced. */
  readonly written: RegExp;
  /** Whether the report has the reasons of rules. */
  readonly showsReasons?: true;
  /** The whole report, with a line break at its end; '' if there is nothing to report. */
  readonly format: (run: Run, options: FormatOptions) => string;
}
