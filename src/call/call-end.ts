/** How a call ends: once, told to its observer and its listeners, with what the budget holds for it given back. */

import {endCall} from '../client/observe.ts';
import type {Outcome} from '../core/outcome.ts';
import {CallRecord} from './context.ts';
import {attachReport, explain, resultOf} from './report.ts';
import {Reservation} from './reservation.ts';

export abstract class CallEnd extends CallRecord {
  /** Most calls never need one. */
  protected reserve(): Reservation | null {
    const {budget} = this.guards;
    if (budget !== null) this.past.reservation ??= new Reservation(budget);
    return this.reservation;
  }

  /** A resend that was paid for will not happen. */
  giveBack(): void {
    this.reservation?.giveBack(this.engine.clock.now());
  }

  /** Has an effect exactly once, whatever happened. */
  finish(outcome: Outcome, now: number = this.engine.clock.now()): void {
    if (this.ended !== null) return;
    this.reservation?.giveBack(now);
    const result = resultOf(this, outcome);
    const reason = result === 'success' ? 'answered' : explain(this, outcome.kind, outcome.status);
    const durationMs = now - this.startedAt;
    const status = outcome.response?.status;
    this.ended = {result, reason, durationMs};
    endCall(this.trace, this, outcome, result, reason, durationMs);
    this.engine.on?.({type: 'call.end', call: this, result, status, durationMs, reason});
    attachReport(this, outcome);
  }
}
