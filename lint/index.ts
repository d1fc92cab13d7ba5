/**
 * The linter as a library. Pure: it runs in Node, in an editor, in a browser and in tests, and finds what the command line finds.
 *
 * @module
 * @example
 * import {lintText} from 'retry-lint';
 *
 * const {findings} = await lintText({path: 'policy.json', files: {'policy.json': text}});
 */

export type {Config, PresetName, RuleSetting} from './config.ts';
export type {ConfigFile, ConfiguredLayer, Override} from './config-file/config-file.ts';
export type {ConfigHost, PyprojectTable} from './config-file/host.ts';
export {ConfigLookup, type ConfigReading, type Loaded, type PolicyConfig} from './config-file/lookup.ts';
export type {ConfigMistake} from './config-file/mistake.ts';
export {type DialectDefinition, defineDialect} from './dialects/define-dialect.ts';
export type {
  BuiltInDialect,
  Capabilities,
  Dialect,
  DialectLayer,
  DialectSign,
  FieldChange,
  LateDialect,
  TreeChange,
} from './dialects/dialect.ts';
export type {Languages} from './dialects/policies.ts';
export {policiesAt} from './dialects/policies-at.ts';
export type {Packages} from './dialects/python/packages.ts';
export type {DialectSetting, DialectSettings} from './dialects/settings.ts';
export type {Field, Words} from './dialects/words.ts';
export {type LocateRequest, type Location, locate} from './editor/locate.ts';
export {type SuppressRequest, suppress} from './editor/suppress.ts';
export type {Block, Explanation} from './explain/blocks.ts';
export {explainFile as explain} from './explain/explain.ts';
export type {ExplainRequest} from './explain/explain-with.ts';
export {renderMarkdown, renderText} from './explain/render.ts';
export type {
  Acceptance,
  Confidence,
  Edit,
  Finding,
  FindingTag,
  Fix,
  FixSafety,
  RelatedPlace,
  Report,
  ReportedDialect,
  Severity,
  Suppressed,
} from './finding.ts';
export {type FixOptions, type FixResult, fixText} from './fix.ts';
export {dependencies, type LintRequest, lintText} from './lint.ts';
export type {BrokenEntry} from './model/extends.ts';
export type {Layer} from './model/layer.ts';
export type {Model} from './model/model.ts';
export {type FieldState, type Scope, stateOf} from './model/scope.ts';
export {
  type BadExample,
  type Category,
  type Change,
  type Check,
  type Citation,
  type Draft,
  defineRule,
  type ExpectedFinding,
  type FixDraft,
  type FormerCheck,
  type GoodExample,
  type Rule,
  type RuleDocumentation,
} from './rule.ts';
export {RuleTester, type TestRunner} from './rule-tester.ts';
export {rules} from './rules/index.ts';
export type {CodeFacts, HiddenRetries} from './shape/code.ts';
export type {Remark, RepeatedCalls} from './shape/remarks.ts';
export type {Shape, ShapeProblem, UnitData} from './shape/shape.ts';
export type {Reference, Targets} from './shape/targets.ts';
export {SourceCache} from './source/cache.ts';
export type {FilesRequest} from './source/files.ts';
export type {Position, Range} from './source/lines.ts';
export {type Place, type Places, placesOf} from './source/places.ts';
export {toValue} from './source/read.ts';
export type {
  Comment,
  ListNode,
  Node,
  ObjectNode,
  Property,
  ScalarNode,
  Source,
  SourceFormat,
  SourceProblem,
  Span,
} from './source/tree.ts';
export {documentsOf, type Unit, unitAt} from './source/unit.ts';
