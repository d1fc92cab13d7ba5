/** The types of `.retry-lintrc.json`. schema/source/lint-config.schema.json describes the file for editors. */

import type {RetryingLayer} from '../../src/policy/types.ts';
import type {PresetName, RuleSetting} from '../config.ts';
import type {DialectSettings} from '../dialects/settings.ts';

/** A configuration file, such as `.retry-lintrc.json`. */
export interface ConfigFile extends RuleSettings {
  /** URL or path of the JSON schema, for editors. */
  readonly $schema?: string;
  /** Globs of policies that are not linted, relative to the folder of this file. */
  readonly ignores?: readonly string[];
  /**
   * Globs of files with other names that are policies, for runs over folders. A JSON pointer after `#` says where in the file the policy
   * is: `package.json#/retryPolicy`.
   */
  readonly policies?: readonly string[];
  /** Modules with further rules, relative to this file. */
  readonly plugins?: readonly string[];
  /** The file of the accepted findings, relative to this file. */
  readonly baseline?: string;
  /** Settings of the languages that are looked for, by the name of the dialect. */
  readonly dialects?: DialectSettings;
  /** What else retries the calls, outside of the files that are linted. */
  readonly layers?: readonly ConfiguredLayer[];
  /** false: comments in a policy suppress no finding. */
  readonly suppressions?: boolean;
  /** Settings for some of the policies. If several match, the last one applies. */
  readonly overrides?: readonly Override[];
}

/** The preset, and settings of single rules. */
export interface RuleSettings {
  /** The rules that are enabled. Default: `recommended`. */
  readonly preset?: PresetName;
  /** Settings by the code or the name of the rule. */
  readonly rules?: Readonly<Record<string, RuleSetting>>;
}

/** A gateway, a mesh or a client of the caller that retries. */
export interface ConfiguredLayer extends RetryingLayer {
  /** Globs of the files whose calls it retries, relative to the folder of the configuration. Default: every file. */
  readonly files?: readonly string[];
}

/** Settings for some of the policies. */
export interface Override extends RuleSettings {
  /** Globs relative to the folder of the configuration. */
  readonly files: readonly string[];
}

export const presetNames: readonly PresetName[] = ['recommended', 'strict'];

export const ruleSettings: readonly RuleSetting[] = ['error', 'warning', 'info', 'off'];

/** The default file of the accepted findings. */
export const defaultBaselineName = '.retry-lint-baseline.json';

/** The names of a configuration. A folder may have one of them. */
export const configNames: readonly string[] = ['.retry-lintrc.json', '.retry-lintrc.jsonc'];

/** The project file of Python, which is a configuration if it has the table `[tool.retry-lint]`, in a folder without one of `configNames`. */
export const pyprojectName = 'pyproject.toml';
