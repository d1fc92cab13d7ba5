/** Quick fixes and other actions on findings, and "fix all". */

import {type CodeAction, CodeActionKind, type CodeActionParams, type Diagnostic} from 'vscode-languageserver-protocol';
import {isAcceptable} from '../baseline.ts';
import {suppress} from '../editor/suppress.ts';
import type {Finding, Fix} from '../finding.ts';
import {fixText, isSound} from '../fix.ts';
import {Lines} from '../source/lines.ts';
import {addToBaseline, explain} from './command-names.ts';
import {fileOf} from './documents.ts';
import {snippetEdit, workspaceEdit} from './edits.ts';
import {toRange, touches} from './positions.ts';
import type {OpenPolicy, Session} from './session.ts';
import {changeBetween} from './text-change.ts';

export const fixAllKind: string = `${CodeActionKind.SourceFixAll}.retry-lint`;

export async function codeActions(
  session: Session,
  {textDocument: {uri}, range, context: {only}}: CodeActionParams,
  signal: AbortSignal,
): Promise<CodeAction[]> {
  const policy = await session.policyAt(uri);
  if (policy === undefined) return [];
  const actions: CodeAction[] = [];
  // A change of all that is wrong is offered only where it is asked for, such as at a save.
  if (only?.some(kind => includes(kind, fixAllKind))) actions.push(...(await fixAll(policy, session, signal)));
  if (only !== undefined && !only.some(kind => includes(kind, CodeActionKind.QuickFix))) return actions;
  const {report} = await policy.project.run(policy.request, signal);
  for (const finding of report.findings)
    if (touches(toRange(finding.range), range)) actions.push(...(await actionsOf(finding, policy, session)));
  return actions;
}

/** `source` includes `source.fixAll`. */
const includes = (kind: string, other: string): boolean =>
  kind === '' || kind === other || other.startsWith(`${kind}.`);

async function actionsOf(finding: Finding, policy: OpenPolicy, session: Session): Promise<CodeAction[]> {
  const {settings, diagnostics} = session;
  const shared = {kind: CodeActionKind.QuickFix, diagnostics: [diagnostics.ofFinding(finding, policy.project)]};
  const {fix, suggestions, code, fingerprint} = finding;
  const offered = [...(fix === undefined ? [] : [fix]), ...suggestions];
  const sound = await Promise.all(offered.map(isSound));
  const fixes = offered
    .filter((_, index) => sound[index])
    .map(each => ({
      ...shared,
      title: titleOf(each),
      // An editor may apply a preferred action without being asked which.
      ...(each.safety === 'safe' ? {isPreferred: true} : {}),
      edit: workspaceEdit(each.edits, policy, settings),
    }));
  return [
    ...fixes,
    ...(await suppressions(finding, policy, session, shared)),
    ...(isAcceptable(code) && fileOf(policy.uri) !== undefined
      ? [{...shared, ...commandAction(`Accept ${code} in the baseline`, addToBaseline, [policy.uri, fingerprint])}]
      : []),
    {...shared, ...commandAction(`Explain ${code}`, explain, [code, policy.uri])},
  ];
}

const titleOf = ({title, safety}: Fix): string => (safety === 'safe' ? title : `${title} (unsafe)`);

const commandAction = (title: string, command: string, args: unknown[]) => ({
  title,
  command: {title, command, arguments: args},
});

/** The text that a user replaces by a reason. */
const REASON = 'why this is accepted';

/** Without a place to fill in, the reason is left out, and RL604 asks for one. */
async function suppressions(
  finding: Finding,
  policy: OpenPolicy,
  {settings}: Session,
  shared: {readonly kind: CodeActionKind; readonly diagnostics: Diagnostic[]},
): Promise<CodeAction[]> {
  const fillsIn = settings.snippetEdits && settings.versionedEdits;
  const actions: CodeAction[] = [];
  for (const where of ['here', 'file'] as const) {
    const change = await suppress({...policy.request, finding, reason: fillsIn ? REASON : '', where});
    if (change === undefined) continue;
    const edit = fillsIn ? snippetEdit(change.edits, REASON, policy) : workspaceEdit(change.edits, policy, settings);
    actions.push({...shared, title: change.title, edit});
  }
  return actions;
}

async function fixAll(policy: OpenPolicy, {settings}: Session, signal: AbortSignal): Promise<CodeAction[]> {
  const {text, fixed} = await fixText({...policy.request, signal});
  if (text === policy.text) return [];
  const change = changeBetween(policy.text, text);
  const range = new Lines(policy.text).rangeOf(change);
  const title = `Apply ${fixed.length === 1 ? 'the safe fix' : `all ${fixed.length} safe fixes`} of retry-lint`;
  return [{kind: fixAllKind, title, edit: workspaceEdit([{...change, range}], policy, settings)}];
}
