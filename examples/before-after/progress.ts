/** Shows that the demonstration is under way: one line that is rewritten in a terminal, a line every few seconds elsewhere. */

/** How often a line is rewritten, and how often a new one is written, in milliseconds. */
const REWRITE_MS = 200;
const LINE_MS = 3000;

export interface Progress {
  /** One more call has ended. */
  ended(): void;
  stop(): void;
}

export interface ProgressOptions {
  /** Calls in all. */
  readonly calls: number;
  /** Writes text as it is. */
  readonly write: (text: string) => void;
  /** Whether a line can be rewritten. */
  readonly isTerminal: boolean;
}

export function startProgress({calls, write, isTerminal}: ProgressOptions): Progress {
  const start = performance.now();
  let done = 0;
  const line = (): string => {
    const seconds = Math.round((performance.now() - start) / 1000);
    return `  ${String(seconds).padStart(2)} s  ${done} of ${calls} calls have ended`;
  };
  const show = (): void => write(isTerminal ? `\r\u001b[K${line()}` : `${line()}\n`);
  show();
  const timer = setInterval(show, isTerminal ? REWRITE_MS : LINE_MS);
  return {
    ended: () => void done++,
    stop() {
      clearInterval(timer);
      write(isTerminal ? '\r\u001b[K' : `${line()}\n\n`);
    },
  };
}
