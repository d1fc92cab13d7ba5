/** Lets the findings of the workspace be computed only after something has changed. */

import type {CancellationToken, Disposable} from 'vscode';

export class Pulse implements Disposable {
  #isDue = true;
  readonly #waiting = new Set<() => void>();

  /** Something has changed. */
  beat(): void {
    this.#isDue = true;
    this.#release();
  }

  /** Resolves after a change that no earlier call has seen, or when the token is cancelled. */
  async next(token: CancellationToken): Promise<void> {
    while (!this.#isDue && !token.isCancellationRequested) await this.#wait(token);
    this.#isDue = false;
  }

  dispose(): void {
    this.beat();
  }

  #wait(token: CancellationToken): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        this.#waiting.delete(done);
        cancelled.dispose();
        resolve();
      };
      const cancelled = token.onCancellationRequested(done);
      this.#waiting.add(done);
    });
  }

  #release(): void {
    for (const resolve of [...this.#waiting]) resolve();
  }
}
