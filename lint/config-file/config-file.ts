/** A configuration as a project writes it: `.retry-lintrc.json`. schema/source/lint-config.schema.json says the same to editors. */

import type {PresetName, RuleSetting} from '../config.ts';

export interface ConfigFile extends RuleSettings {
  readonly $schema?: string;
  /** Globs of policies that are left alone, from the folder of this file. */
  readonly ignores?: readonly string[];
  /**
   * Globs of files that are policies whatever they are called, for runs over folders; behind `#` where in such a file the policy is:
   * `package.json#/retryPolicy`.
   */
  readonly policies?: readonly string[];
  /** Modules with rules of the project's own, relative to this file. */
  readonly plugins?: readonly string[];
  /** Where the accepted findings are kept, relative to this file. */
  readonly baseline?: string;
  /** false: comments in a policy silence nothing. */
  readonly suppressions?: boolean;
  /** Other settings for some of the policies; of several that match, the last has the word. */
  readonly overrides?: readonly Override[];
}

export interface RuleSettings {
  readonly preset?: PresetName;
  /** By code or name. */
  readonly rules?: Readonly<Record<string, RuleSetting>>;
}

export interface Override extends RuleSettings {
  /** Globs, from the folder of the configuration. */
  readonly files: readonly string[];
}

export const presetNames: readonly PresetName[] = ['recommended', 'strict'];

export const ruleSettings: readonly RuleSetting[] = ['error', 'warning', 'info', 'off'];

/** Where the accepted findings are kept, unless the configuration says so. */
export const defaultBaselineName = '.retry-lint-baseline.json';

/** The names a configuration goes by. A folder has one of them. */
export const configNames: readonly string[] = ['.retry-lintrc.json', '.retry-lintrc.jsonc'];
