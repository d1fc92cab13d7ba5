/** Commands to a store whose reply is lost, and keys that a store has forgotten. On real servers: test/stores/lost-replies.test.ts. */
import {expect} from 'chai';
import {BoundedStore} from '../../src/server/bounded-store.ts';
import type {Claim} from '../../src/server/store.ts';
import {
  type AfterLoss,
  type IdempotencyEvent,
  type IdempotencyOptions,
  type IdempotencyStore,
  idempotent,
  memoryStore,
} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {deferred, post, told} from './requests.ts';

const LOST = new Error('The connection was closed before the reply.');
const STEPS = ['claim', 'renew', 'complete', 'abandon', 'release'] as const;
type Step = (typeof STEPS)[number];

/** A store that does what it is told, and whose next replies to some steps are lost. */
class LossyStore {
  readonly lost: Record<Step, number> = {claim: 0, renew: 0, complete: 0, abandon: 0, release: 0};
  /** Steps that reach nothing, and fail. */
  readonly away: Set<Step> = new Set();
  #kept: IdempotencyStore;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.#kept = memoryStore({clock});
  }

  forget(): void {
    this.#kept = memoryStore({clock: this.#clock});
  }

  get store(): IdempotencyStore {
    const step =
      (name: Step) =>
      async (...values: never[]): Promise<never> => {
        if (this.away.has(name)) throw LOST;
        const reply = await (this.#kept[name] as (...all: never[]) => Promise<never>)(...values);
        if (this.lost[name]-- > 0) throw LOST;
        return reply;
      };
    return Object.fromEntries(STEPS.map(name => [name, step(name)])) as unknown as IdempotencyStore;
  }
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

function serving(options: Partial<IdempotencyOptions<Request>> = {}, status = 201) {
  const clock = new VirtualClock();
  const lossy = new LossyStore(clock);
  const events: IdempotencyEvent[] = [];
  const counts = {runs: 0};
  let finish = (): void => {};
  const handler = idempotent(
    async (request, {signal}) => {
      counts.runs++;
      if ((await request.text()) === 'slow')
        await new Promise<void>((resolve, reject) => {
          finish = resolve;
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      return new Response('done', {status});
    },
    {store: lossy.store, scope: 'everyone', clock, leaseMs: 3000, on: event => events.push(event), ...options},
  );
  const send = async (body = '{}'): Promise<string> => {
    const response = await handler(post('k', body));
    return `${await told(response)}${response.headers.has('idempotent-replayed') ? ' replayed' : ''}`;
  };
  return {clock, lossy, events, counts, send, finish: () => finish()};
}

describe('a reply of the store that is lost', () => {
  it('to the claim: the claim is repeated, and the handler runs once', async () => {
    const {lossy, counts, send} = serving();
    lossy.lost.claim = 1;
    expect(await send()).to.equal('201 done');
    expect(await send()).to.equal('201 done replayed');
    expect(counts.runs).to.equal(1);
  });

  it('to both claims: 503, and the key is free for the retry', async () => {
    const {lossy, counts, send, clock} = serving();
    lossy.lost.claim = 2;
    expect(await send()).to.equal('503 STORE_UNAVAILABLE');
    await turn();
    expect(await send()).to.equal('201 done');
    expect(counts.runs).to.equal(1);
    await clock.advance(3000);
    expect(clock.pending).to.equal(0);
  });

  it('to both claims, and the store is away then: the key is free once the store is back, within the lease', async () => {
    const {lossy, counts, send, clock} = serving();
    lossy.lost.claim = 2;
    lossy.away.add('release');
    expect(await send()).to.equal('503 STORE_UNAVAILABLE');
    await turn();
    expect(await send()).to.equal('409 REQUEST_RUNNING');
    lossy.away.clear();
    await clock.advance(1000);
    expect(await send()).to.equal('201 done');
    expect(counts.runs).to.equal(1);
    await clock.advance(3000);
    expect(clock.pending).to.equal(0);
  });

  it('to both claims, which take the key later than the first returns: the key is free within the lease', async () => {
    const clock = new VirtualClock();
    const kept = memoryStore({clock});
    const visible = deferred<void>();
    const counts = {runs: 0};
    const store: IdempotencyStore = {
      renew: (...all) => kept.renew(...all),
      complete: (...all) => kept.complete(...all),
      abandon: (...all) => kept.abandon(...all),
      // As a COMMIT that waits for a standby, while the driver has given up.
      claim: async claim => {
        if (counts.runs > 0) return kept.claim(claim);
        void visible.promise.then(() => kept.claim(claim));
        throw LOST;
      },
      release: (...all) => kept.release(...all),
    };
    const handler = idempotent(
      () => {
        counts.runs++;
        return new Response('done');
      },
      {store, scope: 'everyone', clock, leaseMs: 3000, on: () => {}},
    );
    expect(await told(await handler(post('k')))).to.equal('503 STORE_UNAVAILABLE');
    await clock.advance(1000);
    visible.resolve();
    await turn();
    await clock.advance(1000);
    counts.runs = 1;
    expect(await told(await handler(post('k')))).to.equal('200 done');
    await clock.advance(3000);
    expect(clock.pending).to.equal(0);
  });

  it('while it stays away, no timer is left after the lease', async () => {
    const {lossy, send, clock} = serving();
    for (const step of STEPS) lossy.away.add(step);
    expect(await send()).to.equal('503 STORE_UNAVAILABLE');
    await clock.advance(3000);
    expect(clock.pending).to.equal(0);
  });

  it('to complete: the response is sent, and replayed', async () => {
    const {lossy, events, send} = serving();
    lossy.lost.complete = 1;
    expect(await send()).to.equal('201 done');
    expect(await send()).to.equal('201 done replayed');
    expect(events.map(({type}) => type)).to.deep.equal(['stored', 'replayed']);
  });

  it('to abandon: the outcome is unknown', async () => {
    const {lossy, events, send} = serving({}, 500);
    lossy.lost.abandon = 1;
    expect(await send()).to.equal('500 done');
    expect(await send()).to.equal('409 OUTCOME_UNKNOWN');
    expect(events.map(({type}) => type)).to.deep.equal(['lost', 'refused']);
  });
});

describe('a claim that fails, and takes the key later', () => {
  /** @param lateClaims How many claims fail, from the first one on. */
  function serving(lateClaims: number) {
    const clock = new VirtualClock();
    const kept = memoryStore({clock});
    const late: (() => Promise<unknown>)[] = [];
    const state = {lateClaims, runs: 0, isDown: true, isForgotten: false};
    const finish = deferred<void>();
    const store: IdempotencyStore = {
      claim: async claim => {
        if (state.lateClaims-- <= 0) return kept.claim(claim);
        late.push(() => kept.claim(claim));
        throw LOST;
      },
      renew: async (...all) => !state.isForgotten && kept.renew(...all),
      complete: (...all) => kept.complete(...all),
      abandon: (...all) => kept.abandon(...all),
      release: (...all) => kept.release(...all),
    };
    const handler = idempotent(
      async (request, {release}) => {
        state.runs++;
        if ((await request.text()) === 'slow') await finish.promise;
        if (!state.isDown) return new Response('done', {status: 201});
        release();
        return new Response('down', {status: 503});
      },
      {store, scope: 'everyone', clock, leaseMs: 3000, on: () => {}},
    );
    const send = async (body = '{}'): Promise<string> => told(await handler(post('k', body)));
    return {clock, state, send, finish, arrive: () => late.shift()!()};
  }

  it('after the repetition has succeeded, and its handler has released the key: the key is free within the lease', async () => {
    const {clock, state, send, arrive} = serving(1);
    expect(await send()).to.equal('503 down');
    await clock.advance(1000);
    await arrive();
    expect(await send()).to.equal('409 REQUEST_RUNNING');
    state.isDown = false;
    await clock.advance(300);
    expect(await send()).to.equal('201 done');
    await clock.advance(3000);
    expect(clock.pending).to.equal(0);
  });

  it('as that of a key which the store had forgotten, after the handler has released the key: the key is free within the lease', async () => {
    const {clock, state, send, finish, arrive} = serving(0);
    const first = send('slow');
    while (state.runs === 0) await turn();
    state.isForgotten = true;
    state.lateClaims = 2;
    await clock.advance(1000);
    finish.resolve();
    expect(await first).to.equal('503 down');
    await turn();
    await arrive();
    expect(await send('slow')).to.equal('409 REQUEST_RUNNING');
    state.isDown = false;
    await clock.advance(300);
    expect(await send('slow')).to.equal('201 done');
  });

  it('after the repetition has found another run, which has released the key: the key is free within the lease', async () => {
    const {clock, state, send, finish, arrive} = serving(0);
    const other = send('slow');
    while (state.runs === 0) await turn();
    state.lateClaims = 1;
    expect(await send('slow')).to.equal('409 REQUEST_RUNNING');
    finish.resolve();
    expect(await other).to.equal('503 down');
    await arrive();
    expect(await send('slow')).to.equal('409 REQUEST_RUNNING');
    state.isDown = false;
    await clock.advance(300);
    expect(await send('slow')).to.equal('201 done');
  });

  it('twice, the second time after the key was given back: the key is free within the lease', async () => {
    const {clock, state, send, arrive} = serving(2);
    expect(await send()).to.equal('503 STORE_UNAVAILABLE');
    state.isDown = false;
    for (let at = 0; at < 2; at++) {
      await clock.advance(900);
      await arrive();
      expect(await send()).to.equal('409 REQUEST_RUNNING');
      await clock.advance(300);
    }
    expect(await send()).to.equal('201 done');
    await clock.advance(3000);
    expect(clock.pending).to.equal(0);
  });
});

describe('a store that stalls, and carries out what it was sent in order', () => {
  it('has each of 1,500 keys given back whose claims were given up, and is asked for 1,000 of them again', async () => {
    const clock = new VirtualClock();
    const kept = memoryStore({clock});
    const waiting: (() => unknown)[] = [];
    const store = new Proxy(kept, {
      get:
        (_target, name: Step) =>
        (...values: never[]) =>
          new Promise(resolve => {
            waiting.push(async () => resolve(await (kept[name] as (...all: never[]) => unknown)(...values)));
          }),
    });
    const bounded = new BoundedStore(store, 5000, clock);
    const claimOf = (at: number, token: string): Claim => ({
      key: `${at}`,
      fingerprint: 'f',
      token,
      leaseMs: 30_000,
      keepMs: 86_400_000,
      afterLoss: 'refuse',
    });
    const keys = Array.from({length: 1500}, (_, at) => at);
    const claims = Promise.allSettled(keys.map(at => bounded.claim(claimOf(at, 'first'))));
    await clock.advance(5000);
    expect((await claims).every(({status}) => status === 'rejected')).to.equal(true);
    const releases = (): number => waiting.length - keys.length;
    await turn();
    expect(releases()).to.equal(keys.length);
    await clock.advance(8000);
    expect(releases()).to.equal(keys.length + 1000);
    for (const carryOut of waiting) await carryOut();
    const states = await Promise.all(keys.map(at => kept.claim(claimOf(at, 'retry'))));
    expect(states.every(({state}) => state === 'claimed')).to.equal(true);
  });
});

describe('a key that the store has forgotten while its handler runs', () => {
  for (const afterLoss of ['refuse', 'run-again'] as const satisfies AfterLoss[]) {
    it(`with ${afterLoss}: is taken again at the end, so that a retry gets the response`, async () => {
      const {lossy, counts, send, finish} = serving({afterLoss});
      const first = send('slow');
      while (counts.runs === 0) await turn();
      lossy.forget();
      finish();
      expect(await first).to.equal('201 done');
      expect(await send('slow')).to.equal('201 done replayed');
      expect(counts.runs).to.equal(1);
    });

    it(`with ${afterLoss}: is taken again at a renewal, so that a retry does not run`, async () => {
      const {lossy, clock, counts, send, finish} = serving({afterLoss});
      const first = send('slow');
      while (counts.runs === 0) await turn();
      lossy.forget();
      await clock.advance(1000);
      expect(await send('slow')).to.equal('409 REQUEST_RUNNING');
      finish();
      expect(await first).to.equal('201 done');
      expect(counts.runs).to.equal(1);
    });
  }

  const failures: Readonly<Record<string, [Partial<IdempotencyOptions<Request>>, number, string]>> = {
    'answers with 500': [{}, 500, '500 done'],
    'answers with 429': [{}, 429, '429 done'],
    'runs longer than maxRunMs': [{leaseMs: 9000, maxRunMs: 2000}, 201, '409 OUTCOME_UNKNOWN'],
  };
  for (const [what, [options, status, answer]] of Object.entries(failures))
    it(`is taken again where the handler ${what}, so that a retry does not run`, async () => {
      const {lossy, clock, counts, send, finish} = serving(options, status);
      const first = send('slow');
      while (counts.runs === 0) await turn();
      lossy.forget();
      if (options.maxRunMs === undefined) finish();
      else await clock.advance(options.maxRunMs);
      expect(await first).to.equal(answer);
      expect(await send('slow')).to.equal('409 OUTCOME_UNKNOWN');
      expect(counts.runs).to.equal(1);
    });

  it('is not taken again by a renewal that was under way when the handler released it', async () => {
    const clock = new VirtualClock();
    const kept = memoryStore({clock});
    const gate = deferred<void>();
    const finish = deferred<void>();
    const store: IdempotencyStore = {
      claim: claim => kept.claim(claim),
      renew: async (...all) => {
        await gate.promise;
        return kept.renew(...all);
      },
      complete: (...all) => kept.complete(...all),
      abandon: (...all) => kept.abandon(...all),
      release: (...all) => kept.release(...all),
    };
    let runs = 0;
    const handler = idempotent(
      async (_request, {release}) => {
        if (++runs > 1) return new Response('done', {status: 201});
        await finish.promise;
        release();
        return new Response('down', {status: 503});
      },
      {store, scope: 'everyone', clock, leaseMs: 3000, on: () => {}},
    );
    const first = handler(post('k'));
    while (runs === 0) await turn();
    await clock.advance(1000);
    finish.resolve();
    await turn();
    gate.resolve();
    expect(await told(await first)).to.equal('503 down');
    await turn();
    expect(await told(await handler(post('k')))).to.equal('201 done');
  });

  it('is not taken again where the handler fails and a retry came first', async () => {
    const {lossy, counts, send, finish} = serving({}, 500);
    const first = send('slow');
    while (counts.runs === 0) await turn();
    lossy.forget();
    const other = idempotent(() => new Response('other', {status: 201}), {store: lossy.store, scope: 'everyone'});
    expect(await told(await other(post('k', 'slow')))).to.equal('201 other');
    finish();
    expect(await first).to.equal('500 done');
    expect(await send('slow')).to.equal('201 other replayed');
  });

  it('stays taken where the reply to that is lost: a retry does not run', async () => {
    const {lossy, clock, counts, send, finish} = serving();
    const first = send('slow');
    while (counts.runs === 0) await turn();
    lossy.forget();
    lossy.lost.claim = 2;
    await clock.advance(1000);
    await turn();
    expect(await send('slow')).to.equal('409 REQUEST_RUNNING');
    finish();
    expect(await first).to.equal('201 done');
    expect(counts.runs).to.equal(1);
  });

  for (const [afterLoss, expected] of [
    ['refuse', '409 OUTCOME_UNKNOWN'],
    ['run-again', '409 LEASE_LOST'],
  ] as const)
    it(`with ${afterLoss}: is another run's if a retry came first, and the first run gets ${expected}`, async () => {
      const {lossy, counts, events, send, finish} = serving({afterLoss});
      const first = send('slow');
      while (counts.runs === 0) await turn();
      const finishFirst = finish;
      lossy.forget();
      const other = idempotent(() => new Response('other', {status: 201}), {store: lossy.store, scope: 'everyone'});
      expect(await told(await other(post('k', 'slow')))).to.equal('201 other');
      finishFirst();
      expect(await first).to.equal(expected);
      expect(events.map(({type}) => type)).to.deep.equal(['lost', 'refused']);
      expect(await send('slow')).to.equal('201 other replayed');
    });
});
