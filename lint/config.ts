/** The configuration of a lint run. */

import type {RetryingLayer} from '../src/policy/types.ts';
import type {BuiltInDialect, Dialect} from './dialects/dialect.ts';
import type {Packages} from './dialects/python/packages.ts';
import type {DialectSettings} from './dialects/settings.ts';
import type {Acceptance, Severity} from './finding.ts';
import type {Rule} from './rule.ts';

/** Which rules run. */
export type PresetName = 'recommended' | 'strict';

/** The severity of a rule, or off. */
export type RuleSetting = Severity | 'off';

/** How to lint. Every field is optional. */
export interface Config {
  /** recommended: every rule except those only for `strict`. strict: every rule, and infos become warnings. Default: recommended. */
  readonly preset?: PresetName;
  /** The severity of single rules, by code or name. */
  readonly rules?: Readonly<Record<string, RuleSetting>>;
  /** Rules of your own, beside the built-in ones. */
  readonly extraRules?: readonly Rule[];
  /** Other languages that policies may be written in. The first that knows a file has all of it. */
  readonly dialects?: readonly Dialect[];
  /** The languages that are looked for in every other file. A file may have policies of several. Default: those of this package. */
  readonly builtInDialects?: readonly BuiltInDialect[];
  /** Settings of single dialects, by name. */
  readonly dialectSettings?: DialectSettings;
  /**
   * The versions that a Python program may run with, by the name of the package: `{tenacity: '==8.2.3', urllib3: '>=1.26,<3'}`. Default: any. The
   * command line takes them from lock files and requirements.
   */
  readonly packages?: Packages;
  /** What else retries the calls of a file: a gateway, a mesh. A policy that names its own `retryingLayers` has only these. */
  readonly layers?: readonly RetryingLayer[];
  /** Today's date, `2027-01-01`. Suppressions with an earlier end date do not apply. Without it, none expires. */
  readonly today?: string;
  /** Findings that are accepted, each by its `acceptance`. A finding that became worse is reported. */
  readonly baseline?: readonly Acceptance[];
  /** Ignores suppressions in the file, and reports them. Default: false. */
  readonly noSuppressions?: boolean;
}
