/** A configuration as a project writes it: `.retry-lintrc.json`. schema/source/lint-config.schema.json describes it for editors. */

import type {PresetName, RuleSetting} from '../config.ts';

export interface ConfigFile extends RuleSettings {
  readonly $schema?: string;
  /** Globs of policies that are not linted, relative to the folder of this file. */
  readonly ignores?: readonly string[];
  /**
   * Globs of files with other names that are policies, for runs over folders. A JSON pointer after `#` says where in the file the policy
   * is: `package.json#/retryPolicy`.
   */
  readonly policies?: readonly string[];
  /** Modules with rules of the project's own, relative to this file. */
  readonly plugins?: readonly string[];
  /** The file of the accepted findings, relative to this file. */
  readonly baseline?: string;
  /** false: comments in a policy suppress no finding. */
  readonly suppressions?: boolean;
  /** Other settings for some of the policies. If several match, the last one applies. */
  readonly overrides?: readonly Override[];
}

export interface RuleSettings {
  readonly preset?: PresetName;
  /** Settings by the code or the name of the rule. */
  readonly rules?: Readonly<Record<string, RuleSetting>>;
}

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
