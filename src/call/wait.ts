/**
 * Steps of a call that a timer, a signal, a promise or another call starts. Nothing above such a step catches an exception: it would
 * end the process and leave the call unsettled. So an exception in a step ends the call.
 */
import {SteadfetchError} from '../core/errors.ts';
import {Pause} from '../core/timer.ts';
import type {CallState} from './state.ts';

/** A call, as far as its steps need it. */
export type Stepped = Pick<CallState, 'broke'>;

export function step(call: Stepped, work: () => void): void {
  try {
    work();
  } catch (error) {
    call.broke(error);
  }
}

/** Runs what must not keep the rest from running: its exception is dropped. */
export function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The call has ended, or ends with the exception that came first.
  }
}

/** Runs all of them, whatever one of them throws. */
export function runAll(...works: readonly (() => void)[]): void {
  for (const work of works) quietly(work);
}

/** What the caller gets where a step threw. */
export function internalError(cause: unknown): SteadfetchError {
  return new SteadfetchError('INTERNAL', `An unexpected exception ended the call: ${textOf(cause)}`, cause);
}

function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return 'it has no text.';
  }
}

/** A call's wait for time, for its caller's abort, or for a promise. It ends with the call. */
export class Wait extends Pause {
  readonly #call: CallState;
  readonly #cleanUp: (() => void) | null;

  /** @param cleanUp Runs when the wait is over, for whatever reason. May run again. */
  constructor(
    call: CallState,
    ms: number,
    done: ((aborted: boolean) => void) | null = null,
    cleanUp: (() => void) | null = null,
  ) {
    super(call.engine.clock, ms, call.wire.signal, done);
    this.#call = call;
    this.#cleanUp = cleanUp;
    call.waits = [...call.waits, this];
  }

  /** Runs when the wait is over, for whatever reason. May run again. */
  protected cleanUp(): void {
    this.#cleanUp?.();
  }

  override fire(): void {
    step(this.#call, () => super.fire());
  }

  override handleEvent(): void {
    step(this.#call, () => super.handleEvent());
  }

  override end(): void {
    const call = this.#call;
    this.cleanUp();
    super.end();
    call.waits = call.waits.filter(wait => wait !== this);
  }
}
