/**
 * The export of what is left when a process ends. The process ends as it would without: by the same signal or exit code, with the work
 * of its own listeners done, and at most the patience later.
 */

const {createHook} = process.getBuiltinModule('node:async_hooks');

/** How long a process may go on after the exporter was let go. */
const LEFT_MS = 200;

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

/** What may begin in a listener that starts no work: promise jobs and ticks are over when the event loop goes on; the others are of stdout. */
const NO_WORK: ReadonlySet<string> = new Set(['PROMISE', 'TickObject', 'Microtask', 'PIPEWRAP', 'TTYWRAP']);

/**
 * Exports once nothing else keeps the process. Listeners of `beforeExit` may begin work, with calls of its own, so a round of the event loop
 * goes by first. If they began nothing in it, the export begins. Else it waits: where a second round follows, that work keeps the process, and
 * another `beforeExit` follows it.
 */
export function exportAtExit(last: LastExport): void {
  let isQuiet = false;
  const listen = (): void => {
    if (isQuiet) return void exportUnnoticed(last, listen);
    // What a listener before this one began would not be seen.
    let hasBegun = process.listeners('beforeExit')[0] !== listen;
    const hook = createHook({
      init(_id, type) {
        hasBegun ||= !NO_WORK.has(type);
      },
    });
    setImmediate(() => {
      hook.disable();
      if (!hasBegun) return void exportUnnoticed(last, listen);
      isQuiet = true;
      setImmediate(() => {
        isQuiet = false;
      }).unref(); // Runs only if something else keeps the process.
    });
    hook.enable();
  };
  process.prependListener('beforeExit', listen);
}

/** Node emits `beforeExit` again once the export has ended. Without register it would not, so the listeners are not there meanwhile. */
async function exportUnnoticed(last: LastExport, own: () => void): Promise<void> {
  const listeners = process.rawListeners('beforeExit') as (() => void)[];
  for (const each of listeners) process.removeListener('beforeExit', each);
  const timers: NodeJS.Timeout[] = [];
  const hook = createHook({
    init(_id, type, _trigger, resource) {
      if (type === 'Timeout') timers.push(resource as NodeJS.Timeout);
    },
  }).enable();
  const isDone = await ended(last);
  hook.disable();
  if (!isDone) letGo(timers);
  // Runs only if something else keeps the process, such as a server that has a request again. The exporter's connections take a moment to close.
  const restore = (): void => {
    for (const each of listeners) if (each !== own) process.on('beforeExit', each);
  };
  setTimeout(restore, LEFT_MS).unref();
}

/**
 * Without register the process would have ended by now, so only the exporter, which tries again, is cut off. The process ends by itself, since
 * only then does Node exit with 13 for an await that never settles, and name that await.
 */
function letGo(timers: readonly NodeJS.Timeout[]): void {
  const {_getActiveHandles} = process as {_getActiveHandles?: () => readonly {unref?(): void}[]};
  for (const each of [...timers, ...(_getActiveHandles?.() ?? [])]) each.unref?.();
  setTimeout(() => process.exit(), LEFT_MS).unref(); // Runs only if that was not all.
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
