/**
 * Turns of the event loop.
 *
 * `VirtualClock` moves on when all work that needs no time is done. Promise jobs are done after one turn.
 * Blobs, streams of other threads and the like go on over several turns, and no runtime says whether any are pending. But
 * Node counts: each asynchronous resource except a promise (an immediate, a tick, a message, a job of the thread pool) gets
 * the next id. If no id was given since the last rest, except to the turn itself, then only promise jobs have run, and they are
 * done. In every other case, and in other runtimes, a dozen turns pass. Where promises get ids, too, as in Node 22 once AsyncLocalStorage
 * is used, those of the turn itself are counted with it.
 */

/** Kept from the start: a test that replaces them by fakes does not stop this file. */
const {setImmediate: immediate, MessageChannel: Channel, process: node} = globalThis as Partial<typeof globalThis>;

/** Turns that work gets which may need several: each takes some 50 µs, so that jobs of the thread pool can end meanwhile. */
const PATIENT_TURNS = 12;
/** How often these are granted while new resources keep coming: a stream of 10 MB from a Blob takes 160 turns. */
const MOST_ROUNDS = 25;
/** Ids that a quiet turn takes: one for its immediate, one for the question. */
const IDS_OF_A_TURN = 2;
/** Promises that a quiet turn makes: those of `settle`, `#isQuiet` and their two awaits. */
const PROMISES_OF_A_TURN = 4;

/** Gives an id to a resource of its own; undefined where the runtime does not count. */
const nextId: (() => number) | undefined = countedByNode();

/** Waits until nothing is left to do without time. One per clock. */
export class Rest {
  #lastId = Number.NaN;

  /** Lets everything run that can run without time. Resources are counted from the last time on. */
  async settle(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      if (nextId !== undefined && (await this.#isQuiet(nextId))) return;
      await this.wait();
      if (nextId === undefined) return;
    }
  }

  /** A dozen turns, whatever they bring. */
  async wait(): Promise<void> {
    for (let turn = 0; turn < PATIENT_TURNS; turn++) await nextTurn();
    this.#lastId = nextId?.() ?? Number.NaN;
  }

  async #isQuiet(next: () => number): Promise<boolean> {
    await new Promise<void>(resolve => void immediate!(resolve));
    const before = this.#lastId;
    const id = next();
    new Promise(() => {});
    this.#lastId = next();
    const idsOfPromise = this.#lastId - id - 1;
    return id - before === IDS_OF_A_TURN + PROMISES_OF_A_TURN * idsOfPromise;
  }
}

/**
 * Runs the work when the sockets have been read once more. Node runs timers, then reads every socket that has something,
 * then runs immediates; promise jobs run in between. Elsewhere a timer lets other tasks go first.
 */
export function afterPoll(work: () => void): void {
  if (typeof setImmediate === 'function') setImmediate(work);
  else setTimeout(work, 0);
}

/** A channel of its own for each: Node handles up to 1,000 messages of one channel in a single turn. */
function nextTurn(): Promise<void> {
  return new Promise(resolve => {
    const {port1, port2} = new Channel!();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Only Node itself: what others offer under the same names counts less, or nothing. */
function countedByNode(): (() => number) | undefined {
  const {Bun, Deno} = globalThis as {Bun?: unknown; Deno?: unknown};
  if (Bun !== undefined || Deno !== undefined) return undefined;
  const hooks = node?.getBuiltinModule?.('node:async_hooks');
  if (hooks === undefined) return undefined;
  const {AsyncResource} = hooks;
  return () => new AsyncResource('VirtualClock', {requireManualDestroy: true}).asyncId();
}
