/** A pitfall of clients of model endpoints, and what it is tried with. */
import type {Fault, Meeting} from '../../../examples/model-endpoint/faults.ts';
import type {Refusal} from '../../../examples/model-endpoint/refusals.ts';
import {absent, type CellResult, fail, nameOf, pass} from '../pitfall.ts';
import type {Ended} from './client.ts';
import type {Lab} from './lab.ts';

export interface Pitfall {
  /** In one list with those of ../pitfalls. */
  readonly id: string;
  readonly title: string;
  run(lab: Lab): Promise<CellResult>;
}

/** Longer than any client waits that ends by itself. */
export const HOUR_MS = 3_600_000;
export const QUESTION = 'question 1';

export const refused = (refusal: Refusal): Fault => ({kind: 'refused', refusal});

/** The first request meets the fault, the others none. */
export const first =
  (fault: Fault) =>
  ({arrival}: Meeting): Fault | null =>
    arrival === 1 ? fault : null;

/** One call, or undefined where it does not end. */
export async function once(lab: Lab, kind: 'ask' | 'stream', prompt: string = QUESTION): Promise<Ended | undefined> {
  const client = await lab.connect();
  return lab.within(HOUR_MS, lab.call(client, kind, prompt));
}

/** The first content of a stream: events before it have no text. */
export async function firstText(texts: AsyncIterator<string>): Promise<string> {
  for (;;) {
    const {done, value} = await texts.next();
    if (done) throw new Error('The stream ended without content.');
    if (value !== '') return value;
  }
}

export const holds = (held: boolean, lab: Lab, ended: Ended | undefined): CellResult =>
  held ? pass : fail(`${outcomeOf(ended)} after ${count(lab.requests, 'request')}, ${lab.paid} paid`);

export const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

export function outcomeOf(ended: Ended | undefined): string {
  if (ended === undefined) return 'did not end within an hour';
  if (ended.isAnswered) return 'answered';
  return ended.error === undefined ? 'handed over a wrong answer' : `rejected with ${nameOf(ended.error)}`;
}

/** For a pitfall of retries: it does not apply to a client that has none. */
export const ofRetries =
  (run: Pitfall['run']): Pitfall['run'] =>
  async lab =>
    lab.column.retries ? run(lab) : absent;

/** For a pitfall of a feature that only steadfetch has. */
export const oursOnly =
  (run: Pitfall['run']): Pitfall['run'] =>
  async lab =>
    lab.column.isOurs ? run(lab) : absent;
