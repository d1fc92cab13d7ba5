/** The end of a batch, as its calls learn of it: waits end, nothing more is sent, and requests in flight are left alone. */
import {CallSignal} from '../core/abort-source.ts';
import {withoutStack} from '../core/errors.ts';

/** Ends an attempt that has not been sent. It is shown to no caller, so one is enough. */
export const DRAINED: Error = withoutStack(() => new Error('The batch ends before this could be sent.'));

export class Drain {
  /** Stops before the next send. */
  readonly signal: CallSignal = new CallSignal();

  get begun(): boolean {
    return this.signal.aborted;
  }

  begin(): void {
    this.signal.abort(DRAINED);
  }
}
