/**
 * The linter. Pure: it reads no file and asks no clock, so the command line, the editor and the browser all call this one function
 * and say the same, byte for byte.
 */

import {applyBaseline} from './baseline.ts';
import type {Config} from './config.ts';
import type {Finding, Report} from './finding.ts';
import {isFileName, resolveName} from './model/extends.ts';
import {modelOf} from './model/model.ts';
import {Collector} from './report/collector.ts';
import {reportShape, reportSource} from './report/shape-findings.ts';
import {type RuleSet, ruleSetOf} from './rule-set.ts';
import {shapeOf} from './shape/shape.ts';
import {readSource} from './source/read.ts';
import {documentsOf} from './source/unit.ts';
import {applySuppressions} from './suppress/apply.ts';

export interface LintRequest {
  /** Which of the files to lint. Its ending says whether it is YAML; everything else is JSON with comments. */
  readonly path: string;
  /** Its text, and those of the files it extends, by path. What `dependencies` names and is missing here could not be read. */
  readonly files: Readonly<Record<string, string>>;
  readonly config?: Config;
}

const NO_CONFIG: Config = {};

/**
 * Reads a policy file and says where and why it is unsafe. A file may hold several: each document of a YAML file is a policy.
 *
 * @returns Every finding, in the order of the file. Whatever the text is, this does not throw for it.
 * @throws TypeError when `files` does not have `path`.
 *
 * @example
 * const {findings} = await lintText({path: 'policy.json', files: {'policy.json': text}});
 */
export async function lintText({path, files, config = NO_CONFIG}: LintRequest): Promise<Report> {
  const text = Object.hasOwn(files, path) ? files[path] : undefined;
  if (text === undefined) throw new TypeError(`files has no text for ${path}.`);
  const rules = ruleSetOf(config);
  const source = await readSource(path, text);
  const collector = new Collector(source);
  reportSource(source, rules, collector);
  // Behind a slip of syntax the tree is a guess, and findings about a guess are noise.
  if (source.problems.every(({code}) => code === 'RL002')) {
    for (const unit of documentsOf(source)) {
      const shape = shapeOf(unit);
      reportShape(shape, rules, collector);
      await runRules(shape, files, rules, collector);
    }
  }
  const options = {today: config.today, refused: config.noSuppressions === true};
  const judged = applySuppressions(source, rules, collector, options);
  const {findings, suppressed} = applyBaseline(judged.findings, config.baseline);
  return {path, findings: inOrder(findings), suppressed: [...judged.suppressed, ...suppressed]};
}

async function runRules(
  shape: ReturnType<typeof shapeOf>,
  files: LintRequest['files'],
  rules: RuleSet,
  collector: Collector,
): Promise<void> {
  const model = await modelOf(shape, files);
  for (const rule of rules.rules) {
    if (rules.severityOf(rule) === undefined) continue;
    for (const draft of rule.checkFile?.(model) ?? []) {
      collector.addDraft(rule, rules.severityOf(rule, draft) ?? rule.severity, draft.scope, draft);
    }
    if (rule.check === undefined) continue;
    for (const scope of model.scopes) {
      for (const draft of rule.check(scope)) {
        collector.addDraft(rule, rules.severityOf(rule, draft) ?? rule.severity, scope, draft);
      }
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
 * The files that the policies of a file extend, as paths: whoever lints it reads them too, and theirs.
 *
 * @returns Paths relative to what `path` is relative to, with slashes; none where the text cannot be read.
 */
export async function dependencies(text: string, path: string): Promise<string[]> {
  const source = await readSource(path, text);
  const names = documentsOf(source).flatMap(unit => shapeOf(unit).data.extends ?? []);
  return [...new Set(names.filter(isFileName).map(name => resolveName(name, path)))];
}
