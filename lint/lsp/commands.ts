/** Runs the commands of the server. */

import {ErrorCodes, type ExecuteCommandParams, ResponseError} from 'vscode-languageserver-protocol';
import {withFinding} from '../baseline.ts';
import {addToBaseline, explain, explainRule, simulate, simulationPage} from './command-names.ts';
import {fileOf} from './documents.ts';
import {explained, showExplanation} from './explain-command.ts';
import type {OpenPolicy, Session} from './session.ts';
import {pageOf, showSimulation} from './simulate-command.ts';

export async function executeCommand(
  session: Session,
  {command, arguments: args = []}: ExecuteCommandParams,
  signal: AbortSignal,
): Promise<string | null> {
  const [first, second] = args.map(each => (typeof each === 'string' ? each : ''));
  switch (command) {
    case addToBaseline:
      // A document that was never saved has no name in a baseline.
      return accept(session, await policyOf(session, first && fileOf(first) && first), second ?? '', signal);
    case explain:
      return showExplanation(session, first ?? '', await session.policyAt(second ?? ''));
    case explainRule:
      return explained(await policyOf(session, first), second ?? '');
    case simulate:
      return showSimulation(session, await policyOf(session, first), args.slice(1), signal);
    case simulationPage:
      return pageOf(session, await policyOf(session, first), args.slice(1), signal);
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
