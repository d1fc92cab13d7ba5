/** What a lint run is told besides the text. */

import type {Dialect} from './dialects/dialect.ts';
import type {Severity} from './finding.ts';
import type {Rule} from './rule.ts';

export type PresetName = 'recommended' | 'strict';

export type RuleSetting = Severity | 'off';

export interface Config {
  /** recommended: every rule but those for the strict. strict: every rule, and what would be an info is a warning. */
  readonly preset?: PresetName;
  /** By code or name. */
  readonly rules?: Readonly<Record<string, RuleSetting>>;
  /** Rules of the user's own, on top of ours. */
  readonly extraRules?: readonly Rule[];
  /** Languages that policies are written in, besides steadfetch's own. */
  readonly dialects?: readonly Dialect[];
  /** The day it is, `2027-01-01`, for suppressions that end; without it none ends. */
  readonly today?: string;
  /** Findings that were there before, by fingerprint: see baseline.ts. */
  readonly baseline?: readonly string[];
  /** Refuses suppressions in the file. */
  readonly noSuppressions?: boolean;
}
