/** The user's functions beside the policy: what they change, and a call in which they throw, reject or never resolve. */
import {expect} from 'chai';
import {reportOf} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';
import {ITEMS, thrown, virtually} from './world.ts';

const MISTAKE = new Error('a mistake of the user');

describe('prepareAttempt', () => {
  virtually('sets the headers of one attempt only', async make => {
    const world = make(
      {backoff: AT_ONCE},
      {
        prepareAttempt: async ({attempt, headers, method, url}) => {
          expect([method, url]).to.deep.equal(['GET', ITEMS]);
          if (attempt === 1) headers.set('x-first', 'yes');
          headers.set('x-attempt', String(attempt));
        },
      },
    );
    world.serve(503, 200);
    await world.run();
    expect(world.header('x-attempt')).to.deep.equal(['1', '2']);
    expect(world.header('x-first')).to.deep.equal(['yes', null]);
  });

  for (const [how, prepareAttempt] of [
    [
      'throws',
      () => {
        throw MISTAKE;
      },
    ],
    ['rejects', () => Promise.reject(MISTAKE)],
  ] as const) {
    virtually(`that ${how} ends the call with the same error, and nothing is sent`, async make => {
      const world = make({breaker: {kind: 'consecutive', failures: 1}, concurrency: {max: 1}}, {prepareAttempt});
      expect(await world.clock.run(() => thrown(world.fetch(ITEMS)))).to.equal(MISTAKE);
      expect(world.sends).to.equal(0);
      const [origin] = world.handle.snapshot(world.clock.now()).origins;
      expect(origin?.breakers[0]?.state).to.equal('closed');
      expect(origin?.concurrency[0]?.inFlight).to.equal(0);
    });
  }

  for (const how of ['throws', 'rejects with'] as const) {
    const failing = (value: unknown) => (): Promise<void> => {
      if (how === 'throws') throw value;
      return Promise.reject(value);
    };

    for (const value of [null, undefined])
      virtually(`that ${how} ${value} ends the call with an error that says so, and has the report`, async make => {
        const world = make({}, {prepareAttempt: failing(value)});
        const error = await world.clock.run(() => thrown(world.fetch(ITEMS)));
        expect(error).to.be.instanceOf(TypeError);
        expect((error as Error).message).to.equal('a function of the user threw null');
        expect(reportOf(error)?.reason).to.equal('a function of the user threw');
        expect(world.sends).to.equal(0);
      });

    virtually(`that ${how} a text ends the call with that text`, async make => {
      const world = make({}, {prepareAttempt: failing('no token')});
      expect(await world.clock.run(() => thrown(world.fetch(ITEMS)))).to.equal('no token');
      expect(world.sends).to.equal(0);
    });
  }

  virtually(
    'that never resolves ends with the attempt timeout, after which even a POST is retried, because nothing was sent',
    async make => {
      let calls = 0;
      const world = make(
        {backoff: AT_ONCE, attemptTimeoutMs: 1000},
        {prepareAttempt: () => (++calls === 1 ? new Promise<void>(() => {}) : undefined)},
      );
      expect(await world.run(ITEMS, {method: 'POST'})).to.equal('200');
      expect(world.arrivals).to.deep.equal([1000]);
    },
  );

  virtually('that resolves after the end of its attempt sends nothing', async make => {
    const world = make({maxAttempts: 1, attemptTimeoutMs: 1000}, {prepareAttempt: () => world.clock.sleep(2000)});
    const end = await world.run();
    expect(end).to.equal('ATTEMPT_TIMEOUT (attempts-exhausted)');
    await world.clock.advance(5000);
    expect(world.sends).to.equal(0);
  });
});

describe('on', () => {
  async function quietly(work: () => Promise<void>): Promise<unknown[][]> {
    const said: unknown[][] = [];
    const {error} = console;
    console.error = (...words) => void said.push(words);
    try {
      await work();
    } finally {
      console.error = error;
    }
    return said;
  }

  virtually('that throws does not break the call, and causes one warning @T33', async make => {
    const world = make(
      {backoff: AT_ONCE, breaker: {kind: 'consecutive', failures: 1}},
      {
        on: () => {
          throw MISTAKE;
        },
      },
    );
    world.serve(503);
    const said = await quietly(async () => {
      expect(await world.run()).to.equal('503 (breaker-open)');
      expect(await world.run()).to.equal('CIRCUIT_OPEN (breaker-open)');
    });
    expect(said).to.have.length(1);
    expect(said[0]).to.include(MISTAKE);
  });

  virtually('that rejects breaks neither the call nor the process', async make => {
    const unheard: unknown[] = [];
    const note = (reason: unknown): void => void unheard.push(reason);
    const listeners = process.rawListeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', note);
    const world = make({}, {on: (async () => Promise.reject(MISTAKE)) as () => void});
    const said = await quietly(async () => {
      expect(await world.run()).to.equal('200');
      await new Promise(resolve => setTimeout(resolve, 5));
    });
    process.off('unhandledRejection', note);
    for (const listener of listeners) process.on('unhandledRejection', listener as () => void);
    expect(unheard).to.deep.equal([]);
    expect(said).to.have.length(1);
  });

  virtually('may make another call during an event @T33', async make => {
    const inner: Promise<string>[] = [];
    const world = make(
      {maxAttempts: 1, breaker: {kind: 'consecutive', failures: 1}},
      {on: ({type}) => type === 'breaker.changed' && inner.push(world.end())},
    );
    world.serve(503);
    expect(await world.run()).to.equal('503 (attempts-exhausted)');
    expect(await Promise.all(inner)).to.deep.equal(['CIRCUIT_OPEN (breaker-open)']);
    expect(world.sends).to.equal(1);
  });

  virtually('gets the events of a call in order', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(503, 200);
    await world.run();
    expect(world.typesOf()).to.deep.equal(['attempt.end', 'retry.scheduled', 'attempt.end', 'call.end']);
    expect(world.events.at(-1)).to.include({type: 'call.end', result: 'success', status: 200, reason: 'answered'});
  });

  virtually('gets no secret of the URL', async make => {
    const world = make();
    await world.run('https://user:pass@api.test/items?token=secret&page=2#part');
    const [first] = world.events;
    expect(first?.type === 'attempt.end' && first.call.url).to.equal(
      'https://REDACTED:REDACTED@api.test/items?token=REDACTED&page=REDACTED',
    );
  });

  virtually('can abort the call of an event before the call is sent', async make => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const world = make(
      {breaker: {kind: 'consecutive', failures: 1, openMs: 1000}, concurrency: {max: 1}, maxAttempts: 1},
      {
        on: event => {
          if (event.type === 'breaker.changed' && event.to === 'half-open') controller.abort(reason);
        },
      },
    );
    world.serve(503, 200);
    await world.run();
    await world.clock.advance(2000);
    expect(await thrown(world.fetch(ITEMS, {signal: controller.signal}))).to.equal(reason);
    expect(world.sends).to.equal(1);
    expect(await world.run(), 'its place, and that of its probe, are free').to.equal('200');
  });
});

describe('a fetch of the user', () => {
  virtually('may return a Response instead of a promise @T70', async make => {
    const answers = [new Response(null, {status: 503}), new Response(null)];
    const world = make({backoff: AT_ONCE}, {fetch: (() => answers.shift()!) as unknown as typeof fetch});
    expect(await world.run()).to.equal('200');
    expect(answers).to.deep.equal([]);
  });

  virtually('may return a thenable, which is resolved as by `await` @T70', async make => {
    const answers = [503, 200].map(status => new Response(null, {status}));
    const thenable = () => ({
      // biome-ignore lint/suspicious/noThenProperty: the thenable under test.
      then(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
        const response = answers.shift()!;
        // biome-ignore lint/suspicious/noThenProperty: a thenable of a thenable.
        resolve({then: (settle: (value: unknown) => void) => settle(response)});
        reject(new Error('rejected after it was resolved'));
        throw new Error('thrown after it was resolved');
      },
    });
    const world = make({backoff: AT_ONCE}, {fetch: thenable as unknown as typeof fetch});
    expect(await world.run()).to.equal('200');
    expect(answers).to.deep.equal([]);
  });

  virtually('that returns synchronously is retried without a deep stack', async make => {
    let sends = 0;
    const world = make(
      {backoff: AT_ONCE, maxAttempts: 'unlimited', budget: null, breaker: null},
      {fetch: (() => new Response(null, {status: ++sends < 20_000 ? 503 : 200})) as unknown as typeof fetch},
    );
    expect(await world.run()).to.equal('200');
    expect(sends).to.equal(20_000);
  });

  for (const [what, said] of [
    ['nothing', undefined],
    ['a number', 200],
    ['a text', 'OK'],
  ] as const) {
    virtually(`that returns ${what} ends the call with one clear error`, async make => {
      const world = make({}, {fetch: (() => said) as unknown as typeof fetch});
      const error = await world.clock.run(() => thrown(world.fetch(ITEMS)));
      expect(error).to.be.instanceOf(TypeError);
      expect((error as Error).message).to.equal('The fetch of this client gave no Response.');
    });
  }
});

describe('prepareAttempt and classify', () => {
  virtually('may return a thenable that throws after it has resolved', async make => {
    const thenable = <T>(value: T) => ({
      // biome-ignore lint/suspicious/noThenProperty: the thenable under test.
      then(resolve: (value: T) => void) {
        resolve(value);
        throw new Error('thrown after it was resolved');
      },
    });
    const world = make(
      {},
      {
        prepareAttempt: () => thenable(undefined) as unknown as Promise<void>,
        classify: () => thenable(undefined) as unknown as Promise<undefined>,
      },
    );
    expect(await world.run()).to.equal('200');
  });
});
