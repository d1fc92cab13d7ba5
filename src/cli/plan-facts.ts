/** What `steadfetch plan` shows, as text or as JSON. */

import type {Measurements} from '../plan/measurements/measurements.ts';
import type {ConfirmedPlan} from '../plan/plan.ts';
import type {PlanRequest} from '../plan/request.ts';

export interface PlanFacts {
  readonly request: PlanRequest;
  readonly result: ConfirmedPlan;
  readonly measured: MeasuredSource | undefined;
  /** Measured attempts with which a plan would meet the objective, where only their number is too small. Infinity: more than a million. */
  readonly needed?: number | undefined;
  /** The file that the policy is written to; undefined: none. */
  readonly out: string | undefined;
}

/** Measured attempts, and where they are from. */
export interface MeasuredSource {
  readonly name: string;
  readonly measurements: Measurements;
  /** Ctrl-C ended the reading. */
  readonly isInterrupted: boolean;
}
