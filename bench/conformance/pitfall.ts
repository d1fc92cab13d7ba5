/** What a pitfall is tried with: results, a server that notes what came, and the ends of calls. */

import {LoopbackServer, type Place, type Answer as Script} from '../../test/support/loopback-server.ts';

export interface CellResult {
  readonly cell: 'pass' | 'fail' | 'n/a';
  /** How it shows, measured. */
  readonly note: string;
}

export const pass: CellResult = {cell: 'pass', note: ''};
export const absent: CellResult = {cell: 'n/a', note: ''};
export const fail = (note: string): CellResult => ({cell: 'fail', note});
export const holds = (held: boolean, note: string): CellResult => (held ? pass : fail(note));

export const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Timers that keep the process alive. */
export const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;

/** A server of its own, on the loopback interface, and what came when. */
export class Scene {
  readonly #server: LoopbackServer;

  private constructor(server: LoopbackServer) {
    this.#server = server;
  }

  static async open(): Promise<Scene> {
    return new Scene(await LoopbackServer.start());
  }

  /** A place that notes when each request came. The last answer repeats. */
  place(...script: Script[]): Timed {
    const times: number[] = [];
    const place = this.#server.place(
      ...script.map(
        (said): Script =>
          (response, seen) => {
            times.push(performance.now());
            respond(response, said, seen);
          },
      ),
    );
    return Object.assign(place, {times});
  }
}

export type Timed = Place & {times: number[]};

type Speaker = Extract<Script, (...args: never[]) => void>;

function respond(...[response, said, seen]: [Parameters<Speaker>[0], Script, Parameters<Speaker>[1]]): void {
  if (typeof said === 'function') said(response, seen);
  else if (said === 'reset') response.socket?.destroy();
  else if (typeof said === 'number') response.writeHead(said, {'content-type': 'text/plain'}).end('ok');
  else if (said !== 'hang')
    response.writeHead(said.status ?? 200, {'content-type': 'text/plain', ...said.headers}).end(said.body ?? 'ok');
}

export interface Settled {
  readonly status?: number;
  readonly error?: unknown;
  /** null while it has not settled. */
  readonly afterMs: number | null;
}

/** How a call ends, or that it did not within `limitMs`. */
export async function ends(call: Promise<{status: number}>, limitMs: number): Promise<Settled> {
  const start = performance.now();
  const took = (): number => Math.round(performance.now() - start);
  return Promise.race([
    call.then(
      ({status}) => ({status, afterMs: took()}),
      error => ({error, afterMs: took()}),
    ),
    sleep(limitMs).then(() => ({afterMs: null})),
  ]);
}

export const said = ({status, error, afterMs}: Settled): string =>
  afterMs === null ? 'did not settle' : status === undefined ? `rejected with ${nameOf(error)}` : `answered ${status}`;

export const nameOf = (error: unknown): string => {
  const {name, code, message} = (error ?? {}) as {name?: string; code?: unknown; message?: string};
  return String(code ?? name ?? message);
};
