/** The messages between the test and the processes that it starts. */
import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {monitorEventLoopDelay} from 'node:perf_hooks';
import type {PolicyInput} from '../../../src/policy/types.ts';
import type {Adapter, Fault, Size} from './cells.ts';

/** Time that all processes share, in ms since 1970. */
export const sharedNow = (): number => performance.timeOrigin + performance.now();

/** What one client process does. */
export interface ClientTask {
  readonly size: Size;
  /** The number of this client, from 0. */
  readonly client: number;
  readonly cells: readonly ClientCell[];
  /** Called before the measurement, so that the process has loaded and compiled its code. */
  readonly warmUp: readonly ClientCell[];
}

export interface ClientCell {
  readonly name: string;
  readonly adapter: Adapter;
  readonly policy: PolicyInput;
  /** Of HTTP: a URL whose path is the name of the cell. Of gRPC: an address. */
  readonly target: string;
  /** How long calls begin. */
  readonly durationMs: number;
}

/** When the time of a scenario begins, as `sharedNow` counts. */
export interface Start {
  readonly at: number;
}

/** What a client process recorded of one cell. */
export interface ClientRecord {
  /** Each call: when it began, and whether it was answered. */
  readonly calls: readonly (readonly [at: number, isAnswered: boolean])[];
  /** When each request was sent. */
  readonly sends: readonly number[];
}

export interface ClientRecords {
  readonly byCell: Readonly<Record<string, ClientRecord>>;
  readonly lateMs: number;
}

/** When the requests of each cell arrived at a server. */
export interface ServerRecords {
  readonly byCell: Readonly<Record<string, readonly number[]>>;
  readonly lateMs: number;
}

export type Addresses = Readonly<Record<Fault, string>>;

/** Where the gRPC servers are, and servers of both transports that are well. */
export interface ServiceAddresses {
  readonly grpc: Addresses;
  readonly warmUp: {readonly http: string; readonly grpc: string};
}

const RESOLUTION_MS = 10;

/** Watches how late the timers of this process are. @returns Ends the watch, and returns the longest pause in ms. */
export function watchLateness(): () => number {
  const delay = monitorEventLoopDelay({resolution: RESOLUTION_MS});
  delay.enable();
  return () => {
    delay.disable();
    return Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
  };
}

/** In a started process: the next message of the test. */
export const received = <Message>(): Promise<Message> =>
  new Promise(resolve => process.once('message', message => resolve(message as Message)));

/** In a started process: ends when the process of the test has ended, whatever the reason. */
export function endWithParent(): void {
  process.once('disconnect', () => process.exit());
}

/** A process that the test started. */
export class Forked {
  readonly child: ChildProcess;
  readonly #messages: unknown[] = [];
  #next: {resolve(message: unknown): void; reject(error: Error): void} | null = null;
  #error: Error | null = null;
  readonly ended: Promise<unknown>;

  constructor(child: ChildProcess) {
    this.child = child;
    this.ended = once(child, 'exit');
    child.on('message', message => {
      this.#messages.push(message);
      this.#settle();
    });
    child.once('exit', (code, signal) => {
      this.#error = new Error(`${child.spawnargs.join(' ')} ended before its records came: ${signal ?? code}`);
      this.#settle();
    });
  }

  static start(program: string, env: NodeJS.ProcessEnv): Forked {
    return new Forked(fork(program, {execArgv: [], env, serialization: 'advanced'}));
  }

  send(message: object): void {
    this.child.send(message, () => {}); // `next` rejects if the process has ended.
  }

  next<Message>(): Promise<Message> {
    return new Promise((resolve, reject) => {
      this.#next = {resolve: message => resolve(message as Message), reject};
      this.#settle();
    });
  }

  #settle(): void {
    const waiting = this.#next;
    if (waiting === null || (this.#messages.length === 0 && this.#error === null)) return;
    this.#next = null;
    if (this.#messages.length > 0) waiting.resolve(this.#messages.shift());
    else waiting.reject(this.#error!);
  }
}
