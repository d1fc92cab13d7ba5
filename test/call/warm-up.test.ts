/** Endpoints that warm up: when they are asked whether they are ready, what waits for the answer, and what the breaker learns. */
import {expect} from 'chai';
import type {Timer} from '../../src/core/timer.ts';
import type {AttemptRequest, EndpointInput, PolicyInput} from '../../src/core.ts';
import {reportOf} from '../../src/core.ts';
import {type ScriptedAnswer, type SeenRequest, VirtualClock} from '../../src/testing.ts';
import {answer, connectionError, later, thrown, virtually, type World} from './world.ts';

const EU = 'https://eu.test';
const US = 'https://us.test';
const ITEMS = `${EU}/items`;
const eu: EndpointInput = {name: 'eu', origin: EU, readyPath: '/healthz'};
const us: EndpointInput = {name: 'us', origin: US, rank: 2};
const backoff = {kind: 'constant', delayMs: 1000, throttledBaseMs: 1000, jitter: 'none'} as const;
const ONE: PolicyInput = {endpoints: [eu], backoff, deadlineMs: 60_000};
const TWO: PolicyInput = {...ONE, endpoints: [eu, us]};
const nervous = {kind: 'consecutive', failures: 1, openMs: 5000, probes: 1} as const;

const isQuestion = ({url}: SeenRequest): boolean => url.endsWith('/healthz');
const asked = (world: World): number[] => world.server.requests.filter(isQuestion).map(({at}) => at);
/** `eu 0, us 1000`: where the calls were sent, and when. */
const sent = (world: World): string =>
  world.server.requests
    .filter(request => !isQuestion(request))
    .map(({url, at}) => `${url.slice(8, 10)} ${at}`)
    .join(', ');
const changes = (world: World): string[] =>
  world.events.flatMap(event =>
    event.type === 'endpoint.changed' ? [`${event.endpoint} ${event.isReady} ${event.reason}`.trim()] : [],
  );
const breakerStates = (world: World): string[] =>
  world.handle.snapshot(world.clock.now()).origins.flatMap(({breakers}) => breakers.map(({state}) => state));

/** eu answers as warming up until then: its readyPath, and its calls. */
function warm(world: World, untilMs: number, cold: ScriptedAnswer = 503, ready: ScriptedAnswer = 200): void {
  world.serve((request: SeenRequest) => {
    if (!request.url.startsWith(EU)) return 200;
    const said = world.clock.now() < untilMs ? cold : isQuestion(request) ? ready : 200;
    return typeof said === 'function' ? said(request) : said;
  });
}

const raise = (error: Error): never => {
  throw error;
};

describe('an endpoint that warms up', () => {
  for (const [what, cold] of [
    ['answers 503', 503],
    ['answers 400, as Triton does', 400],
    ['refuses connections', connectionError('ECONNREFUSED', {syscall: 'connect'})],
    ['does not answer', 'hang'],
  ] as const)
    virtually(`gets the call once it is ready, and no attempt before, if it ${what}`, async make => {
      const world = make({...ONE, breaker: nervous, maxAttempts: 1});
      warm(world, 12_000, cold);
      expect(await world.run(ITEMS)).to.equal('200');
      expect(sent(world)).to.match(/^eu 1[2-7]\d{3}$/);
      expect(breakerStates(world)).to.deep.equal(['closed']);
    });

  virtually('is asked at intervals of half the time that it has been away, from 250 ms to 5 s', async make => {
    const world = make(ONE);
    warm(world, 20_000);
    expect(await world.run(ITEMS)).to.equal('200');
    expect(asked(world)).to.deep.equal([0, 250, 500, 750, 1125, 1688, 2532, 3798, 5697, 8546, 12_819, 17_819, 22_819]);
  });

  virtually('waits a random time more or less, from three quarters to five', async make => {
    const [soon, late] = [make(ONE, {random: () => 0}), make(ONE, {random: () => 1})];
    for (const world of [soon, late]) {
      warm(world, 200);
      await world.run(ITEMS);
    }
    expect([asked(soon), asked(late)]).to.deep.equal([
      [0, 188, 376],
      [0, 313],
    ]);
  });

  virtually('is left alone for as long as its Retry-After says, and for 5 s at most', async make => {
    for (const [after, at] of [
      ['2', 2000],
      ['60', 5000],
    ] as const) {
      const world = make(ONE);
      warm(world, 100, answer(503, {'retry-after': after}));
      await world.run(ITEMS);
      expect(asked(world)).to.deep.equal([0, at]);
    }
  });

  virtually('starts no attempt of a call that another one aborts when both hear the answer', async make => {
    const controller = new AbortController();
    const world = make(ONE, {
      fetch(input, init) {
        if (String(input) === ITEMS) controller.abort();
        return world.server.fetch(input, init);
      },
    });
    world.serve(later(world.clock, 100, 200));
    const ends = await world.clock.run(() =>
      Promise.all([world.end(ITEMS), world.end(ITEMS, {signal: controller.signal})]),
    );
    expect(ends[0]).to.equal('200');
    expect(ends[1]).to.match(/^AbortError/);
    expect(sent(world)).to.equal('eu 100');
    expect(world.typesOf('attempt.end')).to.have.length(1);
  });

  virtually('is asked by one call for all calls', async make => {
    const world = make({...ONE, concurrency: null});
    warm(world, 1000);
    const ends = await world.clock.run(() => Promise.all(Array.from({length: 500}, () => world.end(ITEMS))));
    expect(new Set(ends)).to.deep.equal(new Set(['200']));
    expect(asked(world)).to.deep.equal([0, 250, 500, 750, 1125]);
    expect(world.sends).to.equal(505);
  });

  virtually('is not asked again while calls succeed, and after a minute without any', async make => {
    const world = make(ONE);
    await world.run(ITEMS);
    for (let n = 0; n < 10; n++) {
      await world.clock.advance(59_999);
      await world.run(ITEMS);
    }
    expect(asked(world)).to.deep.equal([0]);
    await world.clock.advance(60_000);
    await world.run(ITEMS);
    expect(asked(world)).to.have.length(2);
  });

  for (const [title, failure] of [
    ['503', 503],
    ['502', 502],
    ['504', 504],
    ['ECONNREFUSED', connectionError('ECONNREFUSED', {syscall: 'connect'})],
  ] as const)
    virtually(`is asked again after ${title}, and the breaker does not count that failure`, async make => {
      const world = make({...ONE, breaker: nervous});
      await world.run(ITEMS);
      await world.clock.advance(20_000);
      warm(world, 25_000, failure);
      expect(await world.run(ITEMS)).to.equal('200');
      expect(sent(world)).to.match(/^eu 20000, eu 2[567]\d{3}$/);
      expect(breakerStates(world)).to.deep.equal(['closed']);
    });

  virtually(
    'is asked again as soon as there is no connection, also if it has just said that it is ready',
    async make => {
      const world = make({...ONE, breaker: {...nervous, failures: 2}});
      await world.run(ITEMS);
      await world.clock.advance(2000);
      warm(world, 6000, connectionError('ECONNREFUSED', {syscall: 'connect'}));
      expect(await world.run(ITEMS, {method: 'POST', body: '{}'})).to.equal('200');
      expect(sent(world)).to.match(/^eu 2000, eu [6-8]\d{3}$/);
      expect(breakerStates(world)).to.deep.equal(['closed']);
    },
  );

  virtually('is not asked again for 10 s after it said that it is ready, if it answers 503', async make => {
    const world = make({...ONE, breaker: null, maxAttempts: 1});
    world.serve((request: SeenRequest) => (isQuestion(request) ? 200 : 503));
    for (let second = 0; second < 21; second++) {
      await world.run(ITEMS);
      await world.clock.advance(1000);
    }
    expect(asked(world)).to.deep.equal([0, 11_000]);
  });

  virtually('that says it is ready, and fails all calls, opens its breaker', async make => {
    const world = make({...ONE, breaker: nervous, maxAttempts: 1});
    world.serve((request: SeenRequest) => (isQuestion(request) ? 200 : 503));
    expect(await world.run(ITEMS)).to.equal('503 (attempts-exhausted)');
    expect(await world.run(ITEMS)).to.equal('CIRCUIT_OPEN (breaker-open)');
    expect(asked(world)).to.have.length(1);
  });

  virtually('is not asked while its breaker is open or the origin is held', async make => {
    const world = make({...ONE, breaker: {...nervous, openMs: 90_000}, deadlineMs: 1000});
    world.serve((request: SeenRequest) => (isQuestion(request) ? 200 : 500));
    await world.run(ITEMS);
    await world.clock.advance(80_000);
    expect(await world.run(ITEMS)).to.equal('CIRCUIT_OPEN (breaker-open)');
    const held = make({...ONE, deadlineMs: 1000, retryAfter: {scope: 'origin'}});
    held.serve((request: SeenRequest) => (isQuestion(request) ? 200 : answer(429, {'retry-after': '30'})()));
    await held.run(ITEMS);
    expect(await held.run(ITEMS)).to.equal('ORIGIN_HELD (hint-too-long)');
    expect([asked(world), asked(held)]).to.deep.equal([[0], [0]]);
  });

  for (const status of [401, 403, 404, 405, 429, 501])
    virtually(`counts as ready where its readyPath answers ${status}, which one event says`, async make => {
      const world = make(ONE);
      warm(world, 0, 503, status);
      expect(await world.run(ITEMS)).to.equal('200');
      await world.clock.advance(120_000);
      expect(await world.run(ITEMS)).to.equal('200');
      expect(changes(world)).to.deep.equal([`eu true ${status}`]);
    });

  for (const status of [200, 204, 302])
    virtually(`is ready where it answers ${status}, without an event`, async make => {
      const world = make(ONE);
      warm(world, 0, 503, status === 204 ? () => new Response(null, {status}) : status);
      expect(await world.run(ITEMS)).to.equal('200');
      expect(changes(world)).to.be.empty;
    });

  virtually('tells when it is away, and when it is back', async make => {
    const world = make(ONE);
    warm(world, 2000, connectionError('ECONNREFUSED', {syscall: 'connect'}));
    await world.run(ITEMS);
    expect(changes(world)).to.deep.equal(['eu false ECONNREFUSED', 'eu true']);
  });

  virtually('refuses a call when the endpoint cannot be asked again before the deadline', async make => {
    const world = make({...ONE, deadlineMs: 3000});
    warm(world, Number.POSITIVE_INFINITY);
    const error = await world.clock.run(() => thrown(world.fetch(ITEMS)));
    expect(error).to.deep.include({
      code: 'NO_ENDPOINT',
      guarded: EU,
      retryAfterMs: 1266,
      message: `No endpoint of this call is ready in time: eu is not (GET ${EU}/healthz: 503, for 2532 ms).`,
    });
    expect(reportOf(error)).to.deep.include({attempts: 0, waitedMs: 2532, refusal: 'no-endpoint'});
    expect(world.clock.now()).to.equal(2532);
  });

  virtually('refuses a call at its deadline when there is no answer', async make => {
    const world = make({...ONE, deadlineMs: 2000});
    warm(world, Number.POSITIVE_INFINITY, 'hang');
    const error = await world.clock.run(() => thrown(world.fetch(ITEMS)));
    expect(error).to.include({
      code: 'NO_ENDPOINT',
      retryAfterMs: undefined,
      message: `No endpoint of this call is ready in time: eu is not (GET ${EU}/healthz: no answer yet).`,
    });
    await world.clock.advance(5000);
    expect(changes(world)).to.deep.equal(['eu false no answer within 5000 ms']);
  });

  virtually('refuses a call without a deadline after retryAfter.maxMs', async make => {
    const world = make({...ONE, deadlineMs: null, retryAfter: {maxMs: 10_000}});
    warm(world, Number.POSITIVE_INFINITY);
    expect(await world.run(ITEMS)).to.equal('NO_ENDPOINT (no-endpoint)');
    expect(world.clock.now()).to.be.within(5000, 10_000);
  });

  for (const [where, ms, cold] of [
    ['for an answer', 100, 'hang'],
    ['to ask again', 100, 503],
  ] as const)
    virtually(`lets a caller abort who waits ${where}`, async make => {
      const world = make(ONE);
      warm(world, Number.POSITIVE_INFINITY, cold);
      const controller = new AbortController();
      void world.clock.sleep(ms).then(() => controller.abort());
      const error = await world.clock.run(() => thrown(world.fetch(ITEMS, {signal: controller.signal})));
      expect(error).to.include({name: 'AbortError'});
      await world.clock.advance(5000);
    });

  virtually('is asked without the headers of the call, and with those that prepareAttempt writes', async make => {
    const seen: AttemptRequest[] = [];
    const world = make(ONE, {
      prepareAttempt: request => {
        seen.push(request);
        request.headers.set('x-token', 'of eu');
      },
    });
    const headers = {authorization: 'Bearer secret', cookie: 'a=b', 'x-own': 'yes'};
    await world.run(ITEMS, {method: 'PUT', body: '{}', headers});
    const [question, call] = world.server.requests;
    expect([...question!.headers]).to.deep.equal([['x-token', 'of eu']]);
    expect(question).to.include({method: 'GET', url: `${EU}/healthz`, body: ''});
    expect(call!.headers.get('authorization')).to.equal('Bearer secret');
    expect(seen.map(({url, endpoint, attempt}) => ({url, endpoint, attempt}))).to.deep.equal([
      {url: `${EU}/healthz`, endpoint: 'eu', attempt: 1},
      {url: ITEMS, endpoint: 'eu', attempt: 1},
    ]);
  });

  virtually('leaves an error of prepareAttempt to the call', async make => {
    const error = new Error('no token');
    const world = make(ONE, {
      prepareAttempt: () => {
        throw error;
      },
    });
    expect(await world.clock.run(() => thrown(world.fetch(ITEMS)))).to.equal(error);
    expect(world.sends).to.equal(0);
  });

  for (const [what, breaks] of [
    ['reads the time', (clock: VirtualClock, error: Error) => Object.assign(clock, {now: () => raise(error)})],
    ['disarms a timer', (clock: VirtualClock, error: Error) => Object.assign(clock, {disarm: () => raise(error)})],
  ] as const)
    virtually(`ends the calls that wait where the clock throws as it ${what} at the answer`, async make => {
      const error = new Error('no clock');
      const clock = new VirtualClock();
      const world = make(ONE, {clock});
      let answers: (response: Response) => void = () => {};
      world.serve(() => new Promise(resolve => (answers = resolve)));
      const calls = [thrown(world.fetch(ITEMS)), thrown(world.fetch(ITEMS))];
      await clock.advance(10);
      breaks(clock, error);
      answers(new Response());
      for (const ended of await Promise.all(calls)) expect(ended).to.include({code: 'INTERNAL', cause: error});
    });

  virtually('is asked by the next call where the clock of one threw', async make => {
    const error = new Error('no clock');
    const clock = new (class extends VirtualClock {
      breaks = true;
      override arm(timer: Timer, ms: number): void {
        if (ms === 5000 && this.breaks) throw error;
        super.arm(timer, ms);
      }
    })();
    const world = make(ONE, {clock});
    expect(await thrown(world.fetch(ITEMS))).to.include({code: 'INTERNAL', cause: error});
    clock.breaks = false;
    const response = await clock.run(() => world.fetch(ITEMS));
    expect([response.status, world.sends, clock.pending]).to.deep.equal([200, 2, 0]);
  });

  virtually('is asked by a call whose body is in a Request, too', async make => {
    const world = make(ONE);
    warm(world, 100);
    expect(await world.run(new Request(ITEMS, {method: 'PUT', body: '{}'}), {redirect: 'error'})).to.equal('200');
    expect(asked(world)).to.deep.equal([0, 250]);
  });

  virtually('is known to all clients of a handle', async make => {
    const world = make(ONE);
    const other = make(world.handle);
    await world.run(ITEMS);
    await other.run(ITEMS);
    expect([asked(world), asked(other)]).to.deep.equal([[0], []]);
  });

  virtually('alone keeps a call as it is without endpoints: the breaker refuses at once', async make => {
    const world = make({...ONE, breaker: nervous});
    world.serve((request: SeenRequest) => (isQuestion(request) ? 200 : 500));
    expect(await world.run(ITEMS, {headers: {authorization: 'Bearer x'}})).to.equal('500 (breaker-open)');
    const error = await thrown(world.fetch(ITEMS, {headers: {authorization: 'Bearer x'}}));
    expect(error).to.include({code: 'CIRCUIT_OPEN'});
    expect(reportOf(error)?.reason).not.to.contain('stayed');
  });
});

describe('among several endpoints, one that warms up', () => {
  for (const [query, init, why] of [
    ['?code=s', {}, 'its URL carries query parameters for eu (code) that failover.query does not name'],
    [
      '',
      {headers: {cookie: 'a=b'}},
      'it carries headers for eu (cookie) that failover.headers does not name, and there is no prepareAttempt',
    ],
    ['', {method: 'PUT', body: '{}'}, 'its caller may repeat it, and failover.sharedKeys is not set'],
  ] as const)
    virtually(`refuses a call that has to stay there, and says why: ${why}`, async make => {
      const world = make({...TWO, deadlineMs: 3000});
      warm(world, Number.POSITIVE_INFINITY);
      const error = await world.clock.run(() => thrown(world.fetch(ITEMS + query, init)));
      const stayed = `; it stayed at eu, because ${why}`;
      expect(error).to.deep.include({
        code: 'NO_ENDPOINT',
        message: `No endpoint of this call is ready in time: eu is not (GET ${EU}/healthz: 503, for 2532 ms)${stayed}.`,
      });
      expect(reportOf(error)?.reason).to.equal(`no endpoint of this call is free in time${stayed}`);
    });

  virtually('is passed over once it said that it is not ready, and comes back', async make => {
    const world = make(TWO);
    warm(world, 4000);
    for (let n = 0; n < 10; n++) {
      expect(await world.run(ITEMS)).to.equal('200');
      await world.clock.advance(1000);
    }
    // A call that passes over the endpoint asks in the background, so the call after that goes there.
    expect(sent(world)).to.equal(
      'us 0, us 1000, us 2000, us 3000, us 4000, us 5000, eu 6000, eu 7000, eu 8000, eu 9000',
    );
    expect(asked(world)).to.deep.equal([0, 1000, 2000, 3000, 5000]);
  });

  virtually('is waited for until its first answer, so that a start does not use the second rank', async make => {
    const world = make(TWO);
    warm(world, 0, 503, later(world.clock, 300, 200));
    expect(await world.run(ITEMS)).to.equal('200');
    expect(sent(world)).to.equal('eu 300');
  });

  virtually('of a rank that no call needs is never asked', async make => {
    const world = make({
      ...TWO,
      endpoints: [
        {...eu, rank: 2},
        {...us, rank: 1},
      ],
    });
    for (let n = 0; n < 5; n++) {
      await world.run(ITEMS);
      await world.clock.advance(70_000);
    }
    expect(asked(world)).to.be.empty;
  });

  virtually('is asked before a retry goes there, and the retry waits for no backoff', async make => {
    const world = make({
      ...TWO,
      endpoints: [
        {...us, rank: 1},
        {...eu, rank: 2},
      ],
    });
    world.serve((request: SeenRequest) => (request.url.startsWith(US) ? 503 : 200));
    expect(await world.run(`${US}/items`)).to.equal('200');
    expect([asked(world), sent(world)]).to.deep.equal([[0], 'us 0, eu 0']);
  });

  virtually('gets a call that may not leave it, when it is ready', async make => {
    const world = make(TWO);
    warm(world, 1000);
    expect(await world.run(ITEMS, {headers: {authorization: 'Bearer x'}})).to.equal('200');
    expect(sent(world)).to.equal('eu 1125');
  });

  virtually('and another that is open: the call goes to the first that is free', async make => {
    const world = make({...TWO, breaker: {...nervous, openMs: 2000}, maxAttempts: 1});
    world.serve((request: SeenRequest) => (request.url.startsWith(EU) ? 503 : 500));
    await world.run(ITEMS);
    world.serve((request: SeenRequest) => (request.url.startsWith(EU) ? 503 : 200));
    expect(await world.run(ITEMS)).to.equal('200');
    expect(sent(world)).to.match(/^us 2\d{3}$/);
  });

  virtually('gets no hedge before it is ready, and the next one then', async make => {
    const world = make({
      ...TWO,
      endpoints: [
        {...us, rank: 1},
        {...eu, rank: 2},
      ],
      hedge: {delayMs: 100, maxLoadRatio: 1, to: 'other'},
    });
    world.serve((request: SeenRequest) => (request.url.startsWith(US) ? later(world.clock, 300, 200)(request) : 200));
    await world.run(`${US}/items`);
    await world.run(`${US}/items`);
    expect([asked(world), sent(world)]).to.deep.equal([[100], 'us 0, us 300, eu 400']);
  });
});

describe('a policy without readyPath', () => {
  virtually('asks nobody', async make => {
    const world = make({...TWO, endpoints: [{...eu, readyPath: null}, us]});
    world.serve(503, 200);
    expect(await world.run(ITEMS)).to.equal('200');
    expect(world.server.requests.map(({url}) => url)).to.deep.equal([ITEMS, `${US}/items`]);
  });
});

describe('an endpoint that many calls have waited for', () => {
  const many = async (world: World, calls: number): Promise<string[]> =>
    world.clock.run(() => Promise.all(Array.from({length: calls}, () => world.end(ITEMS))));
  /** The answers of eu: ready after a second, and calls in 50 ms. */
  const slowly = (world: World, takesMs: number, status = 200): void => {
    world.serve((request: SeenRequest) => {
      if (!request.url.startsWith(EU)) return 200;
      if (world.clock.now() < 1000) return 503;
      return isQuestion(request) ? 200 : later(world.clock, takesMs, status)(request);
    });
  };
  /** How many calls were sent to eu at each time. */
  const waves = (world: World): number[] => {
    const counts = new Map<number, number>();
    for (const request of world.server.requests)
      if (!isQuestion(request) && request.url.startsWith(EU)) counts.set(request.at, (counts.get(request.at) ?? 0) + 1);
    return [...counts.values()];
  };

  virtually('gets four of them, and after each answer two more', async make => {
    const world = make({...ONE, breaker: null});
    slowly(world, 50);
    expect(new Set(await many(world, 500))).to.deep.equal(new Set(['200']));
    expect(waves(world)).to.deep.equal([4, 8, 16, 32, 64, 128, 248]);
    expect(world.clock.now(), 'the last answer').to.be.below(2000);
  });

  virtually('gets twice as many after each second, while it answers none', async make => {
    const world = make({...ONE, breaker: null, attemptTimeoutMs: null});
    slowly(world, 30_000);
    expect(new Set(await many(world, 500))).to.deep.equal(new Set(['200']));
    const at = world.server.requests.filter(request => !isQuestion(request)).map(request => request.at);
    const within = (ms: number): number => at.filter(each => each <= at[0]! + ms).length;
    expect([within(0), within(1000), within(2000), within(4000)]).to.deep.equal([4, 8, 16, 64]);
    expect(at.at(-1)! - at[0]!).to.be.within(6000, 10_000);
  });

  virtually('gets all of few at once, and those that come later as they come', async make => {
    const world = make({...ONE, breaker: null});
    slowly(world, 50);
    await many(world, 4);
    expect(waves(world)).to.deep.equal([4]);
    await many(world, 50);
    expect(waves(world)).to.deep.equal([4, 50]);
  });

  virtually('gets them so, too, beside another endpoint that is not ready', async make => {
    const world = make({...TWO, endpoints: [eu, {...us, readyPath: '/healthz'}], breaker: null});
    world.serve((request: SeenRequest) => {
      const isEarly = world.clock.now() < (request.url.startsWith(EU) ? 1000 : 20_000);
      return isQuestion(request) ? (isEarly ? 503 : 200) : later(world.clock, 50, isEarly ? 503 : 200)(request);
    });
    expect(new Set(await many(world, 100))).to.deep.equal(new Set(['200']));
    expect(waves(world).slice(0, 3)).to.deep.equal([4, 8, 16]);
  });

  virtually('refuses those whose deadline comes before their turn', async make => {
    const world = make({...ONE, breaker: null, deadlineMs: 3000});
    slowly(world, 1000);
    const ends = await many(world, 500);
    expect(new Set(ends)).to.deep.equal(new Set(['200', 'NO_ENDPOINT (no-endpoint)', 'DEADLINE_EXCEEDED (deadline)']));
    expect(world.clock.now()).to.be.at.most(3000);
  });

  virtually('lets those go that abort', async make => {
    const world = make({...ONE, breaker: null});
    slowly(world, 50);
    const controller = new AbortController();
    const ends = world.clock.run(() =>
      Promise.all(Array.from({length: 100}, () => world.end(ITEMS, {signal: controller.signal}))),
    );
    void world.clock.sleep(1130).then(() => controller.abort());
    expect(new Set((await ends).map(end => end.split(' ')[0]))).to.include('AbortError:');
  });
});
