/**
 * Waits for the event loop to have no more work that needs no time.
 *
 * `VirtualClock` advances when no such work is left. Promise jobs are done after one iteration of the loop. Blobs and streams of other
 * threads take several iterations, and no runtime says whether any of them is pending. But Node counts: each asynchronous resource except
 * a promise (an immediate, a tick, a message, a job of the thread pool) gets the next id. If only the iteration itself took ids since the
 * last check, then only promise jobs have run, and they are done. In every other case, and in other runtimes, twelve iterations pass.
 *
 * Node 22 gives ids to promises too once AsyncLocalStorage is used. Then the promises of the iteration itself count with it.
 */
import {hooks, scopesKept} from './scope.ts';

const DONE = Promise.resolve();

/** Read at load: a test that replaces these globals by fakes does not stop this file. */
const {setImmediate: immediate, MessageChannel: Channel, process: node} = globalThis as Partial<typeof globalThis>;

const nextTick: ((work: () => void) => void) | undefined = node?.nextTick?.bind(node);

/** Iterations for work that may need several. Each takes some 50 µs, so that jobs of the thread pool can end meanwhile. */
const ITERATIONS = 12;
/** How often these are repeated while new resources are created: a stream of 10 MB from a Blob takes 160 iterations. */
const MOST_ROUNDS = 25;
/** Ids that an iteration without work takes: one for its immediate, and one for reading the next id. */
const IDS_OF_AN_ITERATION = 2;
/** Promises that an iteration without work makes: those of `settle`, `#isQuiet` and their two awaits. */
const PROMISES_OF_AN_ITERATION = 4;

/** Whether Node reads or writes a file. A disk may be busy for seconds, which is no wait of the work for a timer. */
export const usesFiles = (): boolean =>
  node?.getActiveResourcesInfo?.().some(kind => kind.startsWith('FSReq')) === true;

/** Waits until no work is left that needs no time. One per clock. */
export class Rest {
  /** Creates a resource and returns its id; undefined if the runtime does not count. Not at load: bundles without a clock for tests spare it. */
  readonly #nextId: (() => number) | undefined = countedByNode();
  #lastId = NaN;

  /** Lets all work run that needs no time. Counts the resources since the last call. */
  async settle(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      if (this.#nextId !== undefined && (await this.#isQuiet(this.#nextId))) return;
      await this.wait();
      if (this.#nextId === undefined) return;
    }
  }

  /** Waits for twelve iterations, whether there is work or not. */
  async wait(): Promise<void> {
    for (let iteration = 0; iteration < ITERATIONS; iteration++) await nextIteration();
    this.#lastId = this.#nextId?.() ?? NaN;
  }

  async #isQuiet(next: () => number): Promise<boolean> {
    await new Promise<void>(resolve => void immediate!(resolve));
    const before = this.#lastId;
    const id = next();
    new Promise(() => {});
    this.#lastId = next();
    const idsOfPromise = this.#lastId - id - 1;
    return id - before === IDS_OF_AN_ITERATION + PROMISES_OF_AN_ITERATION * idsOfPromise;
  }
}

/**
 * Runs the work once no promise job is left, those included that other jobs add meanwhile.
 *
 * In Node a tick that a promise job asks for runs after the queue of promise jobs is empty: `processTicksAndRejections` runs all ticks,
 * then all promise jobs, and begins anew while there are ticks. So the work goes through one promise job and one tick, which takes a tenth
 * of a microsecond; an iteration of the event loop takes ten times as long. Bun and Deno copy this order. Elsewhere an iteration has to do.
 */
export function afterPromiseJobs(work: () => void): void {
  if (nextTick === undefined) afterIteration(work);
  else DONE.then(() => nextTick(work));
}

/** Runs the work in another iteration. In browsers, because a timer that a timer sets waits for 4 ms there, and a message for microseconds. */
function afterIteration(work: () => void): void {
  if (iterations === undefined) {
    iterations = new Channel!();
    iterations.port1.onmessage = () => waiting.shift()!();
  }
  waiting.push(work);
  iterations.port2.postMessage(null);
}

let iterations: MessageChannel | undefined;
const waiting: (() => void)[] = [];

/** Each call makes a channel: Node handles up to 1,000 messages of one channel in a single iteration. */
function nextIteration(): Promise<void> {
  return new Promise(resolve => {
    const {port1, port2} = new Channel!();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Only in Node itself: the same functions of other runtimes count fewer resources, or none. */
function countedByNode(): (() => number) | undefined {
  const {Bun, Deno} = globalThis as {Bun?: unknown; Deno?: unknown};
  if (Bun !== undefined || Deno !== undefined || hooks === undefined) return undefined;
  const {AsyncResource} = hooks;
  // Calls keep contexts, which is no work that is left.
  return () => new AsyncResource('VirtualClock', {requireManualDestroy: true}).asyncId() - scopesKept;
}
