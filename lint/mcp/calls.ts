/** What the tools do, in a thread of their own: a text may take the linter longer than an agent waits. Plain data goes in and comes out. */

import type {CallToolResult} from '@modelcontextprotocol/server';
import {afterPoll} from '../../src/core/after-poll.ts';
import {namesOf, noRule} from '../config-file/rule-names.ts';
import {native} from '../dialects/native.ts';
import {settingOf} from '../dialects/settings.ts';
import {documentationOf} from '../documentation.ts';
import {ruleMarkdown} from '../explain/rule-markdown.ts';
import type {Report} from '../finding.ts';
import {fixText} from '../fix.ts';
import {counted, formatSum, sumOf} from '../formatters/sum.ts';
import {CliError} from '../io/cli-error.ts';
import {textsOf} from '../io/rule-texts.ts';
import {lintText} from '../lint.ts';
import {codeOf} from '../rule-set.ts';
import {type Simulable, simulableAt, type Target} from '../simulate/target.ts';
import {isUnreadable} from '../workspace/scan.ts';
import {findingText, plainFinding, worstFindings} from './findings.ts';
import type {PolicyFolder, PolicyInput} from './policy-folder.ts';

/** The input of each call. */
export interface Inputs {
  readonly lint: PolicyInput;
  readonly fix: PolicyInput & {readonly unsafe: boolean};
  readonly explain: PolicyInput & {readonly rule: string};
  /** The policy that a simulation runs. */
  readonly simulable: PolicyInput & {readonly target: Target};
}

/** What each call returns. */
export interface Results {
  readonly lint: CallToolResult;
  readonly fix: CallToolResult;
  readonly explain: CallToolResult;
  readonly simulable: Simulable;
}

export type CallName = keyof Inputs;

type Carry<Name extends CallName> = (
  input: Inputs[Name],
  folder: PolicyFolder,
  signal: AbortSignal,
) => Promise<Results[Name]>;

/** Each throws a CliError where the call cannot be carried out, or the reason of the signal. */
export const calls: {readonly [Name in CallName]: Carry<Name>} = {lint, fix, explain, simulable};

async function lint({path, text}: PolicyInput, folder: PolicyFolder, signal: AbortSignal): Promise<CallToolResult> {
  const {requests, unreadable} =
    text === undefined ? await folder.requests(path) : {requests: [await folder.request({path, text})], unreadable: []};
  const reports: Report[] = [];
  for (const request of requests) {
    const report = await lintText({...request, signal, pause: nextTurn});
    const isSearched = settingOf(native, request.path, request.config?.dialectSettings) === 'off';
    if (!isSearched || !isUnreadable(report)) reports.push(report);
  }
  const sum = sumOf({reports});
  const {findings, omitted} = worstFindings(reports);
  const {files, errors, warnings, infos, suppressed} = sum;
  const more = omitted === 0 ? '' : `${omitted} more findings were left out: lint one policy at a time.`;
  return {
    content: textOf(
      [`${formatSum(sum)}.`, ...unreadable, ...findings.map(findingText), more].filter(line => line !== '').join('\n'),
    ),
    structuredContent: {files, errors, warnings, infos, suppressed, findings, omitted, unreadable},
  };
}

async function fix(
  {path, text, unsafe}: Inputs['fix'],
  folder: PolicyFolder,
  signal: AbortSignal,
): Promise<CallToolResult> {
  const request = await folder.request({path, text});
  const result = await fixText({...request, signal, pause: nextTurn}, {unsafe});
  const {findings: left, omitted} = worstFindings([result.report]);
  const fixed = result.fixed.map(plainFinding);
  const changed = result.text !== request.files[request.path];
  const said = [
    `${counted(fixed.length, 'finding')} fixed, ${left.length + omitted} left in ${request.path}.`,
    ...fixed.map(({code, line, fix}) => `fixed ${code} in line ${line}: ${fix?.title ?? ''}`),
    ...left.map(findingText),
  ];
  return {
    content: textOf(said.join('\n'), changed ? result.text : ''),
    structuredContent: {path: request.path, changed, text: result.text, fixed, left, omitted},
  };
}

async function explain({rule: name, path, text}: Inputs['explain'], folder: PolicyFolder): Promise<CallToolResult> {
  const available = await folder.rules(path);
  const rule = available.find(({code}) => code === codeOf(available, name));
  if (rule === undefined) throw new CliError(`${name} ${noRule(name, namesOf(available))}.`.replace(/\?\.$/, '?'));
  const request = path === undefined && text === undefined ? undefined : await folder.request({path, text});
  const {code, summary, severity, confidence, fix = 'none'} = rule;
  const page = documentationOf(rule).url ?? null;
  return {
    content: textOf(await ruleMarkdown(rule, await textsOf(rule), request)),
    structuredContent: {code, rule: rule.name, summary, severity, confidence, fix, page},
  };
}

async function simulable({target, ...input}: Inputs['simulable'], folder: PolicyFolder): Promise<Simulable> {
  return simulableAt(await folder.request(input), target);
}

/** A message that cancels the call is read between two rules. */
const nextTurn = (): Promise<void> => new Promise(afterPoll);

const textOf = (...texts: readonly string[]): CallToolResult['content'] =>
  texts.filter(text => text !== '').map(text => ({type: 'text', text}));
