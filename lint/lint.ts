/**
 * The linter. Pure: it reads no file and no clock, so the command line, editors and browsers call the same function and get the same
 * findings, byte for byte.
 */

import {applyBaseline} from './baseline.ts';
import {checkOf, checksOf} from './check-of.ts';
import type {Config} from './config.ts';
import {policiesOf} from './dialects/policies.ts';
import type {Finding, Report} from './finding.ts';
import {isFileName, resolveName} from './model/extends.ts';
import {type Model, modelOf} from './model/model.ts';
import {Collector} from './report/collector.ts';
import {draftsOf} from './report/drafts.ts';
import {reportShape, reportSource} from './report/shape-findings.ts';
import {type RuleSet, ruleSetOf} from './rule-set.ts';
import {type FilesRequest, readerOf, sourceOf} from './source/files.ts';
import {readSource} from './source/read.ts';
import {applySuppressions} from './suppress/apply.ts';

/** The argument of `lintText`. */
export interface LintRequest extends FilesRequest {
  /** The file to lint, one of `files`. It is YAML by its extension, else JSON with comments. */
  readonly path: string;
  /** Texts by path: its own, and those of the files it extends, unless `read` gives them. */
  readonly files: Readonly<Record<string, string>>;
  /** The configuration. Default: the preset `recommended`. */
  readonly config?: Config;
  /** Ends the run between two rules: what is thrown is the reason of the signal. */
  readonly signal?: AbortSignal;
  /** Awaited between two rules, so that the event loop can run other work, such as the abort of an outdated run. */
  readonly pause?: () => Promise<void>;
}

const NO_CONFIG: Config = {};

/**
 * Lints a policy file. A file may have several policies: each document of a YAML file is one.
 *
 * @param request The file, the files that it extends, and the configuration.
 * @returns Every finding, in the order of the file. A text that cannot be read is a finding, not an exception.
 * @throws TypeError if `files` does not have `path`; the reason of `signal` if it aborts.
 *
 * @example
 * const {findings} = await lintText({path: 'policy.json', files: {'policy.json': text}});
 */
export async function lintText(request: LintRequest): Promise<Report> {
  const {path, config = NO_CONFIG} = request;
  const rules = ruleSetOf(config);
  const source = await sourceOf(request);
  const collector = new Collector(source);
  // After a syntax error the tree is a guess, and findings about a guess would be noise.
  const isWhole = source.problems.every(({code}) => code === 'RL002');
  const {dialect, shapes} = policiesOf(source, config.dialects);
  reportSource(source, shapes, rules, collector);
  let isComplete = isWhole;
  if (isWhole) {
    for (const shape of shapes) {
      reportShape(shape, rules, collector);
      const model = await modelOf(shape, readerOf(request), dialect);
      isComplete &&= model.broken.length + shape.problems.length === 0;
      await runRules(model, rules, collector, request);
    }
  }
  const outcome = applySuppressions(source, rules, collector, {
    today: config.today,
    refused: config.noSuppressions === true,
    units: dialect.ignoresExtensions ? shapes.map(({unit}) => unit) : [],
    rulesRan: isComplete,
  });
  const {findings, suppressed} = applyBaseline(outcome.findings, config.baseline, finding => checkOf(finding)?.worse);
  return {path, isWhole, findings: inOrder(findings), suppressed: [...outcome.suppressed, ...suppressed]};
}

async function runRules(
  model: Model,
  rules: RuleSet,
  collector: Collector,
  {pause, signal}: LintRequest,
): Promise<void> {
  for (const rule of rules.rules) {
    const checks = checksOf(rule).filter(check => rules.severityOf(rule, check) !== undefined);
    if (checks.length === 0) continue;
    if (pause !== undefined) await pause();
    signal?.throwIfAborted();
    for (const check of checks) {
      for (const {scope, draft} of draftsOf(check, model))
        collector.addDraft(rule, check, rules.severityOf(rule, check, draft) ?? rule.severity, scope, draft);
    }
  }
}

/** By place, then by code: the same in every run. */
function inOrder(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(
    (a, b) =>
      a.range.start.line - b.range.start.line ||
      a.range.start.column - b.range.start.column ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
  );
}

/**
 * The files that the policies of a file extend. To lint the file, read these files, and the files that they extend.
 *
 * @param text     The text of the file.
 * @param path     Its path.
 * @param dialects Other languages that the file may be written in.
 * @returns Paths with slashes, relative to the same folder as `path`. Empty if the text cannot be read.
 */
export async function dependencies(text: string, path: string, dialects?: Config['dialects']): Promise<string[]> {
  const source = await readSource(path, text);
  const names = policiesOf(source, dialects).shapes.flatMap(({data}) => data.extends ?? []);
  return [...new Set(names.filter(isFileName).map(name => resolveName(name, path)))];
}
