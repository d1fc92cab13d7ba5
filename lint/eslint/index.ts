/**
 * The plugin of ESLint and oxlint: finds unsafe retries in JavaScript and TypeScript.
 *
 * @module
 * @example
 * import retry from 'eslint-plugin-retry';
 *
 * export default [retry.configs.recommended];
 */

import {VERSION} from '../../src/core/version.ts';
import type {Severity} from '../finding.ts';
import type {Rule} from '../rule.ts';
import {type EslintRule, eslintRules, ruleList} from './rules.ts';

export type {EslintRule} from './rules.ts';

/** The severity of a rule, and the least severity of its findings that are reported. */
export type RuleEntry = 'error' | 'warn' | ['error' | 'warn', {readonly least: Severity}];

/** An entry of a flat configuration. */
export interface RetryConfig {
  readonly name: string;
  readonly plugins: {readonly retry: RetryPlugin};
  readonly rules: Record<string, RuleEntry>;
}

/** The plugin. */
export interface RetryPlugin {
  readonly meta: {readonly name: string; readonly version: string; readonly namespace: string};
  readonly rules: Record<string, EslintRule>;
  readonly configs: {
    /** Errors, and warnings for what has exceptions. */
    readonly recommended: RetryConfig;
    /** The same, with hints, and the retries that a client makes by itself. */
    readonly strict: RetryConfig;
  };
}

/** Whose findings are not all errors: one severity of ESLint is for a whole rule. */
const MIXED = ['RL201', 'RL203', 'RL209'];

const severityOf = ({code, severity}: Rule): 'error' | 'warn' =>
  severity === 'error' && !MIXED.includes(code) ? 'error' : 'warn';

function config(name: string, rules: readonly Rule[], entryOf: (rule: Rule) => RuleEntry): RetryConfig {
  const entries = rules.map(rule => [`retry/${rule.name}`, entryOf(rule)] as const);
  return {name, plugins: {retry: plugin}, rules: Object.fromEntries(entries)};
}

const plugin: RetryPlugin = {
  meta: {name: 'eslint-plugin-retry', version: VERSION, namespace: 'retry'},
  rules: eslintRules,
  configs: {
    get recommended() {
      const usual = ruleList.filter(({strict, severity}) => strict !== true && severity !== 'info');
      return config('retry/recommended', usual, severityOf);
    },
    get strict() {
      return config('retry/strict', ruleList, rule => [severityOf(rule), {least: 'info'}]);
    },
  },
};

export default plugin;
