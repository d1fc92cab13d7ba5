/** The wait of an attempt for its admission. One object without functions of its own: a million can wait. */
import type {AttemptResponse} from '../core/outcome.ts';
import type {Applicant} from './applicant.ts';
import type {CallContext} from './context.ts';
import {CallPause} from './wait.ts';

/** Ends when its time is over, when the caller aborts, and, for a retry, when `disableRetries()` is called. */
export abstract class AdmissionWait<R extends AttemptResponse> extends CallPause {
  protected readonly call: CallContext<R>;
  protected readonly applicant: Applicant<R>;

  constructor(call: CallContext<R>, applicant: Applicant<R>, ms: number) {
    super(call, ms);
    this.call = call;
    this.applicant = applicant;
    if (call.attempts > 0) call.client.handle.waits.add(this);
  }

  /** Whether the retry that waits must not be sent any more. */
  protected get isDisabled(): boolean {
    return this.call.attempts > 0 && this.call.client.handle.retriesDisabled;
  }

  protected override broke(error: unknown): void {
    this.applicant.broke(this.call, error);
  }

  override end(): void {
    this.call.client.handle.waits.delete(this);
    super.end();
  }
}
