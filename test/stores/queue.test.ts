/** A batch on many machines: processes of the command line over a real Redis, killed and stopped while requests are under way. */
import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {expect} from 'chai';
import {createClient} from 'redis';
import type {ResultLine} from '../../src/cli/result-line.ts';
import {seededRandom} from '../../src/testing.ts';
import {CountingServer} from '../cli/killed.ts';
import {type Finished, Workplace} from '../cli/running.ts';
import {type RedisServer, withRedis} from '../support/redis-server.ts';

const ITEMS = 160;
const CONCURRENCY = 8;

const POLICIES = {
  'POSTs that may be sent once': {extends: ['steadfetch:batch']},
  'POSTs with a key': {
    extends: ['steadfetch:batch'],
    idempotency: {},
    maxAttempts: 8,
    budget: null,
    backoff: {kind: 'constant', delayMs: 5, throttledBaseMs: 5, jitter: 'none'},
  },
} as const;

interface Worker {
  readonly child: ChildProcess;
  /** Resolves when the worker takes requests, and heeds signals. */
  readonly started: Promise<unknown>;
  readonly end: Promise<Finished>;
}

function workerOf(child: ChildProcess): Worker {
  let stderr = '';
  const started = new Promise<void>(resolve => {
    child.stderr!.on('data', (chunk: Buffer) => {
      stderr += chunk;
      if (stderr.includes('takes requests')) resolve();
    });
  });
  const end = once(child, 'close').then(([code]) => ({code: code as number | null, stdout: '', stderr}));
  return {child, started: Promise.race([started, end]), end};
}

const clientOf = (url: string) => createClient({url});

/** A queue, its server, and its workers. */
class World {
  static #count = 0;
  readonly place = new Workplace();
  readonly #name = `items-${World.#count++}`;
  readonly #redis: RedisServer;
  readonly #server: CountingServer;

  constructor(redis: RedisServer, server: CountingServer, policy: unknown) {
    this.#redis = redis;
    this.#server = server;
    this.place.write('policy.json', JSON.stringify(policy));
    this.place.writeRequests(
      'requests.jsonl',
      Array.from({length: ITEMS}, (_, n) => ({n})),
    );
  }

  enqueue(...options: string[]): Promise<Finished> {
    return this.place.run([
      'batch',
      'enqueue',
      'requests.jsonl',
      ...this.#queue,
      '--url',
      this.#server.origin,
      ...options,
    ]);
  }

  work(more: readonly string[] = [], env: Record<string, string> = {}): Worker {
    const server = ['--url', this.#server.origin, '--policy', 'policy.json'];
    const worker = ['--concurrency', String(CONCURRENCY), '--lock', '3'];
    const child = this.place.start(['batch', 'work', ...this.#queue, ...server, ...worker, ...more], env);
    return workerOf(child);
  }

  collect(...options: string[]): Promise<Finished> {
    return this.place.run(['batch', 'collect', 'requests.jsonl', ...this.#queue, '--out', 'results.jsonl', ...options]);
  }

  get #queue(): string[] {
    return ['--queue', this.#redis.url, '--name', this.#name];
  }

  /** Every hash and every stream, as text. */
  everythingInRedis(): Promise<string> {
    return this.#withClient(async client => {
      const parts: unknown[] = [];
      for (const key of await client.keys('*')) {
        const type = await client.type(key);
        if (type === 'hash') parts.push(key, await client.hGetAll(key));
        if (type === 'stream') parts.push(key, await client.xRange(key, '-', '+'));
      }
      return JSON.stringify(parts);
    });
  }

  /** Makes a user who may connect, and run no script. */
  async restrict(user: string, password: string): Promise<void> {
    const rules = ['on', `>${password}`, '~*', '+@all', '-eval', '-evalsha', '-evalsha_ro'];
    await this.#withClient(client => client.sendCommand(['ACL', 'SETUSER', user, ...rules]));
  }

  async #withClient<T>(work: (client: ReturnType<typeof clientOf>) => Promise<T>): Promise<T> {
    const client = clientOf(this.#redis.url);
    client.on('error', () => {});
    await client.connect();
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }

  results(): ResultLine[] {
    return this.place.results('results.jsonl');
  }
}

/** Every request has one result, in order, and the report says the same as the files. */
function expectWhole(world: World, {code, stderr}: Finished): readonly ResultLine[] {
  const results = world.results();
  const ids = Array.from({length: ITEMS}, (_, n) => `r-${n}`);
  expect(results.map(({custom_id}) => custom_id)).to.deep.equal(ids);
  const failed = results.filter(({error}) => error !== null);
  expect(stderr).to.include(`${ITEMS - failed.length} of ${ITEMS} succeeded, ${failed.length} failed`);
  expect(code).to.equal(failed.length === 0 ? 0 : 1);
  if (failed.length > 0) expect(world.place.results('results.errors.jsonl')).to.have.length(failed.length);
  return failed;
}

/** How often each item arrived, and with how many keys. */
function arrivalsOf(server: CountingServer): {readonly most: number; readonly items: number; readonly keys: number} {
  const counts = new Map<number, number>();
  for (const {n} of server.arrivals) counts.set(n, (counts.get(n) ?? 0) + 1);
  return {
    most: Math.max(...counts.values()),
    items: counts.size,
    keys: new Set(server.arrivals.map(({n, key}) => `${n} ${key}`)).size,
  };
}

describe('a batch in a queue of BullMQ', () => {
  const random = seededRandom(Number(process.env.SEED ?? 5));
  let redis: RedisServer;
  let server: CountingServer;
  let world: World;
  withRedis(
    started => {
      redis = started;
    },
    {keepsData: true},
  );
  beforeEach(async () => {
    server = await CountingServer.start(random, {failing: 0.03, delayMs: () => 5 + random() * 30});
  });
  afterEach(async () => {
    await server?.close();
    world?.place.remove();
  });

  for (const [name, policy] of Object.entries(POLICIES)) {
    it(`gives each item one result when one of three workers is killed and one is stopped: ${name}`, async () => {
      world = new World(redis, server, policy);
      const filled = await world.enqueue();
      expect(filled.stderr).to.include(`${ITEMS} added`);
      const workers = [world.work()];
      const more = (count: number) => Promise.race([server.more(count), workers[0]!.end]);
      await more(10); // So that the kill finds requests under way.
      workers.push(world.work(), world.work());
      await more(ITEMS / 4);
      workers[0]!.child.kill('SIGKILL');
      await workers[1]!.started;
      workers[1]!.child.kill('SIGTERM');
      const [, stopped, last] = await Promise.all(workers.map(({end}) => end));
      expect(stopped!.code, stopped!.stderr).to.equal(0);
      expect(last!.code, last!.stderr).to.equal(0);
      expect(last!.stderr).to.include('Every request of the queue has a result');

      const failed = expectWhole(world, await world.collect());
      const {most, items, keys} = arrivalsOf(server);
      if ('idempotency' in policy) {
        expect(failed).to.deep.equal([]);
        expect({items, keys}).to.deep.equal({items: ITEMS, keys: ITEMS});
      } else {
        expect(most, 'sends of a POST').to.equal(1);
        const interrupted = failed.filter(({error}) => error?.code === 'interrupted');
        const refused = failed.filter(({error}) => error?.code === '503');
        expect(interrupted.length + refused.length).to.equal(failed.length);
        expect(interrupted, 'requests under way at the kill').to.not.be.empty;
      }
    }).timeout(120_000);
  }

  it('loses nothing, and sends nothing twice, when Redis is killed and starts again', async () => {
    world = new World(redis, server, POLICIES['POSTs that may be sent once']);
    await world.enqueue();
    const workers = [world.work(), world.work()];
    await server.more(ITEMS / 3);
    await redis.end('SIGKILL');
    await redis.restart();
    const ends = await Promise.all(workers.map(({end}) => end));
    for (const {code, stderr} of ends) expect(code, stderr).to.equal(0);
    const failed = expectWhole(world, await world.collect());
    expect(arrivalsOf(server).most, 'sends of a POST').to.equal(1);
    expect(failed.every(({error}) => error?.code === '503' || error?.code === 'interrupted')).to.equal(true);

    const reopened = await world.enqueue('--retry-failed');
    expect(reopened.stderr).to.include(`sent again    ${failed.length} that failed`);
    expect((await world.work().end).code).to.equal(0);
    const removed = await world.collect('--remove');
    expectWhole(world, removed);
    expect(removed.stderr).to.include('The queue was removed.');
  }).timeout(120_000);

  it('ends, and does not repeat the password, when Redis refuses its commands', async () => {
    world = new World(redis, server, POLICIES['POSTs that may be sent once']);
    await world.restrict('limited', 'p4ssword');
    const limited = redis.url.replace('//', '//limited:p4ssword@');
    const {code, stderr} = await world.place.run(['batch', 'work', '--queue', limited, '--url', server.origin]);
    expect(code).to.equal(1);
    expect(stderr).to.include('NOPERM').and.not.include('p4ssword');
  }).timeout(60_000);

  it('adds nothing twice, keeps headers out of Redis, and removes only what was collected', async () => {
    world = new World(redis, server, POLICIES['POSTs that may be sent once']);
    expect((await world.enqueue()).stderr).to.include(`${ITEMS} added`);
    expect((await world.enqueue()).stderr).to.include(' 0 added');
    const early = await world.collect('--remove');
    expect(early.stderr).to.include('The queue was not removed, because not every request has a result.');
    const worker = world.work(['--header', `authorization: Bearer \${SECRET}`], {SECRET: 's3cret'});
    expect((await worker.end).code).to.equal(0);
    expect(server.arrivals).to.have.length(ITEMS);
    const kept = await world.everythingInRedis();
    expect(kept).to.include('custom').and.not.include('s3cret');
    const all = world.place.read('requests.jsonl');
    world.place.write('requests.jsonl', all.slice(0, all.lastIndexOf('\n', all.length - 2) + 1));
    expect((await world.collect('--remove')).stderr).to.include(
      'The queue was not removed, because it has requests that are not in the file: 1.',
    );
    world.place.write('requests.jsonl', all);
    expect((await world.collect('--remove')).stderr).to.include('The queue was removed.');
    const gone = await world.collect('--remove');
    expect(gone.stderr).to.include(`${ITEMS}, ${ITEMS} of them not in the queue`);
  }).timeout(120_000);
});
