/** Runs the commands of the server. */

import {
  ErrorCodes,
  type ExecuteCommandParams,
  ResponseError,
  ShowDocumentRequest,
} from 'vscode-languageserver-protocol';
import {withFinding} from '../baseline.ts';
import {codeOf} from '../rule-set.ts';
import {addToBaseline, explainRule, openDocumentation} from './command-names.ts';
import {ruleMarkdown} from './rule-markdown.ts';
import type {OpenPolicy, Session} from './session.ts';

export async function executeCommand(
  session: Session,
  {command, arguments: args = []}: ExecuteCommandParams,
  signal: AbortSignal,
): Promise<string | null> {
  const [first, second] = args.map(each => (typeof each === 'string' ? each : ''));
  switch (command) {
    case addToBaseline:
      return accept(session, await policyOf(session, first), second ?? '', signal);
    case explainRule:
      return explain(await policyOf(session, first), second ?? '');
    case openDocumentation:
      return openPage(session, first ?? '');
    default:
      throw new ResponseError(ErrorCodes.InvalidParams, `Unknown command: ${command}.`);
  }
}

async function policyOf(session: Session, uri: string | undefined): Promise<OpenPolicy> {
  const policy = await session.policyAt(uri ?? '');
  if (policy === undefined) throw new ResponseError(ErrorCodes.InvalidParams, 'The document is not an open policy.');
  return policy;
}

/** Writes the baseline on the disk: it is rarely open, and its findings are those of the saved project. */
async function accept(
  session: Session,
  {project, request}: OpenPolicy,
  fingerprint: string,
  signal: AbortSignal,
): Promise<null> {
  const {report} = await project.run(request, signal);
  const finding = report.findings.find(each => each.fingerprint === fingerprint);
  if (finding === undefined)
    throw new ResponseError(ErrorCodes.InvalidParams, `The document has no finding ${JSON.stringify(fingerprint)}.`);
  const file = await project.workspace.baselineFor(request.path);
  file.write(withFinding(file.exists ? file.read() : {version: 1, findings: {}}, finding));
  session.renew();
  return null;
}

async function explain({project, request}: OpenPolicy, name: string): Promise<string> {
  const {available} = await project.workspace.settingsFor(request.path);
  const code = codeOf(available, name);
  const rule = available.find(each => each.code === code);
  if (rule === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `Unknown rule: ${JSON.stringify(name)}.`);
  return ruleMarkdown(rule, request);
}

async function openPage({connection}: Session, url: string): Promise<null> {
  if (!/^https?:\/\//.test(url))
    throw new ResponseError(ErrorCodes.InvalidParams, `Invalid URL: ${JSON.stringify(url)}.`);
  await connection.sendRequest(ShowDocumentRequest.type, {uri: url, external: true});
  return null;
}
