/** What is measured of a client in a situation, and the goal that it is compared with. */
import type {Ended} from './client.ts';
import type {Lab} from './lab.ts';

export interface Measured {
  readonly calls: number;
  readonly answered: number;
  readonly requests: number;
  readonly paid: number;
  /** From the first call to the end of the last one; null: not over within the limit. */
  readonly ms: number | null;
  readonly goalMet: boolean;
  /** What else was measured. */
  readonly note?: string;
}

export interface Row {
  readonly id: string;
  readonly title: string;
  /** What happens, in a sentence. */
  readonly setup: string;
  readonly goal: string;
  /** null: the client has no such part. */
  measure(lab: Lab): Promise<Measured | null>;
}

export const HOUR_MS = 3_600_000;

export type Goal = (measured: Omit<Measured, 'goalMet'>) => boolean;

/** Compares the outcomes of the calls in `ended` with the goal. */
export function measured(
  lab: Lab,
  calls: number,
  ended: readonly (Ended | undefined)[],
  goal: Goal,
  note?: string,
): Measured {
  const over = ended.filter(one => one !== undefined);
  const facts = {
    calls,
    answered: over.filter(({isAnswered}) => isAnswered).length,
    requests: lab.requests,
    paid: lab.paid,
    ms: over.length < calls ? null : Math.round(over.reduce((last, {at}) => Math.max(last, at), 0)),
    ...(note === undefined ? {} : {note}),
  };
  return {...facts, goalMet: goal(facts)};
}

export const prompts = (count: number): string[] => Array.from({length: count}, (_, index) => `question ${index + 1}`);
