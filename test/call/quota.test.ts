/** Calls under a quota, through the engine. */
import {expect} from 'chai';
import {SimulationClock} from '../../src/core/simulation-clock.ts';
import {sleep} from '../../src/core/timer.ts';
import {createFetch, type PolicyInput, type Ports, RejectedError, reportOf, seededRandom} from '../../src/core.ts';
import {jainIndex, type RateLimitedOptions, rateLimited} from '../support/rate-limited.ts';
import {runs} from '../support/runs.ts';
import {simulated} from '../support/simulated.ts';
import {answer, ITEMS, nameOf, thrown, virtually, type World} from './world.ts';

const perSecond = (max: number) => ({unit: 'requests', max, perMs: 1000}) as const;
const tokens = (max: number) => ({unit: 'tokens', max, perMs: 60_000}) as const;
const one = {quota: {limits: [perSecond(1)], learn: false}, budget: null} as const;
const prompt = (outputTokens: number) => ({method: 'PUT', body: JSON.stringify({max_tokens: outputTokens})});
const LLM: PolicyInput = {extends: ['steadfetch:llm'], idempotentMethods: ['POST']};
const GENERATE = {method: 'POST', body: '{}'};

/** All calls at once, to their end. */
async function burst(policy: PolicyInput, options: RateLimitedOptions, calls: number, seed = 7) {
  const clock = new SimulationClock();
  const server = rateLimited(clock, options);
  const ports = {clock, random: seededRandom(seed), observer: null, fetch: server.fetch};
  const fetch = createFetch({...LLM, ...policy}, ports);
  const call = (): Promise<unknown> =>
    fetch(ITEMS, GENERATE).then(async response => {
      await response.text();
      return response.status;
    }, nameOf);
  const ends = await simulated(clock, () => Promise.all(Array.from({length: calls}, call)));
  const ok = ends.filter(status => status === 200).length;
  return {ok, sent: server.requests.length, seconds: clock.now() / 1000, timers: clock.pending};
}

describe('a quota, 300 calls at once, 20 a second admitted', () => {
  const hinted = {perSecond: 20, kind: 'window', refusal: {'retry-after': '1'}} as const;

  it('stated: all succeed in 16 s, with 303 sends at the most', async () => {
    const {ok, sent, seconds, timers} = await burst({quota: {limits: [perSecond(20)]}}, hinted, 300);
    expect([ok, timers]).to.deep.equal([300, 0]);
    expect(sent).to.be.at.most(303);
    expect(seconds).to.be.at.most(16);
  });

  for (const seed of [1, 2, 3].slice(0, runs(1, 3))) {
    it(`unknown, with a hint: all succeed in 17 s, with 420 sends at the most (seed ${seed})`, async () => {
      const {ok, sent, seconds, timers} = await burst({quota: {}}, hinted, 300, seed);
      expect([ok, timers]).to.deep.equal([300, 0]);
      expect(sent).to.be.at.most(420);
      expect(seconds).to.be.at.most(17);
    });

    it(`unknown, without a hint: all succeed in 25 s, with 480 sends at the most (seed ${seed})`, async () => {
      const {ok, sent, seconds} = await burst({quota: {}}, {perSecond: 20, kind: 'window'}, 300, seed);
      expect(ok).to.equal(300);
      expect(sent).to.be.at.most(480);
      expect(seconds).to.be.at.most(25);
    });
  }
});

describe('a quota that clients share and do not know', () => {
  /** Clients that always have calls waiting; each starts a little later than the one before. */
  async function share(options: RateLimitedOptions, seed: number) {
    const clock = new SimulationClock();
    const random = seededRandom(seed);
    const server = rateLimited(clock, {latencyMs: () => 50 + 100 * random(), ...options});
    const admitted: number[] = Array(8).fill(0);
    let isOver = false;
    let lost = 0;
    async function work(client: number): Promise<void> {
      const ports = {clock, random: seededRandom(seed + client), observer: null, fetch: server.fetch};
      const fetch = createFetch({...LLM, quota: {}}, ports);
      await sleep(clock, client * 300);
      const stop = new AbortController();
      const worker = async (): Promise<void> => {
        while (!isOver) {
          const response = await fetch(ITEMS, {...GENERATE, signal: stop.signal}).catch(() => null);
          await response?.text();
          if (isOver) return;
          if (response?.ok) admitted[client]!++;
          else {
            lost++;
            await sleep(clock, 1000);
          }
        }
      };
      const workers = Array.from({length: 60}, worker);
      await sleep(clock, 60_000 - client * 300);
      isOver = true;
      stop.abort();
      await Promise.all(workers);
    }
    await simulated(clock, () => Promise.all(admitted.map((_, client) => work(client))));
    const used = admitted.reduce((sum, each) => sum + each, 0) / (options.perSecond * 60);
    return {used, jain: jainIndex(admitted), lost, admitted, timers: clock.pending};
  }

  for (const [what, options] of Object.entries({
    'a bucket that says when': {perSecond: 80, kind: 'bucket', refusal: {'retry-after-ms': '50'}},
    'a bucket that says nothing': {perSecond: 80, kind: 'bucket'},
    'windows without a hint': {perSecond: 80, kind: 'window'},
    'a bucket with answers after 200 ms': {perSecond: 80, kind: 'bucket', latencyMs: () => 200},
  } as const))
    for (const seed of [1, 2].slice(0, runs(1, 2)))
      it(`is used to 97 %, in equal shares, with no call lost: ${what} (seed ${seed})`, async () => {
        const {used, jain, lost, timers} = await share(options, seed);
        expect([lost, timers]).to.deep.equal([0, 0]);
        expect(used).to.be.within(0.97, 1.1);
        expect(jain).to.be.at.least(0.95);
      });

  // All clients that are refused come back at the same place of the next window.
  for (const seed of [1, 2, 3].slice(0, runs(1, 3)))
    it(`starves no client in windows that answer Retry-After: 1 whenever they are used up (seed ${seed})`, async () => {
      const {used, jain} = await share({perSecond: 80, kind: 'window', refusal: {'retry-after': '1'}}, seed);
      expect(used).to.be.within(0.94, 1.1);
      expect(jain).to.be.at.least(0.75);
    });
});

describe('the rate that a quota learns', () => {
  const learning = {
    maxAttempts: 1,
    deadlineMs: null,
    breaker: null,
    budget: null,
    refusals: {},
    quota: {maxWaitMs: 86_400_000},
  } as const;
  /** Forty calls in a row, most of them answered so: how long they take. */
  const durationOf = async (make: (policy: PolicyInput) => World, failure: () => Response): Promise<number> => {
    const world = make(learning);
    world.serve(failure);
    await world.clock.run(async () => {
      for (let call = 0; call < 40; call++) await (await world.fetch(ITEMS)).text();
    });
    return world.clock.now();
  };
  const json = (status: number, error: object) => () =>
    new Response(JSON.stringify({error}), {status, headers: {'content-type': 'application/json'}});

  virtually('falls by refusals of a limiter only, not by overloads and used-up accounts', async make => {
    const quiet = await durationOf(make, () => new Response(null, {status: 404}));
    const limited = await durationOf(make, () => new Response(null, {status: 429}));
    expect(limited).to.be.above(2 * quiet);
    for (const failure of [
      () => new Response(null, {status: 503, headers: {'x-envoy-overloaded': 'true'}}),
      json(529, {type: 'overloaded_error'}),
      json(503, {type: 'overloaded_error'}),
      json(429, {code: 'insufficient_quota', type: 'insufficient_quota'}),
    ])
      expect(await durationOf(make, failure)).to.be.at.most(1.5 * quiet);
  });
});

describe('a quota after a minute in which every answer was 429', () => {
  for (const quota of [{maxWaitMs: 0}, {queue: 0}])
    virtually(`grows again although its calls are refused and none waits: ${JSON.stringify(quota)}`, async make => {
      const world = make({quota, maxAttempts: 1, breaker: null, budget: null});
      const isOver = () => world.clock.now() > 60_000;
      world.serve(() => new Response(null, {status: isOver() ? 200 : 429}));
      const rate = () => world.handle.snapshot(world.clock.now()).origins[0]!.quotas[0]!.learnedPerSecond!;
      const callEachSecond = async (seconds: number): Promise<void> => {
        for (let second = 0; second < seconds; second++) {
          await world.end();
          await world.clock.sleep(1000);
        }
      };
      await world.clock.run(() => callEachSecond(60));
      const lowest = rate();
      await world.clock.run(() => callEachSecond(600));
      expect(rate()).to.be.above(1.5 * lowest);
    });
});

describe('a quota that learned 5 requests a second, after five minutes in which every answer was 429', () => {
  virtually('admits a call within 15 s, and all of them within a minute', async make => {
    const world = make({quota: {maxWaitMs: 2000}, maxAttempts: 1, breaker: null, budget: null});
    const OUT_MS = 60_000;
    const BACK_MS = 360_000;
    world.serve(() => {
      const now = world.clock.now();
      return new Response(null, {status: now > OUT_MS && now < BACK_MS ? 429 : 200});
    });
    const answers: {at: number; ok: boolean}[] = [];
    await world.clock.run(async () => {
      while (world.clock.now() < 500_000) {
        const at = world.clock.now();
        void world.end().then(end => answers.push({at, ok: end === '200'}));
        await world.clock.sleep(200);
      }
    });
    const after = answers.filter(({at}) => at >= BACK_MS);
    expect(after.find(({ok}) => ok)!.at - BACK_MS).to.be.below(15_000);
    expect(after.findLast(({ok}) => !ok)!.at - BACK_MS).to.be.below(60_000);
  });
});

describe('what remains by the headers of an answer', () => {
  const stated = {quota: {limits: [{unit: 'requests', max: 60, perMs: 60_000}]}, budget: null} as const;
  const LEFT = 'x-ratelimit-remaining-requests';
  const leftOf = (world: World): number | undefined =>
    world.handle.snapshot(world.clock.now()).origins[0]?.quotas[0]?.limits[0]?.left;

  virtually('lowers what is left, because others use the same account', async make => {
    const world = make(stated);
    world.serve(answer(200, {[LEFT]: '5'}));
    await world.run();
    expect(leftOf(world)).to.equal(5);
    await world.clock.advance(61_000);
    expect(leftOf(world)).to.equal(60);
  });

  virtually('never raises what is left: requests in flight are not in the server’s count', async make => {
    const world = make(stated);
    world.serve(answer(200, {[LEFT]: '1000'}));
    await world.run();
    expect(leftOf(world)).to.equal(59);
  });

  virtually('changes nothing where the policy does not learn', async make => {
    const world = make({...stated, quota: {...stated.quota, learn: false}});
    world.serve(answer(200, {[LEFT]: '5'}));
    await world.run();
    expect(leftOf(world)).to.equal(59);
  });

  virtually(
    'is read from each 64th answer after 64 without such headers, and from each again after one with them',
    async make => {
      const world = make({
        ...stated,
        quota: {limits: [{unit: 'requests', max: 1000, perMs: 86_400_000}]},
        breaker: null,
      });
      world.serve(...Array(65).fill(200), answer(200, {[LEFT]: '500'}));
      const callsUntil = async (left: number): Promise<number> => {
        for (let calls = 1; calls <= 200; calls++) {
          await world.run();
          if (leftOf(world) === left) return calls;
        }
        throw new Error(`still ${leftOf(world)} left`);
      };
      expect(await callsUntil(500), 'calls until the headers were read').to.equal(129);
      world.serve(answer(200, {[LEFT]: '400'}));
      expect(await callsUntil(400), 'calls from then on').to.equal(1);
    },
  );

  for (const [what, headers] of Object.entries({
    'OpenAI’s duration': {[LEFT]: '0', 'x-ratelimit-reset-requests': '3s'},
    'seconds of the IETF draft': {'ratelimit-remaining': '0', 'ratelimit-reset': '3'},
  }))
    virtually(`holds the queue until the reset if nothing remains: ${what}`, async make => {
      const world = make({...stated, quota: {}});
      world.serve(answer(200, headers), 200);
      await world.run();
      await world.run();
      expect(world.arrivals[1]).to.be.within(3000, 3100);
      expect(world.sends).to.equal(2);
    });

  virtually('holds the queue for at most retryAfter.maxMs', async make => {
    const world = make({...stated, quota: {}, retryAfter: {maxMs: 5000}});
    world.serve(answer(200, {[LEFT]: '0', 'x-ratelimit-reset-requests': '24h'}), 200);
    await world.run();
    await world.run();
    expect(world.arrivals[1]).to.be.within(5000, 5200);
  });
});

describe('a call under a quota', () => {
  virtually('waits in the queue, is sent later, and reports how long it waited', async make => {
    const world = make(one);
    await world.clock.run(async () => {
      const answers = await Promise.all([world.fetch(ITEMS), world.fetch(ITEMS), world.fetch(ITEMS)]);
      expect(answers.map(each => reportOf(each)?.queuedMs)).to.deep.equal([0, 1004, 2008]);
    });
    expect(world.arrivals).to.deep.equal([0, 1004, 2008]);
    const queued = world.events.flatMap(event => (event.type === 'call.queued' ? [[event.attempt, event.waitMs]] : []));
    expect(queued).to.deep.equal([
      [1, 1003.90625],
      [1, 2003.90625],
    ]);
  });

  virtually('is refused at once where it would wait beyond maxWaitMs, with the time at which it fits', async make => {
    const world = make({...one, quota: {...one.quota, maxWaitMs: 1500}});
    await world.clock.run(async () => {
      const calls = [world.fetch(ITEMS), world.fetch(ITEMS)];
      const error = (await thrown(world.fetch(ITEMS))) as RejectedError;
      expect(error).to.be.instanceOf(RejectedError);
      expect([error.code, error.guarded, world.clock.now()]).to.deep.equal(['QUOTA_WAIT', 'https://api.test', 0]);
      expect(error.retryAfterMs).to.be.within(2000, 2010);
      expect(error.message).to.match(/^The quota of https:\/\/api.test admits this call only in 2004 ms, later than/);
      expect(reportOf(error)).to.include({refusal: 'quota-exceeded', result: 'rate_limited', attempts: 0});
      await Promise.all(calls);
    });
    expect(world.sends).to.equal(2);
  });

  virtually('is refused at once where its deadline leaves no time for the wait', async make => {
    const world = make({...one, deadlineMs: 1000});
    const ends = await world.clock.run(() => Promise.all([world.end(), world.end()]));
    expect([ends, world.clock.now()]).to.deep.equal([['200', 'QUOTA_WAIT (quota-exceeded)'], 0]);
  });

  virtually('is refused if the queue is full', async make => {
    const world = make({...one, quota: {...one.quota, queue: 1}});
    const ends = await world.clock.run(() => Promise.all([world.end(), world.end(), world.end()]));
    expect(ends).to.deep.equal(['200', '200', 'QUOTA_QUEUE (quota-exceeded)']);
  });

  virtually('is refused where it takes more than the whole limit', async make => {
    const world = make({quota: {limits: [tokens(1000)]}});
    const error = (await world.clock.run(() => thrown(world.fetch(ITEMS, prompt(1000))))) as RejectedError;
    expect([error.code, error.retryAfterMs, world.sends]).to.deep.equal(['QUOTA_TOO_LARGE', undefined, 0]);
    expect(error.message).to.equal(
      'This call takes 1005 tokens, but the quota of https://api.test admits only 1000 in 60000 ms, so it can never be sent.',
    );
  });

  virtually('counts the tokens of its body, and what weigh says instead', async make => {
    const policy: PolicyInput = {quota: {limits: [tokens(1000)], maxWaitMs: 0}};
    const estimated = make(policy);
    await estimated.run(ITEMS, prompt(490));
    await estimated.run(ITEMS, prompt(490));
    expect(await estimated.run(ITEMS, prompt(10))).to.equal('QUOTA_WAIT (quota-exceeded)');
    const seen: unknown[] = [];
    const weighed = make(policy, {
      weigh: request => {
        seen.push(request);
        return {inputTokens: 1, outputTokens: 2};
      },
    });
    for (let count = 0; count < 333; count++) await weighed.run(ITEMS, prompt(490));
    expect(await weighed.run(ITEMS, prompt(490))).to.equal('QUOTA_WAIT (quota-exceeded)');
    expect(seen[0]).to.deep.equal({method: 'PUT', url: ITEMS, bodyText: '{"max_tokens":490}'});
  });

  for (const [what, weigh] of Object.entries<NonNullable<Ports['weigh']>>({
    NaN: () => ({inputTokens: Number.NaN, outputTokens: -1}),
    Infinity: () => ({inputTokens: Number.POSITIVE_INFINITY, outputTokens: 1e300}),
    'text, against its type': () => ({inputTokens: '7', outputTokens: null}) as never,
    'nothing, against its type': () => undefined as never,
  }))
    virtually(`keeps its estimate where weigh says ${what}`, async make => {
      const world = make({quota: {limits: [tokens(1000)], maxWaitMs: 0}}, {weigh});
      await world.run(ITEMS, prompt(900));
      expect(await world.run(ITEMS, prompt(100))).to.equal('QUOTA_WAIT (quota-exceeded)');
      expect(world.handle.snapshot(world.clock.now()).origins[0]!.quotas[0]!.limits[0]!.left).to.equal(95);
    });

  virtually('keeps its estimate where weigh throws, and says so once', async make => {
    const said: unknown[][] = [];
    const {error} = console;
    console.error = (...args: unknown[]) => said.push(args);
    try {
      const weigh = () => {
        throw new Error('no scales');
      };
      const world = make({quota: {limits: [tokens(1000)]}}, {weigh});
      expect([await world.run(ITEMS, prompt(300)), await world.run(ITEMS, prompt(300))]).to.deep.equal(['200', '200']);
      expect(world.handle.snapshot(world.clock.now()).origins[0]!.quotas[0]!.limits[0]!.left).to.equal(390);
    } finally {
      console.error = error;
    }
    expect(said).to.have.length(1);
  });

  virtually('leaves nothing behind after an abort of all waiting calls', async make => {
    const world = make(one);
    const stop = new AbortController();
    const ends = await world.clock.run(async () => {
      const calls = Array.from({length: 500}, () => world.end(ITEMS, {signal: stop.signal}));
      await world.clock.sleep(500);
      stop.abort(new Error('enough'));
      return Promise.all(calls);
    });
    expect(ends.filter(end => end === '200')).to.have.length(1);
    expect([world.sends, world.clock.pending]).to.deep.equal([1, 0]);
    expect(world.handle.snapshot(world.clock.now()).origins[0]!.quotas[0]!.waiting).to.equal(0);
    expect(await world.run(), 'and the next call is served').to.equal('200');
  });

  virtually('paces retries too, before first attempts', async make => {
    const world = make({...one, backoff: {kind: 'constant', delayMs: 10, jitter: 'none', throttledBaseMs: 10}});
    world.serve(503, 200);
    const order: string[] = [];
    await world.clock.run(() =>
      Promise.all(['a', 'b', 'c'].map(name => world.end(`${ITEMS}/${name}`).then(end => order.push(`${name} ${end}`)))),
    );
    expect(order).to.deep.equal(['a 200', 'b 200', 'c 200']);
    expect(world.arrivals).to.deep.equal([0, 1004, 2008, 3012]);
  });

  virtually('sends a hedge only where the quota is free now', async make => {
    const hedge = {delayMs: 100, maxLoadRatio: 1};
    const free = make({hedge, quota: {limits: [perSecond(2)]}});
    free.serveSlowly(300, 200);
    await free.run();
    expect(free.arrivals).to.deep.equal([0, 100]);
    const used = make({hedge, quota: {limits: [perSecond(1)]}});
    used.serveSlowly(300, 200);
    await used.run();
    expect(used.arrivals).to.deep.equal([0]);
  });

  virtually(
    'waits in the queue while the server asks for a pause, and calls are not sent together afterwards',
    async make => {
      const world = make({quota: {limits: [perSecond(10)]}, maxAttempts: 2, retryAfter: {scope: 'origin'}});
      world.serve(answer(429, {'retry-after': '3'}), 200);
      const ends = await world.clock.run(async () => {
        const first = world.end();
        await world.clock.sleep(100);
        return Promise.all([first, ...Array.from({length: 15}, () => world.end())]);
      });
      expect(ends).to.deep.equal(Array(16).fill('200'));
      expect(world.arrivals[1]).to.be.within(3000, 3100);
      expect(world.arrivals.at(-1)! - world.arrivals[1]!, 'spread, not at one moment').to.be.above(500);
    },
  );

  virtually('is not sent before the hint where the quota learns', async make => {
    const world = make({quota: {}, retryAfter: {scope: 'call'}});
    world.serve(answer(429, {'retry-after-ms': '700'}), 200);
    const ends = await world.clock.run(() => Promise.all([world.end(), world.clock.sleep(10).then(() => world.end())]));
    expect(ends).to.deep.equal(['200', '200']);
    expect(world.arrivals.slice(1).every(at => at >= 700)).to.equal(true);
  });

  virtually('ends its wait for a retry with its last answer where retries are disabled', async make => {
    const world = make({quota: {}, retryAfter: {maxMs: 60_000}});
    world.serve(answer(429, {'retry-after': '20'}), 200);
    const end = await world.clock.run(async () => {
      const call = world.end();
      await world.clock.sleep(1000);
      world.handle.disableRetries();
      return call;
    });
    expect([end, world.clock.now(), world.sends]).to.deep.equal(['429 (retries-disabled)', 1000, 1]);
  });

  virtually('stays in the old queue when the policy is replaced', async make => {
    const world = make(one);
    const ends = await world.clock.run(async () => {
      const calls = [world.end(), world.end(), world.end()];
      world.handle.replace({quota: {limits: [perSecond(50)]}});
      const added = world.end();
      return [await added, world.clock.now(), ...(await Promise.all(calls))];
    });
    expect(ends).to.deep.equal(['200', 0, '200', '200', '200']);
    expect(world.arrivals).to.deep.equal([0, 0, 1004, 2008]);
  });

  virtually('keeps what is used where the policy is replaced by one with the same quota', async make => {
    const world = make({...one, quota: {...one.quota, maxWaitMs: 0}});
    await world.run();
    world.handle.replace({...one, quota: {...one.quota, maxWaitMs: 0}, maxAttempts: 2});
    expect(await world.run()).to.equal('QUOTA_WAIT (quota-exceeded)');
  });

  virtually('has a quota for each origin', async make => {
    const world = make(one);
    const ends = await world.clock.run(() => Promise.all([world.end(), world.end('https://other.test/')]));
    expect([ends, world.arrivals]).to.deep.equal([
      ['200', '200'],
      [0, 0],
    ]);
  });

  virtually('gives back what it took where it is not sent', async make => {
    const world = make(
      {quota: {limits: [tokens(1000)]}, maxAttempts: 1},
      {
        prepareAttempt: () => {
          throw new Error('no token');
        },
      },
    );
    await world.run(ITEMS, prompt(900));
    expect(world.handle.snapshot(world.clock.now()).origins[0]!.quotas[0]!.limits[0]!.left).to.equal(1000);
  });

  virtually('gives back what a hedge took that was not sent before the other attempt was answered', async make => {
    const world: World = make(
      {hedge: {delayMs: 100, maxLoadRatio: 1}, quota: {limits: [tokens(2000)], learn: false}},
      {prepareAttempt: ({attempt}) => (attempt === 1 ? undefined : new Promise(() => {}))},
    );
    world.serveSlowly(300, 200);
    expect(await world.run(ITEMS, prompt(900))).to.equal('200');
    expect(world.arrivals).to.deep.equal([0]);
    expect(world.handle.snapshot(world.clock.now()).origins[0]!.quotas[0]!.limits[0]!.left).to.equal(1095);
  });

  virtually(
    'gives back what it took where the server refused it, and keeps it where the server may have acted',
    async make => {
      const left = async (status: number): Promise<number> => {
        const world = make({quota: {limits: [tokens(1000)]}, maxAttempts: 1});
        world.serve(status);
        await world.run(ITEMS, prompt(900));
        return world.handle.snapshot(world.clock.now()).origins[0]!.quotas[0]!.limits[0]!.left;
      };
      expect([await left(429), await left(500), await left(200)]).to.deep.equal([1000, 95, 95]);
    },
  );

  for (const [what, headers] of Object.entries({
    'a negative wait': {'retry-after-ms': '-5'},
    NaN: {'retry-after': 'NaN'},
    'a wait of ages': {'retry-after-ms': '1e300', 'retry-after': '9'.repeat(400)},
    'a date in the past': {'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT'},
    'a reset in the past': {
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': '1970-01-01T00:00:00Z',
    },
    'remains below zero': {'x-ratelimit-remaining-requests': '-7', 'x-ratelimit-reset-requests': '-1s'},
  }))
    virtually(`goes on after headers that lie: ${what}`, async make => {
      const world = make({quota: {}, retryAfter: {maxMs: 5000}, deadlineMs: 60_000});
      world.serve(answer(429, headers), 200);
      await world.run();
      world.serve(200);
      const ends = await world.clock.run(() => Promise.all(Array.from({length: 5}, () => world.end())));
      expect(ends).to.deep.equal(Array(5).fill('200'));
      expect(world.clock.now()).to.be.below(12_000);
      const {heldMs, learnedPerSecond} = world.handle.snapshot(world.clock.now()).origins[0]!.quotas[0]!;
      expect([heldMs, learnedPerSecond! > 0 && learnedPerSecond! < 100]).to.deep.equal([0, true]);
    });

  virtually('ends one call if the clock throws while the queue is served, and serves the others', async make => {
    const world = make(one);
    const ends = await world.clock.run(async () => {
      const [first, ...others] = [world.end(), world.end(), world.end()];
      await first;
      const {now} = world.clock;
      world.clock.now = () => {
        world.clock.now = now;
        throw new Error('no time');
      };
      return Promise.all(others);
    });
    expect(ends).to.deep.equal(['INTERNAL (not-transient)', '200']);
    expect(world.handle.snapshot(world.clock.now()).origins[0]!.quotas[0]!.waiting).to.equal(0);
  });
});
