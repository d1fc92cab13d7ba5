/** A batch that is killed again and again, and what the server and the files say in the end. */
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {json} from 'node:stream/consumers';
import {setTimeout} from 'node:timers/promises';
import {expect} from 'chai';
import {contentKey} from '../../src/batch/content-key.ts';
import type {ResultLine} from '../../src/cli/result-line.ts';
import {ended, type Finished, linesOf, type Workplace} from './running.ts';

interface Arrival {
  readonly n: number;
  readonly key: string;
  /** Which start of the command it came from. */
  readonly run: number;
}

export interface ServerOptions {
  /** Share of requests that fail. Default: one in twenty. */
  readonly failing?: number;
  readonly delayMs?: () => number;
}

/** Fails some requests, by chance, and notes all of them. */
export class CountingServer {
  readonly arrivals: Arrival[] = [];
  run = 0;
  readonly #server: Server;
  readonly #random: () => number;
  #waiting: {readonly count: number; readonly done: () => void} | null = null;

  private constructor(server: Server, random: () => number) {
    this.#server = server;
    this.#random = random;
  }

  static async start(
    random: () => number,
    {failing = 0.05, delayMs = () => 0}: ServerOptions = {},
  ): Promise<CountingServer> {
    const http = createServer();
    const server = new CountingServer(http, random);
    http.on('request', async (request, response) => {
      const {n} = (await json(request).catch(() => ({n: -1}))) as {n: number};
      server.#note({n, key: String(request.headers['idempotency-key']), run: server.run});
      const status = server.#random() < failing ? 503 : 200;
      const waitMs = delayMs();
      if (waitMs > 0) await setTimeout(waitMs);
      response.writeHead(status, {'content-type': 'application/json'}).end(`{"answer":${n}}`);
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves when so many more requests are here. */
  more(count: number): Promise<void> {
    return new Promise(done => {
      this.#waiting = {count: this.arrivals.length + count, done};
    });
  }

  #note(arrival: Arrival): void {
    this.arrivals.push(arrival);
    if (this.#waiting !== null && this.arrivals.length >= this.#waiting.count) this.#waiting.done();
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

const POLICY = {
  maxAttempts: 8,
  idempotency: {},
  backoff: {kind: 'constant', delayMs: 2, throttledBaseMs: 2, jitter: 'none'},
};

export interface Killing {
  readonly items: number;
  readonly kills: number;
  readonly random: () => number;
  /** Default: the batch's own policy, under which a POST may be sent once only. */
  readonly policy?: unknown;
  /** Called after each kill. */
  readonly killed?: () => void;
}

/** Kills the command so many times, each time at a moment that chance picks. @returns Its arguments, to let it come to its end. */
export async function killAtRandom(
  place: Workplace,
  server: CountingServer,
  {items, kills, random, policy, killed}: Killing,
): Promise<string[]> {
  place.writeRequests(
    'requests.jsonl',
    Array.from({length: items}, (_, n) => ({n})),
  );
  const args = ['batch', 'requests.jsonl', '--url', server.origin, '--out', 'results.jsonl', '--resume'];
  if (policy !== undefined) {
    place.write('policy.json', JSON.stringify(policy));
    args.push('--policy', 'policy.json', '--concurrency', '32');
  }
  for (let kill = 0; kill < kills; kill++) {
    const child = place.start(args);
    const end = ended(child);
    const moment = server.more(Math.ceil((random() * 1.5 * items) / (kills + 1)));
    await Promise.race([moment, end]);
    child.kill('SIGKILL');
    await end;
    server.run++;
    killed?.();
  }
  return args;
}

export interface Survived {
  readonly args: readonly string[];
  /** The run that was not killed. */
  readonly last: Finished;
  readonly results: readonly ResultLine[];
}

/** Kills a command whose requests may be sent once only, lets it come to its end, and counts what the server got of each request. */
export async function killAndCountActs(place: Workplace, server: CountingServer, killing: Killing): Promise<Survived> {
  const args = await killAtRandom(place, server, killing);
  const last = await place.run(args);
  const times = new Map<number, number>();
  for (const {n} of server.arrivals) times.set(n, (times.get(n) ?? 0) + 1);
  const repeated = [...times].filter(([, count]) => count > 1);
  expect(repeated, 'requests that the server got more than once, with how often').to.deep.equal([]);
  const results = place.results('results.jsonl');
  expect(results.map(({custom_id}) => custom_id).sort()).to.deep.equal(
    Array.from({length: killing.items}, (_, n) => `r-${n}`).sort(),
  );
  return {args, last, results};
}

/** Kills a command whose requests carry keys, then lets it come to its end. */
export async function killAndResume(
  place: Workplace,
  server: CountingServer,
  items: number,
  kills: number,
  random: () => number,
): Promise<void> {
  const keyOf = Array.from({length: items}, (_, n) => contentKey({method: 'POST', path: '/v1/x', body: {n}}, n));
  const known = [new Set<string>()];
  const killed = (): void => void known.push(journalled(place));
  const last = await place.run(await killAtRandom(place, server, {items, kills, random, policy: POLICY, killed}));
  expect(last.code, last.stderr).to.equal(0);

  const results = place.results('results.jsonl');
  expect(results.map(({custom_id}) => custom_id).sort()).to.deep.equal(
    Array.from({length: items}, (_, n) => `r-${n}`).sort(),
  );
  for (const {custom_id, response} of results)
    expect(response?.body).to.deep.equal({answer: Number(custom_id.slice(2))});
  const keys = new Map<number, string>();
  for (const {n, key, run} of server.arrivals) {
    expect(keys.get(n) ?? key, `the key of item ${n}`).to.equal(key);
    keys.set(n, key);
    expect(known[run]!.has(keyOf[n]!), `item ${n} was journalled before run ${run}, and sent again`).to.equal(false);
  }
  expect(new Set(keys.values()).size).to.equal(items);
}

/** The results in the journal, by its own lines. */
function journalled(place: Workplace): Set<string> {
  if (!existsSync(join(place.folder, 'results.jsonl.journal'))) return new Set();
  const whole = place.read('results.jsonl.journal').replace(/[^\n]*$/, '');
  return new Set((linesOf(whole) as {key?: string}[]).flatMap(({key}) => (key === undefined ? [] : [key])));
}
