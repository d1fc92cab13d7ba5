/** Functions of the user's beside the policy: what they say, and what becomes of a call when they throw, reject or hang. */
import {expect} from 'chai';
import {type ClassifyInput, reportOf} from '../../src/core.ts';
import {AT_ONCE} from '../support/policies.ts';
import {ITEMS, thrown, virtually} from './world.ts';

const MISTAKE = new Error('a mistake of the user');

describe('prepareAttempt', () => {
  virtually('writes headers onto one attempt and no other', async make => {
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
    virtually(`that ${how} ends the call with that very error, and nothing is sent`, async make => {
      const world = make({breaker: {kind: 'consecutive', failures: 1}, concurrency: {max: 1}}, {prepareAttempt});
      expect(await world.clock.run(() => thrown(world.fetch(ITEMS)))).to.equal(MISTAKE);
      expect(world.sends).to.equal(0);
      const [origin] = world.handle.snapshot(world.clock.now()).origins;
      expect(origin?.breakers[0]?.state).to.equal('closed');
      expect(origin?.concurrency[0]?.inFlight).to.equal(0);
    });
  }

  virtually('that hangs costs one attempt timeout; nothing was sent, so a POST goes again', async make => {
    let calls = 0;
    const world = make(
      {backoff: AT_ONCE, attemptTimeoutMs: 1000},
      {prepareAttempt: () => (++calls === 1 ? new Promise<void>(() => {}) : undefined)},
    );
    expect(await world.run(ITEMS, {method: 'POST'})).to.equal('200');
    expect(world.arrivals).to.deep.equal([1000]);
  });

  virtually('that answers after its attempt is over sends nothing', async make => {
    const world = make({maxAttempts: 1, attemptTimeoutMs: 1000}, {prepareAttempt: () => world.clock.sleep(2000)});
    const end = await world.run();
    expect(end).to.equal('ATTEMPT_TIMEOUT (attempts-exhausted)');
    await world.clock.advance(5000);
    expect(world.sends).to.equal(0);
  });
});

describe('classify', () => {
  virtually('turns a 200 into a failure', async make => {
    const asked: ClassifyInput[] = [];
    const world = make(
      {backoff: AT_ONCE},
      {
        classify: input => {
          asked.push(input);
          return {transient: true, reason: 'error in a 200'};
        },
      },
    );
    const response = await world.clock.run(() => world.fetch(ITEMS));
    expect(response.status).to.equal(200);
    expect(world.sends).to.equal(3);
    expect(asked.map(({attempt, kind}) => `${attempt} ${kind}`)).to.deep.equal([
      '1 response',
      '2 response',
      '3 response',
    ]);
    expect(reportOf(response)).to.include({result: 'failure', refusal: 'attempts-exhausted'});
    expect(reportOf(response)?.reason).to.match(/error in a 200/);
  });

  virtually('does not thereby allow a POST to be repeated, unless it says that nothing was done', async make => {
    const input = {method: 'POST'};
    const busy = make({backoff: AT_ONCE}, {classify: () => ({transient: true})});
    expect(await busy.run(ITEMS, input)).to.equal('200 (may-have-acted)');
    const idle = make(
      {backoff: AT_ONCE},
      {classify: ({attempt}) => ({transient: attempt === 1, sent: 'not-processed'})},
    );
    expect(await idle.run(ITEMS, input)).to.equal('200');
    expect(idle.sends).to.equal(2);
  });

  virtually('makes a 503 final', async make => {
    const world = make({}, {classify: async () => ({transient: false, reason: 'down for maintenance'})});
    world.serve(503);
    expect(await world.run()).to.equal('503 (not-transient)');
    expect(world.sends).to.equal(1);
  });

  virtually('is believed when it says nothing: as the engine says', async make => {
    const world = make({backoff: AT_ONCE}, {classify: () => undefined});
    world.serve(503, 200);
    expect(await world.run()).to.equal('200');
  });

  virtually('throttles: the retry waits from throttledBaseMs', async make => {
    const world = make(
      {backoff: {jitter: 'none'}},
      {classify: ({attempt}) => ({transient: attempt === 1, throttled: true})},
    );
    await world.run();
    expect(world.arrivals).to.deep.equal([0, 1000]);
  });

  for (const [how, classify] of [
    [
      'throws',
      () => {
        throw MISTAKE;
      },
    ],
    ['rejects', () => Promise.reject(MISTAKE)],
  ] as const) {
    virtually(`that ${how} ends the call with that very error`, async make => {
      const world = make({}, {classify});
      expect(await world.clock.run(() => thrown(world.fetch(ITEMS)))).to.equal(MISTAKE);
      expect(world.sends).to.equal(1);
    });
  }

  virtually('that hangs ends with the deadline', async make => {
    const world = make({deadlineMs: 3000}, {classify: () => new Promise(() => {})});
    expect(await world.run()).to.match(/^DEADLINE_EXCEEDED/);
    expect(world.clock.now()).to.equal(3000);
  });

  virtually('is not asked about an abort of the caller', async make => {
    let asked = 0;
    const world = make({}, {classify: () => void asked++});
    world.serve('hang');
    const controller = new AbortController();
    const end = thrown(world.fetch(ITEMS, {signal: controller.signal}));
    await world.clock.advance(10);
    controller.abort(MISTAKE);
    expect(await end).to.equal(MISTAKE);
    expect(asked).to.equal(0);
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

  virtually('that throws breaks no call, and is complained of once @T33', async make => {
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

  virtually('that rejects breaks no call, and no process', async make => {
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

  virtually('may call again from inside an event @T33', async make => {
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

  virtually('hears of a call in the order of what happens', async make => {
    const world = make({backoff: AT_ONCE});
    world.serve(503, 200);
    await world.run();
    expect(world.typesOf()).to.deep.equal(['attempt.end', 'retry.scheduled', 'attempt.end', 'call.end']);
    expect(world.events.at(-1)).to.include({type: 'call.end', result: 'success', status: 200, reason: 'answered'});
  });

  virtually('sees no secret of the URL', async make => {
    const world = make();
    await world.run('https://user:pass@api.test/items?token=secret&page=2#part');
    const [first] = world.events;
    expect(first?.type === 'attempt.end' && first.call.url).to.equal(
      'https://REDACTED:REDACTED@api.test/items?token=REDACTED&page=REDACTED',
    );
  });
});

describe('a fetch of the user', () => {
  virtually('may answer with a Response instead of a promise @T70', async make => {
    const answers = [new Response(null, {status: 503}), new Response(null)];
    const world = make({backoff: AT_ONCE}, {fetch: (() => answers.shift()!) as unknown as typeof fetch});
    expect(await world.run()).to.equal('200');
    expect(answers).to.deep.equal([]);
  });

  virtually('may answer with a thenable, as `await` takes it @T70', async make => {
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

  virtually('that answers at once retries without a deep stack', async make => {
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
    virtually(`that answers with ${what} ends the call with one clear error`, async make => {
      const world = make({}, {fetch: (() => said) as unknown as typeof fetch});
      const error = await world.clock.run(() => thrown(world.fetch(ITEMS)));
      expect(error).to.be.instanceOf(TypeError);
      expect((error as Error).message).to.equal('The fetch of this client did not answer with a Response.');
    });
  }
});

describe('prepareAttempt and classify', () => {
  virtually('may answer with a thenable that throws after it has resolved', async make => {
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
