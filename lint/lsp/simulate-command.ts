/** The commands that simulate a policy of an open document. */

import {ErrorCodes, ResponseError} from 'vscode-languageserver-protocol';
import {duration} from '../../src/cli/simulate-rows.ts';
import {formatShare} from '../analysis/format.ts';
import type {Numbers, Simulated} from '../simulate/job.ts';
import {simulableAt, type Target} from '../simulate/target.ts';
import {uriOf} from './documents.ts';
import type {OpenPolicy, Session} from './session.ts';
import {showMessage, showPage} from './show.ts';

/** A service with a capacity, which retries that nothing bounds keep down: one without praises many attempts, even in an outage. */
const DEFAULT_SCENARIO = 'spike';

/** Opens the page of the simulation. Where the editor opens no pages, shows its numbers as a message. */
export async function showSimulation(
  session: Session,
  policy: OpenPolicy,
  args: readonly unknown[],
  signal: AbortSignal,
): Promise<null> {
  const simulated = await simulatedBy(session, policy, args, session.settings.opensUrls, signal);
  const file = simulated.page === undefined ? undefined : session.pages.write(simulated.page);
  if (file !== undefined && (await showPage(session, uriOf(file)))) return null;
  showMessage(session, `${linesOf(simulated)}${file === undefined ? '' : `\nThe page with charts is ${file}.`}`);
  return null;
}

/** @returns HTML that loads nothing. */
export async function pageOf(
  session: Session,
  policy: OpenPolicy,
  args: readonly unknown[],
  signal: AbortSignal,
): Promise<string> {
  return (await simulatedBy(session, policy, args, true, signal)).page ?? '';
}

async function simulatedBy(
  session: Session,
  {request}: OpenPolicy,
  [target, scenario = DEFAULT_SCENARIO]: readonly unknown[],
  page: boolean,
  signal: AbortSignal,
): Promise<Simulated> {
  if (typeof scenario !== 'string') throw invalid('The scenario must be a name.');
  const simulable = await simulableAt(request, targetOf(target));
  return session.simulations.run({...simulable, scenario, page}, AbortSignal.any([signal, session.ended]));
}

function targetOf(value: unknown): Target {
  const {policy = 0, route}: {readonly policy?: unknown; readonly route?: unknown} =
    typeof value === 'object' && value !== null ? value : {};
  if (!isIndex(policy)) throw invalid('policy must be a number from 0.');
  if (route === undefined || route === null) return {policy};
  if (!isIndex(route)) throw invalid('route must be a number from 0.');
  return {policy, route};
}

const isIndex = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0;

const invalid = (problem: string): ResponseError<void> => new ResponseError(ErrorCodes.InvalidParams, problem);

/** A few lines, for a message. */
function linesOf({scenario, description, results}: Simulated): string {
  return [`${scenario}: ${description}`, ...results.map(lineOf)].join('\n');
}

function lineOf({name, successRatio, latencyMs: {p95}, requestsPerCall}: Numbers): string {
  const latency = p95 === null ? 'P95 failed' : `P95 ${duration(p95)}`;
  return `${name}: ${formatShare(successRatio)} of calls succeed, ${latency}, ${requestsPerCall.toFixed(2)} requests per call`;
}
