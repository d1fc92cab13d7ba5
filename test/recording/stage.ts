/** What a scene of the day plays on: its own clock, chance and policy, and a server that answers by chance. */
import {getEventListeners} from 'node:events';
import type {Clock} from '../../src/core/timer.ts';
import {
  definePolicy,
  type Ids,
  type PolicyHandle,
  type PolicyInput,
  type Ports,
  type Random,
  seededRandom,
} from '../../src/core.ts';
import type {SharedGuards} from '../../src/guards/guard-factory.ts';
import {VirtualClock} from '../../src/testing.ts';
import {type Detail, nameOf, Recorder} from './recorder.ts';

/** Of which the guards are written. */
const MOST_ORIGINS = 8;

export type Reply = number | 'ECONNREFUSED' | 'ECONNRESET' | 'hang' | 'mistake';

export interface Options {
  readonly policy: PolicyInput;
  readonly ports?: Ports;
  readonly seed: number;
  /** What the server may do; each with the same chance. */
  readonly replies?: readonly Reply[];
  readonly slowestMs?: number;
  /** Default: all. */
  readonly detail?: Detail;
  /** The clock that the engine gets. Default: that of the stage. */
  readonly engineClock?: (clock: VirtualClock) => Clock;
  /** Guards that processes share. */
  readonly guards?: (stage: Stage) => SharedGuards;
}

export class Stage {
  /** How stages make the handle of their policy. */
  static definePolicy: (policy: PolicyInput, random: Random, guards?: SharedGuards) => PolicyHandle = definePolicy;

  readonly clock: VirtualClock = new VirtualClock();
  readonly recorder: Recorder;
  readonly random: () => number;
  readonly handle: PolicyHandle;
  readonly ports: Ports;
  readonly #replies: readonly Reply[];
  readonly #slowestMs: number;

  readonly #signals: AbortSignal[] = [];

  constructor(options: Options) {
    const {policy, ports, seed, replies = [200], slowestMs = 150, detail = 'all', engineClock, guards} = options;
    this.recorder = new Recorder(this.clock, detail);
    this.random = seededRandom(seed);
    this.#replies = replies;
    this.#slowestMs = slowestMs;
    const {on, observer} = this.recorder;
    const ids = countedIds();
    const chance = seededRandom(seed + 1);
    const shared: Ports = {clock: engineClock?.(this.clock) ?? this.clock, random: chance, ids, on, observer};
    this.handle = Stage.definePolicy(policy, chance, guards?.(this));
    this.ports = {...shared, fetch: this.fetch, ...ports};
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.random() * choices.length)]!;
  }

  /** What the server does next, and when. */
  reply(): {readonly kind: Reply; readonly afterMs: number; readonly headers: Record<string, string>} {
    const kind = this.pick(this.#replies);
    const afterMs = this.random() * this.#slowestMs;
    const asks = (kind === 429 || kind === 503) && this.random() < 0.4;
    return {kind, afterMs, headers: asks ? {'retry-after': this.pick(['0', '1', '2', '90'])} : {}};
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const {kind, afterMs, headers} = this.reply();
    const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
    await this.clock.sleep(kind === 'hang' ? 1e9 : afterMs, signal);
    if (typeof kind === 'number') return new Response('{"a":1}', {status: kind, headers});
    throw errorOf(kind);
  };

  /** Calls begin at times that chance picks within `spreadMs`. */
  async play(count: number, spreadMs: number, call: (index: number) => Promise<void>): Promise<string[]> {
    const restore = this.#recordConsole();
    const starts = Array.from({length: count}, () => this.random() * spreadMs).sort((a, b) => a - b);
    await this.clock.run(() =>
      Promise.all(
        starts.map(async (at, index) => {
          await this.clock.sleep(at);
          await call(index);
        }),
      ),
    );
    return this.#rest().finally(restore);
  }

  /** Each call begins when the one before it has ended. */
  async playInTurn(count: number, call: (index: number) => Promise<void>): Promise<string[]> {
    const restore = this.#recordConsole();
    await this.clock.run(async () => {
      for (let index = 0; index < count; index++) await call(index);
    });
    return this.#rest().finally(restore);
  }

  /** @returns Ends the recording. */
  #recordConsole(): () => void {
    const {warn, error} = console;
    console.warn = (...args) => this.recorder.note('console.warn', args.map(textOf).join(' '));
    console.error = (...args) => {
      const text = args.map(textOf).join(' ');
      // Written once in a process, so that it depends on the tests before.
      if (!text.startsWith('steadfetch: an observer threw')) this.recorder.note('console.error', text);
    };
    return () => Object.assign(console, {warn, error});
  }

  /** The state of all guards, now. */
  noteGuards(name: string = 'guards'): void {
    const {origins} = this.handle.snapshot(this.clock.now());
    this.recorder.note(name, origins.slice(0, MOST_ORIGINS));
    if (origins.length > MOST_ORIGINS) this.recorder.note('more origins', origins.length - MOST_ORIGINS);
  }

  async #rest(): Promise<string[]> {
    await this.clock.advance(120_000);
    this.recorder.note('timers left', this.clock.pending);
    const listeners = this.#signals.map(signal => getEventListeners(signal, 'abort').length);
    if (listeners.length > 0) this.recorder.note('listeners left', listeners.join(' '));
    this.noteGuards();
    return this.recorder.lines;
  }

  /** One call to its end, and its body to its end. */
  async end(
    name: string,
    call: () => Promise<Response | undefined>,
    readBody: (response: Response) => Promise<string> = bytesOf,
  ): Promise<void> {
    let answer: unknown;
    let what: string;
    try {
      const response = await call();
      answer = response;
      if (response === undefined) return this.recorder.ended(name, 'no answer', undefined);
      const read = await readBody(response).catch(error => nameOf(error));
      what = `${response.status}, ${read}`;
    } catch (error) {
      answer = error;
      what = nameOf(error);
    }
    this.recorder.ended(name, what, answer);
  }

  /** A signal that aborts after this many milliseconds; below 0, one that has aborted. */
  abortAfter(ms: number | null): AbortSignal | null {
    if (ms === null) return null;
    const controller = new AbortController();
    this.#signals.push(controller.signal);
    const abort = (): void => controller.abort(new Error('the caller left'));
    if (ms < 0) abort();
    else void this.clock.sleep(ms).then(abort);
    return controller.signal;
  }
}

export function errorOf(kind: Exclude<Reply, number>): Error {
  if (kind === 'mistake') return new Error('a mistake of the program');
  return new TypeError('fetch failed', {cause: Object.assign(new Error(kind), {code: kind, syscall: 'connect'})});
}

const textOf = (value: unknown): string => (value instanceof Error ? nameOf(value) : String(value));

const bytesOf = async (response: Response): Promise<string> => `${(await response.text()).length} bytes`;

export function countedIds(of: string = ''): Ids {
  let count = 0;
  return {
    correlationId: () => `${of}call-${++count}`,
    requestId: () => `${of}request-${++count}`,
    idempotencyKey: () => `${of}key-${++count}`,
  };
}
