/** What follows from the numbers of a policy, beside them: inlay hints at single fields, a code lens at each policy and route. */

import type {CodeLens, CodeLensParams, Command, InlayHint, InlayHintParams} from 'vscode-languageserver-protocol';
import {worstAmplification} from '../../src/math/amplification.ts';
import {timelineOf} from '../../src/math/timeline.ts';
import {formatCount, formatNumber} from '../analysis/format.ts';
import {mayRetry, retriesOf} from '../analysis/retryability.ts';
import {isNative} from '../dialects/native.ts';
import type {AttemptTable} from '../explain/attempt-table.ts';
import {below} from '../model/layer.ts';
import {modelsOf} from '../model/models.ts';
import {isSure, type Scope} from '../model/scope.ts';
import type {Target} from '../simulate/target.ts';
import {sourceOf} from '../source/files.ts';
import {Lines, linesOf} from '../source/lines.ts';
import {type Place, spanToShow} from '../source/places.ts';
import {simulate} from './command-names.ts';
import {toRange, touches} from './positions.ts';
import type {OpenPolicy, Session} from './session.ts';
import type {Settings} from './settings.ts';

export async function inlayHints(
  session: Session,
  {textDocument: {uri}, range}: InlayHintParams,
): Promise<InlayHint[]> {
  const {scopes, lines} = await scopesOf(await session.policyAt(uri));
  const tableOf = await loadTable();
  return scopes
    .flatMap(scope => [
      hintAt(scope, 'deadlineMs', worstCase(scope, tableOf), lines),
      hintAt(scope, 'maxAttempts', attemptsThatFit(scope), lines),
    ])
    .filter(hint => hint !== undefined)
    .filter(({position}) => touches({start: position, end: position}, range));
}

/** A hint behind the value that this scope itself sets. */
function hintAt(scope: Scope, field: string, label: string | undefined, lines: Lines): InlayHint | undefined {
  const place = placeOf(scope, field);
  if (label === undefined || place === undefined) return undefined;
  const {end} = toRange(lines.rangeOf(place.node.span));
  return {position: end, label, paddingLeft: true};
}

function placeOf({own, base}: Scope, field: string): Place | undefined {
  return own.entry === undefined ? own.shape?.places.get(below(base, field)) : undefined;
}

const isKnown = (scope: Scope): boolean =>
  isSure(scope, 'maxAttempts', 'deadlineMs', 'attemptTimeoutMs', 'backoff', 'retryOn', 'retryingLayers');

type TableOf = (scope: Scope) => AttemptTable;

/** Late, with the arithmetics: an editor that shows neither hints nor lenses need not load it. */
const loadTable = async (): Promise<TableOf> => (await import('../explain/arithmetic.ts')).attemptTable;

const worstCase = (scope: Scope, tableOf: TableOf): string | undefined =>
  isKnown(scope) ? `worst case ${formatDuration(tableOf(scope).worstMs)}` : undefined;

/** How many attempts fit into the deadline if each takes its whole timeout. */
function attemptsThatFit(scope: Scope): string | undefined {
  const {policy} = scope;
  if (!isKnown(scope) || policy.deadlineMs === null || policy.attemptTimeoutMs === null || !mayRetry(scope))
    return undefined;
  const attempts = retriesOf(policy) + 1;
  const whole = timelineOf(policy, attempts, false).filter(({cut}) => cut === 'whole').length;
  if (whole === attempts) return 'all fit';
  return Number.isFinite(attempts) ? `${whole} of ${attempts} fit` : `${formatCount(whole, 'attempt')} fit`;
}

export async function codeLenses(session: Session, {textDocument: {uri}}: CodeLensParams): Promise<CodeLens[]> {
  const {scopes, lines} = await scopesOf(await session.policyAt(uri));
  const tableOf = await loadTable();
  return scopes.flatMap(scope => {
    const place = placeOf(scope, '');
    if (place === undefined || !isKnown(scope)) return [];
    const range = toRange(lines.rangeOf(spanToShow(place)));
    return [{range, command: commandOf(scope, uri, session.settings, tableOf)}];
  });
}

/** A click simulates the policy, or the route. */
function commandOf(scope: ScopeOfDocument, uri: string, {simulates}: Settings, tableOf: TableOf): Command {
  const title = titleOf(scope, tableOf);
  if (!simulates || !isNative(scope.dialect)) return {title, command: ''};
  return {title: `${title} · simulate`, command: simulate, arguments: [uri, targetOf(scope)]};
}

function targetOf({base, policyIndex: policy}: ScopeOfDocument): Target {
  const route = /^routes\[(\d+)\]$/.exec(base)?.[1];
  return route === undefined ? {policy} : {policy, route: Number(route)};
}

function titleOf(scope: Scope, tableOf: TableOf): string {
  const {policy} = scope;
  const attempts = mayRetry(scope) ? retriesOf(policy) + 1 : 1;
  const requests = worstAmplification([attempts, ...policy.retryingLayers.map(({maxAttempts}) => maxAttempts)]);
  const load = Number.isFinite(requests) ? `${formatNumber(requests)}×` : 'unlimited';
  return `worst case ${formatDuration(tableOf(scope).worstMs)} · amplification ${load}`;
}

/** A scope, and in which policy of its document. */
interface ScopeOfDocument extends Scope {
  /** From 0. */
  readonly policyIndex: number;
}

/** The policies and routes that the document itself writes. */
async function scopesOf(policy: OpenPolicy | undefined): Promise<{scopes: readonly ScopeOfDocument[]; lines: Lines}> {
  if (policy === undefined) return {scopes: [], lines: new Lines('')};
  const source = await sourceOf(policy.request);
  // After a syntax error the tree is a guess.
  const isWhole = source.problems.every(({code}) => code === 'RL002');
  const models = isWhole ? await modelsOf(source, policy.request) : [];
  return {
    scopes: models.flatMap(({scopes}, policyIndex) => scopes.map(scope => ({...scope, policyIndex}))),
    lines: linesOf(source),
  };
}

function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return 'without end';
  if (ms < 1000) return `${formatNumber(ms)} ms`;
  if (ms < 120_000) return `${formatNumber(ms / 1000)} s`;
  return ms < 7_200_000 ? `${formatNumber(ms / 60_000)} min` : `${formatNumber(ms / 3_600_000)} h`;
}
