/** What one group of the bench has to say. */

export interface Section {
  readonly title: string;
  /** What was measured, and against what. */
  readonly intro: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly goals: readonly Goal[];
  /** Its lines in docs/performance.md. */
  readonly headlines?: readonly Headline[];
}

/** A goal and what was measured for it. */
export interface Goal {
  readonly what: string;
  readonly limit: number;
  readonly measured: number;
  readonly unit: string;
  /** The reason, printed where the goal is missed. */
  readonly why?: string;
}

/** One line for users: what steadfetch costs, and what others cost in the same run. */
export interface Headline {
  readonly what: string;
  readonly ours: string;
  readonly beside: string;
}

export const digits = (value: number, count = 2): string => (Number.isFinite(value) ? value.toFixed(count) : '–');
