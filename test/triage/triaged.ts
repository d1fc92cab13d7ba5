/** A log as a text, read as the command line reads a file: as bytes, in chunks. */

import type {PolicyInput} from '../../src/core.ts';
import {handleOf} from '../../src/features/everything.ts';
import type {TriagedFailure} from '../../src/triage/assess.ts';
import type {TriageSummary} from '../../src/triage/summary.ts';
import {Triage} from '../../src/triage/triage.ts';

export interface Triaged {
  readonly failures: readonly TriagedFailure[];
  readonly summary: TriageSummary;
}

/**
 * @param log    Text, or bytes.
 * @param input  Default: the default policy, and the log's own classification stands.
 * @param chunk  Bytes that are read at a time.
 */
export function triaged(log: string | Buffer, input?: PolicyInput, chunk = 65_536): Triaged {
  const failures: TriagedFailure[] = [];
  const triage = new Triage({handle: handleOf(input), input, onFailure: failure => failures.push(failure)});
  const reader = triage.open();
  const bytes = Buffer.from(log as string);
  for (let at = 0; at < bytes.length; at += chunk) reader.feed(bytes.toString('latin1', at, at + chunk));
  reader.end();
  return {failures, summary: triage.summary(true)};
}

/** The only failure of a log. */
export function triagedOne(log: string | Buffer, input?: PolicyInput): TriagedFailure {
  const {failures} = triaged(log, input);
  if (failures.length !== 1) throw new Error(`${failures.length} failures, not one`);
  return failures[0]!;
}

/** `5 POST 503 yellow retry-with-key`. */
export const shortly = ({line, method, signal, light, decision}: TriagedFailure): string =>
  [line, method ?? '?', signal, light, decision].join(' ');
