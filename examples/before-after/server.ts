/**
 * A real HTTP server with seeded faults: `GET /items/{id}` reads, `POST /orders/{id}` charges.
 *
 * The query's `run` keeps clients apart: each has its own arrivals and its own ledger, under the same weather.
 */
import {once} from 'node:events';
import {createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {type Fate, fateOf, type Hint} from './faults.ts';
import {Ledger} from './ledger.ts';

export type Weather = (callId: string, arrival: number) => Fate;

export interface RunStats {
  /** Requests that reached the server. */
  readonly requests: number;
  /** Requests that carried an idempotency key. */
  readonly keyed: number;
  /** Requests that came before the time a 429 had asked the client to wait for. */
  readonly early: number;
  /** Charges beyond the first of their order. */
  readonly duplicates: number;
  /** Times charged, for each order charged at all. */
  readonly charges: ReadonlyMap<string, number>;
}

export interface FaultyServer {
  readonly origin: string;
  stats(run: string): RunStats;
  /** Ends every connection, the hanging ones too. */
  close(): Promise<void>;
}

const holdMs = {'retry-after-ms': 120, seconds: 1000} as const;
/** Timers and clocks of two parties differ a little; a client is early only beyond this. */
const graceMs = 25;

/** @param weather A seed, or a function that decides the fate of each arrival. */
export async function startServer(weather: number | Weather): Promise<FaultyServer> {
  const fate: Weather = typeof weather === 'number' ? (id, arrival) => fateOf(weather, id, arrival) : weather;
  const runs = new Map<string, Run>();
  const runOf = (name: string): Run => runs.get(name) ?? runs.set(name, new Run()).get(name)!;

  const server = createServer((request, response) => {
    const {pathname, searchParams} = new URL(request.url!, 'http://localhost');
    const run = runOf(searchParams.get('run') ?? '');
    request.resume().once('end', () => new Arrival(run, request, response, pathname).meet(fate));
  });
  // An idle connection that the server closes during a request would be a fault without a seed.
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stats(name) {
      const {requests, keyed, early, ledger} = runOf(name);
      return {requests, keyed, early, duplicates: ledger.duplicates, charges: ledger.charges};
    },
    close,
  };
}

/** What the server knows of one client. */
class Run {
  requests = 0;
  keyed = 0;
  early = 0;
  readonly ledger = new Ledger();
  readonly calls = new Map<string, KnownCall>();
}

interface KnownCall {
  arrivals: number;
  /** What the last 429 asked for. */
  hold: Hold | null;
}

interface Hold {
  readonly hint: Hint;
  readonly untilMs: number;
}

/** One request and what becomes of it. */
class Arrival {
  readonly #run: Run;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #id: string;
  readonly #order: boolean;

  constructor(run: Run, request: IncomingMessage, response: ServerResponse, pathname: string) {
    this.#run = run;
    this.#request = request;
    this.#response = response;
    this.#id = pathname.split('/').at(-1)!;
    this.#order = pathname.startsWith('/orders/') && request.method === 'POST';
  }

  meet(weather: Weather): void {
    this.#run.requests++;
    if (this.#request.headers['idempotency-key'] !== undefined) this.#run.keyed++;
    const known = this.#run.calls.get(this.#id);
    const call: KnownCall = known ?? {arrivals: 0, hold: null};
    if (known === undefined) this.#run.calls.set(this.#id, call);

    if (call.hold !== null && call.hold.untilMs - Date.now() > graceMs) {
      // The client did not wait as the server asked: the same response again, and the script does not advance.
      this.#run.early++;
      this.#answer(429, hintHeaders(call.hold));
      return;
    }
    const fate = weather(this.#id, ++call.arrivals);
    if (fate.kind !== 'throttled') this.#suffer(fate);
    else {
      this.#later(fate.afterMs, () => {
        call.hold = holdOf(fate.hint);
        this.#answer(429, hintHeaders(call.hold));
      });
    }
  }

  #suffer(fate: Exclude<Fate, {kind: 'throttled'}>): void {
    switch (fate.kind) {
      case 'answer':
        this.#later(fate.afterMs, this.#work());
        return;
      case 'status':
        if (fate.worked) this.#work();
        this.#later(fate.afterMs, () => this.#answer(fate.status));
        return;
      case 'reset':
        if (fate.worked) this.#work();
        this.#later(fate.afterMs, () => this.#request.socket.resetAndDestroy());
        return;
      case 'hang':
        if (fate.worked) this.#work();
    }
  }

  /** Does the work now; what comes back sends its answer. */
  #work(): () => void {
    if (!this.#order) return () => this.#answer(200);
    const key = this.#request.headers['idempotency-key'];
    const charge = this.#run.ledger.charge(this.#id, typeof key === 'string' ? key : null);
    if (charge === null) return () => this.#answer(422);
    return () => this.#answer(200, charge.replayed ? {'Idempotent-Replayed': 'true'} : {}, {receipt: charge.receipt});
  }

  #answer(status: number, headers: OutgoingHttpHeaders = {}, facts: object = {}): void {
    this.#response.writeHead(status, {'Content-Type': 'application/json', ...headers});
    this.#response.end(JSON.stringify({id: this.#id, ...facts}));
  }

  #later(ms: number, act: () => void): void {
    setTimeout(() => {
      if (!this.#request.socket.destroyed) act();
    }, ms);
  }
}

function holdOf(hint: Hint): Hold {
  // A date has whole seconds: the first one that is at least as far away as the other forms say.
  if (hint === 'date') return {hint, untilMs: Math.ceil((Date.now() + holdMs.seconds) / 1000) * 1000};
  return {hint, untilMs: Date.now() + holdMs[hint]};
}

function hintHeaders({hint, untilMs}: Hold): OutgoingHttpHeaders {
  const leftMs = untilMs - Date.now();
  switch (hint) {
    case 'retry-after-ms':
      return {'retry-after-ms': leftMs};
    case 'seconds':
      return {'Retry-After': Math.ceil(leftMs / 1000)};
    case 'date':
      // toUTCString() is an IMF-fixdate, letter for letter.
      return {'Retry-After': new Date(untilMs).toUTCString()};
  }
}
