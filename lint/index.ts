/**
 * The linter as a library: pure, so it runs in Node, in an editor, in a browser and in tests, and says what the command line says.
 *
 * @example
 * import {lintText} from 'steadfetch/lint';
 *
 * const {findings} = await lintText({path: 'policy.json', files: {'policy.json': text}});
 */

export type {Config, PresetName, RuleSetting} from './config.ts';
export type {
  Confidence,
  Edit,
  Finding,
  Fix,
  FixSafety,
  RelatedPlace,
  Report,
  Severity,
  Suppressed,
} from './finding.ts';
export {type FixOptions, type FixResult, fixText} from './fix.ts';
export {dependencies, type LintRequest, lintText} from './lint.ts';
export type {Model} from './model/model.ts';
export type {Scope} from './model/scope.ts';
export {
  type BadExample,
  type Change,
  type Citation,
  type Draft,
  defineRule,
  type ExpectedFinding,
  type FixDraft,
  type GoodExample,
  type Rule,
} from './rule.ts';
export {RuleTester, type TestRunner} from './rule-tester.ts';
export {rules} from './rules/index.ts';
export type {Position, Range} from './source/lines.ts';
