/** A store that is away when a run ends, and comes back within the lease. */
import {expect} from 'chai';
import type {Timer} from '../../src/core/timer.ts';
import {
  type IdempotencyEvent,
  type IdempotencyOptions,
  type IdempotencyStore,
  idempotent,
  type KeyContext,
  memoryStore,
} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {deferred, post, told} from './requests.ts';

const STEPS = ['claim', 'renew', 'complete', 'abandon', 'release'] as const;
const LEASE_MS = 8000;
const AWAY = new Error('The store is away.');

type Options = Partial<IdempotencyOptions<Request>>;
type End = (context: KeyContext) => Response | Promise<Response>;

const ENDS = {
  released: ({release}) => {
    release();
    return new Response('down', {status: 503});
  },
  'released, and throws': ({release}) => {
    release();
    throw new Error('down');
  },
  result: () => new Response('charged', {status: 201}),
  unknown: () => new Response('broken', {status: 500}),
  stream: () => {
    const text = new Response('data: 1\n\n').body;
    return new Response(text, {status: 201, headers: {'content-type': 'text/event-stream'}});
  },
} as const satisfies Record<string, End>;

/** A handler whose store goes away when its first run ends. Later runs find the store as it is, and charge. */
function serving(end: End, options: Options = {}) {
  const clock = new VirtualClock();
  let kept = memoryStore({clock});
  const state = {isAway: false, runs: 0};
  const events: IdempotencyEvent[] = [];
  const asked: string[] = [];
  const step =
    (name: (typeof STEPS)[number]) =>
    async (...values: never[]): Promise<never> => {
      asked.push(name);
      if (state.isAway) throw AWAY;
      return (kept[name] as (...all: never[]) => Promise<never>)(...values);
    };
  const store = Object.fromEntries(STEPS.map(name => [name, step(name)])) as unknown as IdempotencyStore;
  const handler = idempotent(
    (_request, context: KeyContext) => {
      if (++state.runs > 1) return new Response('charged again', {status: 201});
      state.isAway = true;
      return end(context);
    },
    {store, scope: 'everyone', clock, leaseMs: LEASE_MS, on: event => events.push(event), ...options},
  );
  const send = async (key = 'k'): Promise<string> => {
    const response = await handler(post(key));
    return `${await told(response)}${response.headers.has('idempotent-replayed') ? ' replayed' : ''}`;
  };
  return {
    clock,
    state,
    events,
    asked,
    store,
    send,
    types: () => events.map(({type}) => type).filter(type => type !== 'refused'),
    forget: () => {
      kept = memoryStore({clock});
    },
  };
}

/** Away for 1.5 s. */
async function backAgain({clock, state}: ReturnType<typeof serving>): Promise<void> {
  await clock.advance(1500);
  state.isAway = false;
}

describe('a store that is away when the run ends', () => {
  describe('after release()', () => {
    it('the key is free once the store is back', async () => {
      const server = serving(ENDS.released);
      expect(await server.send()).to.equal('503 down');
      await backAgain(server);
      expect(await server.send()).to.equal('409 REQUEST_RUNNING');
      await server.clock.advance(LEASE_MS / 10);
      expect(await server.send()).to.equal('201 charged again');
      await server.clock.advance(2 * LEASE_MS);
      expect(server.clock.pending).to.equal(0);
    });

    it('and an exception, the key is free once the store is back', async () => {
      const server = serving(ENDS['released, and throws']);
      expect(await server.send().catch((error: Error) => error.message)).to.equal('down');
      await backAgain(server);
      await server.clock.advance(LEASE_MS / 10);
      expect(await server.send()).to.equal('201 charged again');
    });

    it('the event says that the key is free when it is', async () => {
      const server = serving(ENDS.released);
      await server.send();
      await backAgain(server);
      expect(server.events).to.deep.equal([{type: 'store.failed', step: 'release', error: AWAY}]);
      await server.clock.advance(LEASE_MS / 10);
      expect(server.events.slice(1)).to.deep.equal([{type: 'released', status: 503, error: undefined}]);
    });

    it('for longer than the lease: the event says that the run is lost, and no retry is left', async () => {
      const server = serving(ENDS.released);
      await server.send();
      await server.clock.advance(LEASE_MS);
      expect(server.events).to.deep.equal([
        {type: 'store.failed', step: 'release', error: AWAY},
        {type: 'lost', status: 503, error: AWAY},
      ]);
      expect(server.asked.filter(name => name === 'release')).to.have.length(2 * 11);
      expect(server.clock.pending).to.equal(0);
      server.state.isAway = false;
      expect(await server.send()).to.equal('409 OUTCOME_UNKNOWN');
    });

    it('until after the lease, with run-again: the retry of the release leaves the key to the run that took over', async () => {
      const server = serving(ENDS.released, {afterLoss: 'run-again'});
      await server.send();
      await server.clock.advance(LEASE_MS - 1);
      server.state.isAway = false;
      await server.clock.advance(1);
      expect(await server.send()).to.equal('201 charged again');
      expect(await server.send()).to.equal('201 charged again replayed');
    });
  });

  for (const afterLoss of ['refuse', 'run-again'] as const)
    describe(`after a result, with ${afterLoss}`, () => {
      it('the response is stored once the store is back, and the handler does not run again', async () => {
        const server = serving(ENDS.result, {afterLoss});
        expect(await server.send()).to.equal('201 charged');
        await backAgain(server);
        expect(await server.send()).to.equal('409 REQUEST_RUNNING');
        await server.clock.advance(LEASE_MS / 10);
        expect(await server.send()).to.equal('201 charged replayed');
        expect(server.state.runs).to.equal(1);
        expect(server.types()).to.deep.equal(['store.failed', 'stored', 'replayed']);
        await server.clock.advance(2 * LEASE_MS);
        expect(server.clock.pending).to.equal(0);
      });

      it('the response is stored also where the store has forgotten the key meanwhile', async () => {
        const server = serving(ENDS.result, {afterLoss});
        await server.send();
        server.forget();
        await backAgain(server);
        await server.clock.advance(LEASE_MS / 10);
        expect(await server.send()).to.equal('201 charged replayed');
      });

      it('the end of a stream is stored once the store is back', async () => {
        const server = serving(ENDS.stream, {afterLoss});
        await server.send();
        await backAgain(server);
        await server.clock.advance(LEASE_MS / 10);
        expect(await server.send()).to.equal('409 RESPONSE_NOT_KEPT');
        expect(server.types()).to.include('stored');
      });

      it('for longer than the lease: the event says that the run is lost, and no retry is left', async () => {
        const server = serving(ENDS.result, {afterLoss});
        await server.send();
        await server.clock.advance(LEASE_MS);
        expect(server.events).to.deep.equal([
          {type: 'store.failed', step: 'complete', error: AWAY},
          {type: 'lost', status: 201, error: AWAY},
        ]);
        expect(server.clock.pending).to.equal(0);
      });
    });

  it('after a result, and a retry came first at a store that has forgotten the key: the run is lost', async () => {
    const server = serving(ENDS.result);
    await server.send();
    server.forget();
    await backAgain(server);
    expect(await server.send()).to.equal('201 charged again');
    await server.clock.advance(LEASE_MS / 10);
    expect(server.types()).to.deep.equal(['store.failed', 'stored', 'lost']);
    expect(await server.send()).to.equal('201 charged again replayed');
  });

  it('after an unknown outcome, and has forgotten the key: the key is refused once the store is back', async () => {
    const server = serving(ENDS.unknown);
    expect(await server.send()).to.equal('500 broken');
    server.forget();
    await backAgain(server);
    await server.clock.advance(LEASE_MS / 10);
    expect(await server.send()).to.equal('409 OUTCOME_UNKNOWN');
    expect(server.types()).to.deep.equal(['lost', 'store.failed']);
  });

  it('after an unknown outcome, with run-again: the key runs again once the store is back', async () => {
    const server = serving(ENDS.unknown, {afterLoss: 'run-again'});
    await server.send();
    await backAgain(server);
    await server.clock.advance(LEASE_MS / 10);
    expect(await server.send()).to.equal('201 charged again');
    expect(server.types()).to.deep.equal(['lost', 'store.failed', 'stored']);
  });
});

describe('a timer of the store', () => {
  class RecordingClock extends VirtualClock {
    readonly #armed = new Set<Timer>();

    override arm(timer: Timer, ms: number): void {
      this.#armed.add(timer);
      super.arm(timer, ms);
    }

    override unref(timer?: Timer): void {
      if (timer !== undefined) timer.unrefd = true;
    }

    /** Those that keep the process alive. */
    get kept(): Timer[] {
      return [...this.#armed].filter(({unrefd}) => !unrefd);
    }
  }

  it('does not keep the process alive', async () => {
    const clock = new RecordingClock();
    const server = serving(ENDS.result, {clock});
    await server.send();
    await server.send('other');
    await clock.advance(2 * LEASE_MS);
    expect(server.types()).to.include('lost');
    expect(clock.kept).to.deep.equal([]);
  });
});

describe('responses that wait for a store that is away', () => {
  const MIB = 2 ** 20;

  /**
   * As many runs as there are sizes, whose bodies of so many bytes wait for the store.
   *
   * @returns How many of them the store has once it is back.
   */
  async function waiting(sizes: readonly number[], options: Options = {}) {
    const clock = new VirtualClock();
    const kept = memoryStore({clock, maxBytes: 2 ** 40});
    let isAway = false;
    let stored = 0;
    const store: IdempotencyStore = {
      claim: claim => kept.claim(claim),
      renew: (...all) => kept.renew(...all),
      complete: async (...all) => {
        if (isAway) throw AWAY;
        stored++;
        return kept.complete(...all);
      },
      abandon: (...all) => kept.abandon(...all),
      release: (...all) => kept.release(...all),
    };
    const handler = idempotent(async request => new Response(new Uint8Array(Number(await request.text()))), {
      store,
      scope: 'everyone',
      clock,
      leaseMs: LEASE_MS,
      maxResponseBytes: 2 ** 30,
      on: () => {},
      ...options,
    });
    isAway = true;
    for (const [at, size] of sizes.entries()) await handler(post(`k${at}`, `${size}`));
    isAway = false;
    await clock.advance(LEASE_MS / 10);
    // A replay of each would take as long as all before.
    const least = Math.min(...sizes);
    const replay = await handler(post(`k${sizes.indexOf(least)}`, `${least}`));
    expect(replay.headers.has('idempotent-replayed')).to.equal(true);
    return stored;
  }

  it('have at most 64 MiB together', async () => {
    expect(await waiting(Array<number>(9).fill(8 * MIB))).to.equal(8);
  });

  it('are as many as fit, and a larger one does not keep a smaller one out', async () => {
    expect(await waiting([60 * MIB, 5 * MIB, 4 * MIB])).to.equal(2);
  });

  it('are at most 1,000', async () => {
    expect(await waiting(Array<number>(1010).fill(1))).to.equal(1000);
  });

  it('are not fewer because many claims have failed', async () => {
    const server = serving(ENDS.result);
    await server.send();
    for (let at = 0; at < 1010; at++) await server.send(`other${at}`);
    await backAgain(server);
    await server.clock.advance(LEASE_MS / 10);
    expect(await server.send()).to.equal('201 charged replayed');
  });

  it('are with the driver once, where it queues commands', async () => {
    const clock = new VirtualClock();
    const kept = memoryStore({clock});
    const isBack = deferred<void>();
    let sent = 0;
    const store: IdempotencyStore = {
      claim: claim => kept.claim(claim),
      renew: (...all) => kept.renew(...all),
      complete: async (...all) => {
        sent++;
        await isBack.promise;
        return kept.complete(...all);
      },
      abandon: (...all) => kept.abandon(...all),
      release: (...all) => kept.release(...all),
    };
    const events: string[] = [];
    const handler = idempotent(() => new Response('charged', {status: 201}), {
      store,
      scope: 'everyone',
      clock,
      leaseMs: LEASE_MS,
      storeTimeoutMs: 500,
      on: ({type}) => events.push(type),
    });
    const first = handler(post('k'));
    while (sent === 0) await new Promise(resolve => setImmediate(resolve));
    await clock.advance(500);
    expect(await told(await first)).to.equal('201 charged');
    await clock.advance(5000);
    expect(sent).to.equal(1);
    isBack.resolve();
    await clock.advance(LEASE_MS / 10);
    expect(events).to.deep.equal(['store.failed', 'stored']);
    expect((await handler(post('k'))).headers.get('idempotent-replayed')).to.equal('true');
  });
});
