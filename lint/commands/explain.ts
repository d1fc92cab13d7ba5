/** `retry-lint explain RULE [FILE]`: the reasons for a rule; with a file, its findings in that file. Needs no network. */

import {VERSION} from '../../src/core/version.ts';
import {formatList} from '../analysis/format.ts';
import {namesOf, noRule} from '../config-file/rule-names.ts';
import {type SetSeverity, severities} from '../config-file/settings.ts';
import {explainFile} from '../explain/explain.ts';
import {renderText} from '../explain/render.ts';
import {flagsOf} from '../explain/rule-page.ts';
import {harmless, harmlessLines} from '../formatters/harmless.ts';
import {type Paint, painter} from '../formatters/paint.ts';
import {stylish} from '../formatters/stylish.ts';
import {CliError} from '../io/cli-error.ts';
import type {Io} from '../io/io.ts';
import {readOperand} from '../io/operand.ts';
import {readDocumentation} from '../io/rule-texts.ts';
import {lintText} from '../lint.ts';
import {retired} from '../retired.ts';
import type {BadExample, Rule, RuleDocumentation} from '../rule.ts';
import {codeOf} from '../rule-set.ts';
import {Workspace} from '../workspace/workspace.ts';
import {wantsColour} from './colour.ts';
import type {Command} from './command.ts';

export const explain: Command = async (args, io) => {
  const [name = '', operand] = args.operands;
  const workspace = new Workspace(args, io);
  const path = operand === undefined ? undefined : await policyOf(operand, workspace);
  const settings = await workspace.settingsFor(path ?? 'policy.json');
  const {available} = settings;
  const rule = available.find(({code}) => code === codeOf(available, name));
  if (rule === undefined) throw new CliError(`${name} ${noRule(name, namesOf(available))}.`.replace(/\?\.$/, '?'));
  const paint = painter(wantsColour(undefined, io));
  const here = severities(settings).find(each => each.rule === rule)!;
  const where = path === undefined ? 'In this folder' : `For ${path}`;
  io.out.write(pageOf(here, await readDocumentation(rule), where, paint));
  if (path !== undefined) await explainFindings(here, path, workspace, io);
  return 0;
};

/** Returns the file of a policy, and notes in the workspace at which pointer of the file the policy is. */
async function policyOf(operand: string, workspace: Workspace): Promise<string> {
  const {path, pointer} = readOperand(operand);
  if (!(await workspace.holds(path, pointer))) throw new CliError(`${path} has nothing at ${pointer}.`);
  if (pointer !== '') workspace.setPointers(path, [pointer]);
  return path;
}

/** @param where The policies for which the severity is set: `For policy.json`. */
function pageOf(
  {rule, severity: set, from}: SetSeverity,
  {why, sources, bad}: RuleDocumentation,
  where: string,
  paint: Paint,
): string {
  const {code, name, severity, confidence, fix, summary, docs} = rule;
  const old = retired.filter(({now}) => now === code).map(each => `${each.code} ${each.name}`);
  const strict = rule.strict ? ', only under the preset strict' : '';
  const here = set === (rule.strict ? 'off' : severity) ? '' : `\n${harmless(where)}: ${set}, set by ${from}.`;
  return `${[
    `${paint('bold', `${code} ${name}`)}\n${summary}. ${capital(severity)}, ${confidence} confidence${strict}. Fix: ${fix ?? 'none'}.${here}`,
    ...(old.length === 0 ? [] : [`Formerly ${formatList(old)}.`]),
    why.trim(),
    exampleOf(bad[0], fix, paint),
    [paint('bold', 'Sources'), ...sources.map(({title, url}) => `  ${title}\n  ${paint('dim', url)}`)].join('\n'),
    ...(docs === undefined ? [] : [`${paint('bold', 'Documentation')}\n  ${paint('dim', docs)}`]),
  ].join('\n\n')}\n`;
}

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

function exampleOf({name, text, findings, fixed}: BadExample, fix: Rule['fix'], paint: Paint): string {
  const indented = (lines: string): string => lines.trimEnd().replace(/^/gm, '    ');
  const said = findings.map(({at, message}) => `  ${at}  ${message}`);
  const rows = [`${paint('bold', 'For instance')}: ${name}`, '', indented(text), '', ...said];
  return [...rows, ...(fixed === undefined ? [] : ['', `  With ${flagsOf(fix)}:`, '', indented(fixed)])].join('\n');
}

/** The findings of a rule in a file, even if the rule is off, and the arithmetic behind them. */
async function explainFindings(
  {rule, severity}: SetSeverity,
  path: string,
  workspace: Workspace,
  io: Io,
): Promise<void> {
  const request = await workspace.request(path);
  const turnedOn = severity === 'off' ? {[rule.code]: rule.severity} : {};
  const rules = {...request.config?.rules, ...turnedOn};
  const report = await lintText({...request, config: {...request.config, baseline: [], rules}});
  const findings = report.findings.filter(({code}) => code === rule.code);
  if (findings.length === 0) io.out.write(`\n${rule.code} has nothing to say about ${harmless(path)}.\n`);
  else {
    const run = {
      reports: [{...report, findings}],
      texts: request.files,
      rules: [rule],
      version: VERSION,
      today: io.today,
    };
    io.out.write(`\n${stylish.format(run, {colour: wantsColour(undefined, io), width: io.out.columns})}`);
  }
  const arithmetic = renderText(await explainFile(rule, request), Math.min(io.out.columns, 100));
  if (arithmetic !== '') io.out.write(`\n${harmlessLines(arithmetic)}\n`);
}
