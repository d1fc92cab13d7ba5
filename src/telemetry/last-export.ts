/**
 * The export of what is left when a process ends. The process ends as it would without: by the same signal or exit code, with the work
 * of its own listeners done, and at most the patience later.
 */

/** What is left to export, and how long the process may be kept for it. */
export interface LastExport {
  /** Ends recording, and exports what is left. Exporters send in batches, so the last records would be lost without it. */
  shutdown(): Promise<unknown>;
  /** Exports what there is, and goes on recording. */
  exportSoFar(): void;
  readonly patienceMs: number;
}

/** Resolves to whether the export ended within the patience. A missing collector causes no message. */
const ended = (last: LastExport): Promise<boolean> =>
  new Promise(resolve => {
    const timer = setTimeout(resolve, last.patienceMs, false);
    const done = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    last.shutdown().then(done, done);
  });

/**
 * Exports once nothing else keeps the process. Listeners of `beforeExit` may begin work, with calls of its own, so a round of the event loop
 * goes by first: where a second round follows, that work keeps the process, and another `beforeExit` follows it.
 */
export function exportAtExit(last: LastExport): void {
  let isQuiet = false;
  const listen = (): void => {
    if (isQuiet) {
      process.removeListener('beforeExit', listen);
      // Without register the process would have ended by now, so only the exporter, which tries again, is cut off.
      void ended(last).then(isDone => isDone || process.exit());
      return;
    }
    setImmediate(() => {
      isQuiet = true;
      setImmediate(() => {
        isQuiet = false;
      }).unref(); // Runs only if something else keeps the process.
    });
  };
  process.on('beforeExit', listen);
}

/** Exports at SIGTERM and SIGINT. The listeners stay in front of those of the application, which may be removed as they run. */
export function exportAtSignals(last: LastExport): void {
  const left = new Set<string | symbol>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    let isEnding = false;
    const listen = (): void => {
      // The default action of a signal does not end process 1.
      if (process.pid === 1 || left.has(signal) || othersHandle(signal)) last.exportSoFar();
      else if (!isEnding) {
        isEnding = true;
        void ended(last).then(() => {
          process.removeListener(signal, listen);
          process.kill(process.pid, signal);
        });
      }
    };
    process.prependListener(signal, listen);
  }
  // A listener for one signal is removed before it runs, and may have been put before ours.
  process.on('removeListener', name => {
    if (name !== 'SIGTERM' && name !== 'SIGINT') return;
    left.add(name);
    queueMicrotask(() => left.delete(name));
  });
}

/** Whether the application, which then also ends itself, listens. signal-exit only waits to be the last to listen. */
function othersHandle(signal: NodeJS.Signals): boolean {
  return process.listenerCount(signal) > 1 + waitingSignalExits();
}

/** The listeners that versions 3 and 4 of signal-exit have at each signal, as they tell each other. */
function waitingSignalExits(): number {
  const v3 = (process as {__signal_exit_emitter__?: {count?: unknown}}).__signal_exit_emitter__?.count;
  const v4 = (globalThis as {[name: symbol]: {count?: unknown} | undefined})[Symbol.for('signal-exit emitter')]?.count;
  return (typeof v3 === 'number' ? v3 : 0) + (typeof v4 === 'number' ? v4 : 0);
}
