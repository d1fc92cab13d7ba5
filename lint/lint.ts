/**
 * The linter. Pure: it reads no file and no clock, so the command line, editors and browsers call the same function and get the same
 * findings, byte for byte.
 */

import {applyBaseline} from './baseline.ts';
import {checkOf, checksOf} from './check-of.ts';
import type {Config} from './config.ts';
import {noteDialect} from './dialect-of.ts';
import type {DialectSign} from './dialects/dialect.ts';
import {isNative, native} from './dialects/native.ts';
import {type FilePolicy, isPartlyOff, loadDialects, mainDialectOf, policiesOf} from './dialects/policies.ts';
import {settingOf} from './dialects/settings.ts';
import type {Finding, Report, ReportedDialect} from './finding.ts';
import {isFileName, resolveName} from './model/extends.ts';
import {type HeirsRequest, withHeirs} from './model/heirs.ts';
import {type Model, modelOf} from './model/model.ts';
import {Collector} from './report/collector.ts';
import {collectDrafts} from './report/drafts.ts';
import {reportRemarks, reportShape, reportSource} from './report/shape-findings.ts';
import {type RuleSet, ruleSetOf} from './rule-set.ts';
import {readerOf, sourceOf} from './source/files.ts';
import {linked} from './source/python-links.ts';
import {isPythonTest} from './source/python-path.ts';
import {readSource} from './source/read.ts';
import type {Source} from './source/tree.ts';
import {applySuppressions} from './suppress/apply.ts';

/** The argument of `lintText`. */
export interface LintRequest extends HeirsRequest {
  /** The file to lint, one of `files`. It is YAML by its extension, else JSON with comments. */
  readonly path: string;
  /** Texts by path: its own, and those of the files it extends and is extended by, unless `read` gives them. */
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
  const source = await linked(await sourceOf(request), request.files);
  const collector = new Collector(source);
  await loadDialects(source, config);
  const policies = policiesOf(source, config);
  const shapes = policies.map(({shape}) => shape);
  const main = policies[0]?.dialect ?? mainDialectOf(source, config);
  const rules = rulesFor(main, path, config);
  // A program without retries may be in any encoding.
  const isOther = main === native && source.format === 'python' && /[\0\uFFFD]/.test(source.text);
  const problems = isOther ? [] : [...source.problems, ...tooFull(source, policies)];
  // After a syntax error the tree is a guess, and findings about a guess would be noise.
  const isWhole = problems.every(({code}) => code === 'RL002');
  reportSource({...source, problems}, shapes, rules, collector);
  noteDialect(collector.findings, main);
  let isComplete = isWhole;
  if (isWhole) {
    for (const {dialect, shape} of policies) {
      const ownRules = rulesFor(dialect, path, config);
      reportShape(shape, ownRules, collector);
      reportRemarks(shape, ownRules, collector);
      const alone = await modelOf(shape, readerOf(request), dialect, config.layers);
      const model = isNative(dialect) ? await withHeirs(alone, request) : alone;
      isComplete &&= model.broken.length + shape.problems.length === 0;
      await runRules(model, ownRules, collector, request);
      noteDialect(collector.findings, dialect);
    }
  }
  const outcome = applySuppressions(source, rules, collector, {
    today: config.today,
    refused: config.noSuppressions === true,
    calls: shapes.map(({unit}) => unit),
    units: policies.filter(({dialect}) => dialect.ignoresExtensions).map(({shape}) => shape.unit),
    rulesRan: isComplete && source.python?.isWhole !== false && !isPartlyOff(source, config),
  });
  noteDialect(outcome.findings, main);
  const {findings, suppressed} = applyBaseline(outcome.findings, config.baseline, finding => checkOf(finding)?.worse);
  return {
    path,
    isWhole,
    dialects: countsOf(policies),
    findings: inOrder(findings),
    suppressed: [...outcome.suppressed, ...suppressed],
  };
}

/** So many retries no person writes into a program, and to judge them takes seconds. */
const MOST_RETRIES = 1000;

function tooFull({format, text}: Source, {length}: readonly FilePolicy[]): Source['problems'] {
  if (format !== 'python' || length <= MOST_RETRIES) return [];
  const message = `The file has ${length} retries and clients. Only files with up to ${MOST_RETRIES} are read.`;
  return [{code: 'RL006', message, span: {start: 0, end: Math.min(1, text.length)}}];
}

/** Tests wait and repeat on purpose. */
function rulesFor(dialect: DialectSign, path: string, config: Config): RuleSet {
  const rules = ruleSetOf(config);
  const setting = settingOf(dialect, path, config.dialectSettings);
  const areChecked = typeof setting === 'object' && setting.tests === true;
  return isPythonTest(path) && !areChecked ? rules.forTests : rules;
}

function countsOf(policies: readonly FilePolicy[]): ReportedDialect[] {
  const counts = new Map<string, number>();
  for (const {dialect} of policies) counts.set(dialect.name, (counts.get(dialect.name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({name, policies: count}));
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
    for (const check of checks) collectDrafts(rule, check, model, rules, collector);
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
  if (dialects === undefined && !native.wants(path, text)) return [];
  const source = await readSource(path, text);
  const names = policiesOf(source, dialects && {dialects}).flatMap(({shape}) => shape.data.extends ?? []);
  return [...new Set(names.filter(isFileName).map(name => resolveName(name, path)))];
}
