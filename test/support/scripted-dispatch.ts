/** What undici's dispatcher keeps of a request: it ends once, and an abort is told later. */
import type {DispatchController, DispatchHandler} from '../../src/undici/types.ts';

export class ScriptedDispatch {
  isOver = false;
  readonly controller: DispatchController;

  constructor(handler: DispatchHandler) {
    const controller: DispatchController = {
      aborted: false,
      paused: false,
      reason: null,
      abort: reason => queueMicrotask(() => this.end(() => handler.onResponseError?.(controller, reason))),
      pause() {},
      resume() {},
    };
    this.controller = controller;
  }

  end(act: () => void): void {
    if (!this.isOver) act();
    this.isOver = true;
  }
}
