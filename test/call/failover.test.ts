/** Several endpoints: where each attempt of a call goes, and what keeps a call where it is. */
import {expect} from 'chai';
import {Failover} from '../../src/call/failover.ts';
import {
  type AttemptRequest,
  type CallFailoverEvent,
  type EndpointInput,
  type FailoverInput,
  type PolicyInput,
  type Ports,
  type ResilientInit,
  reportOf,
  seededRandom,
} from '../../src/core.ts';
import {definePolicy} from '../../src/features/everything.ts';
import {NO_GUARDS} from '../../src/guards/registry.ts';
import type {ScriptedAnswer, SeenRequest} from '../../src/testing.ts';
import {HeaderRecord} from '../../src/transport/header-record.ts';
import {answer, connectionError, later, thrown, virtually, type World} from './world.ts';

const EU = 'https://eu.test';
const US = 'https://us.test';
const AP = 'https://ap.test';
const NAMES: Readonly<Record<string, string>> = {[EU]: 'eu', [US]: 'us', [AP]: 'ap'};
const ITEMS = `${EU}/items`;

const eu: EndpointInput = {name: 'eu', origin: EU};
const us: EndpointInput = {name: 'us', origin: US, rank: 2};
const ap: EndpointInput = {name: 'ap', origin: AP, rank: 3};
const backoff = {kind: 'constant', delayMs: 1000, throttledBaseMs: 1000, jitter: 'none'} as const;
const TWO: PolicyInput = {endpoints: [eu, us], backoff, deadlineMs: null, breaker: null};
const THREE: PolicyInput = {...TWO, endpoints: [eu, us, ap], maxAttempts: 4};
const KEYED: ResilientInit = {method: 'POST', body: '{}', headers: {'idempotency-key': 'k-1'}};
const nervous = {kind: 'consecutive', failures: 1, openMs: 5000, probes: 1} as const;

type Script = Readonly<Record<string, readonly ScriptedAnswer[]>>;

/** Each endpoint answers by its own script, and repeats the last answer. */
function serve(world: World, script: Script): void {
  const answered: Record<string, number> = {};
  world.serve((request: SeenRequest) => {
    const name = nameOf(request);
    const answers = script[name]!;
    const n = (answered[name] ?? 0) + 1;
    answered[name] = n;
    const next = answers[Math.min(n, answers.length) - 1]!;
    return typeof next === 'function' ? next(request) : next;
  });
}

const nameOf = ({url}: SeenRequest): string => NAMES[new URL(url).origin]!;
/** `eu 0, us 1000`: which endpoint got an attempt, and when. */
const path = (world: World): string =>
  world.server.requests.map((request, n) => `${nameOf(request)} ${world.arrivals[n]}`).join(', ');
const moves = (world: World): string[] =>
  world.events
    .filter((event): event is CallFailoverEvent => event.type === 'call.failover')
    .map(({attempt, from, to, reason}) => `${attempt}: ${from} to ${to} (${reason})`);

async function report(world: World, init?: ResilientInit) {
  const response = await world.clock.run(() => world.fetch(ITEMS, init).catch((error: unknown) => error));
  return reportOf(response)!;
}

describe('a call with several endpoints', () => {
  virtually('goes to the best rank, whichever endpoint its URL names', async make => {
    const world = make(TWO);
    expect(await world.run(`${US}/items`)).to.equal('200');
    expect(world.server.requests.map(({url}) => url)).to.deep.equal([ITEMS]);
    expect(moves(world)).to.be.empty;
  });

  virtually(
    'keeps method, headers, body, path and query where it moves, and changes origin and base path',
    async make => {
      const world = make({
        ...TWO,
        endpoints: [
          {...eu, basePath: '/openai/v1'},
          {...us, basePath: '/v2'},
        ],
        failover: {sharedKeys: true, headers: ['X-Own'], query: ['a']},
      });
      serve(world, {eu: [503], us: [200]});
      const headers = {'idempotency-key': 'k', 'x-own': 'yes'};
      expect(await world.run(`${EU}/openai/v1/chat?a=b#f`, {method: 'POST', headers, body: '{"n":1}'})).to.equal('200');
      const seen = world.server.requests.map(({method, url, body}) => [method, url, body]);
      expect(seen).to.deep.equal([
        ['POST', `${EU}/openai/v1/chat?a=b#f`, '{"n":1}'],
        ['POST', `${US}/v2/chat?a=b`, '{"n":1}'],
      ]);
      expect(world.header('x-own')).to.deep.equal(['yes', 'yes']);
      expect(world.header('idempotency-key')).to.deep.equal(['k', 'k']);
    },
  );

  virtually('moves a Request with its fields, too', async make => {
    const world = make(TWO);
    serve(world, {eu: [503], us: [200]});
    expect(await world.run(new Request(ITEMS, {method: 'PUT', headers: {'x-own': 'yes'}, redirect: 'error'}))).to.match(
      /^503/,
    );
    const get = make({...TWO, failover: {headers: ['x-own']}});
    serve(get, {eu: [503], us: [200]});
    expect(await get.run(new Request(ITEMS, {headers: {'x-own': 'yes'}}))).to.equal('200');
    expect(get.header('x-own')).to.deep.equal(['yes', 'yes']);
  });

  for (const addressed of [EU, US])
    virtually(`moves the body inside a Request to ${addressed}, on the first attempt and on a retry`, async make => {
      const world = make({...TWO, failover: {sharedKeys: true}});
      serve(world, {eu: [503], us: [200]});
      const request = new Request(`${addressed}/charge`, {...KEYED, body: '{"amount":1}'});
      expect(await world.run(request)).to.equal('200');
      expect(world.server.requests.map(({url, body}) => `${url} ${body}`)).to.deep.equal([
        `${EU}/charge {"amount":1}`,
        `${US}/charge {"amount":1}`,
      ]);
    });

  for (const [title, url] of [
    ['another origin', 'https://other.test/items'],
    ['a path that is not below the base path', `${EU}/v10/items`],
    ['no origin', 'data:,x'],
  ])
    virtually(`is sent where its URL says, if that is ${title}`, async make => {
      const world = make({...TWO, endpoints: [us, {...eu, basePath: '/v1'}], maxAttempts: 2});
      world.serve(503);
      await world.run(url);
      expect(world.server.requests.map(request => request.url)).to.deep.equal([url, url]);
    });

  virtually('says that it stayed, where its URL is not below the base path', async make => {
    const world = make({...TWO, endpoints: [{...eu, basePath: '/v1'}, us], maxAttempts: 2});
    serve(world, {eu: [503], us: [200]});
    expect((await report(world)).reason).to.equal(
      'all 2 attempts are used (503); it stayed at eu, because its URL is not below the basePath',
    );
    const elsewhere = make({...TWO, maxAttempts: 2});
    elsewhere.serve(503);
    const response = await elsewhere.clock.run(() => elsewhere.fetch('https://other.test/items'));
    expect(reportOf(response)!.reason).to.equal('all 2 attempts are used (503)');
  });

  describe('after a failure', () => {
    for (const [title, failure, moved] of [
      ['503', 503, 'overloaded'],
      ['429', 429, 'throttled'],
      ['500', 500, 'server-error'],
      ['502', 502, 'server-error'],
      ['408', 408, 'server-error'],
      ['421', 421, 'server-error'],
      ['425', 425, 'server-error'],
      ['ECONNREFUSED', connectionError('ECONNREFUSED'), 'network'],
    ] as const) {
      virtually(`${title} tries the next one at once`, async make => {
        const world = make(TWO);
        serve(world, {eu: [failure], us: [200]});
        expect(await report(world)).to.include({result: 'success', attempts: 2, waitedMs: 0, endpoint: 'us'});
        expect(path(world)).to.equal('eu 0, us 0');
        expect(moves(world)).to.deep.equal([`2: eu to us (${title})`]);
      });

      virtually(`${title} stays, if failover.on does not list ${moved}`, async make => {
        const on = (['throttled', 'overloaded', 'server-error', 'network'] as const).filter(cause => cause !== moved);
        const world = make({...TWO, failover: {on}});
        serve(world, {eu: [failure, 200], us: [200]});
        expect(await world.run(ITEMS)).to.equal('200');
        const isAtOnce = failure === 421 || failure === 425;
        expect(path(world)).to.equal(`eu 0, eu ${isAtOnce ? 0 : 1000}`);
      });
    }

    virtually('a timeout tries the next one', async make => {
      const world = make({...TWO, attemptTimeoutMs: 100});
      serve(world, {eu: ['hang'], us: [200]});
      expect(await world.run(ITEMS)).to.equal('200');
      expect(path(world)).to.equal('eu 0, us 100');
    });

    virtually('prefers endpoints that the call has not tried, by rank; then waits its backoff', async make => {
      const world = make({...THREE, maxAttempts: 5});
      serve(world, {eu: [503, 503, 200], us: [503], ap: [503]});
      expect(await world.run(ITEMS)).to.equal('200');
      expect(path(world)).to.equal('eu 0, us 0, ap 0, eu 1000, eu 2000');
    });

    virtually('a hint is the word of one endpoint: another is tried at once, however long the hint', async make => {
      const world = make(TWO);
      serve(world, {eu: [answer(429, {'retry-after': '3600'})], us: [503, 200]});
      // The last failure is of us, which asked for nothing.
      expect(await report(world)).to.include({result: 'success', attempts: 3});
      expect(path(world)).to.equal('eu 0, us 0, us 1000');
    });

    for (const status of [404, 409, 423])
      virtually(`${status} tries the next one at once, if retryOn lists it`, async make => {
        const world = make({...TWO, retryOn: [status]});
        serve(world, {eu: [status], us: [200]});
        expect(await world.run(ITEMS)).to.equal('200');
        expect(path(world)).to.equal('eu 0, us 0');
      });

    virtually('421 and 425 are sent again once, wherever that is', async make => {
      for (const status of [421, 425]) {
        const world = make(THREE);
        serve(world, {eu: [status], us: [status], ap: [200]});
        expect(await world.run(ITEMS)).to.equal(`${status} (retried-once)`);
        expect(path(world)).to.equal('eu 0, us 0');
      }
    });

    virtually('a 409 that says that the key is in use waits where it is, also with shared keys', async make => {
      const world = make({...TWO, failover: {sharedKeys: true}});
      serve(world, {eu: [503, 200], us: [409, 200]});
      expect(await world.run(ITEMS, KEYED)).to.equal('200');
      expect(path(world)).to.equal('eu 0, us 0, us 1000');
    });

    virtually('a 401 with prepareAttempt is sent again where it is, with a new credential', async make => {
      const world = make(TWO, {prepareAttempt() {}});
      serve(world, {eu: [401, 200], us: [200]});
      expect(await world.run(ITEMS)).to.equal('200');
      expect(path(world)).to.equal('eu 0, eu 0');
    });

    virtually('a failure that is not transient ends the call', async make => {
      const world = make(TWO);
      serve(world, {eu: [404], us: [200]});
      expect(await world.run(ITEMS)).to.equal('404 (not-transient)');
    });

    virtually(
      'retries that leave an open breaker for another endpoint are paid, since they wait in no line',
      async make => {
        for (const failover of [{}, {on: ['server-error', 'overloaded'] as const}]) {
          const breaker = {kind: 'adaptive', failures: 1} as const;
          const world = make({...TWO, failover, budget: {capacity: 20}, breaker, maxAttempts: 2});
          serve(world, {eu: [503], us: [503]});
          expect(await world.run(ITEMS)).to.equal('503 (attempts-exhausted)');
          const first = world.handle.snapshot(world.clock.now()).origins.find(({origin}) => origin === EU);
          expect(first!.breakers[0]!.state).to.equal('open');
          expect(first!.budgets[0]!.remaining).to.be.below(1);
        }
      },
    );

    virtually('retries elsewhere are paid from the budget of the first endpoint', async make => {
      const world = make({...TWO, budget: {capacity: 20}, maxAttempts: 2});
      serve(world, {eu: [503], us: [503]});
      expect(await world.run(ITEMS)).to.equal('503 (attempts-exhausted)');
      expect(await world.run(ITEMS)).to.equal('503 (budget-exhausted)');
      const left = Object.fromEntries(
        world.handle.snapshot(world.clock.now()).origins.map(({origin, budgets}) => [origin, budgets[0]!.remaining]),
      );
      expect(left).to.deep.equal({[US]: 1, [EU]: 0.3});
    });
  });

  describe('that may have been acted on', () => {
    for (const [title, policy, init, ends, went] of [
      ['a keyed POST stays where the key is known', {}, KEYED, '503 (attempts-exhausted)', 'eu 0, eu 1000, eu 2000'],
      ['a keyed POST moves with shared keys', {failover: {sharedKeys: true}}, KEYED, '200', 'eu 0, us 0'],
      ['a PUT stays', {}, {method: 'PUT', body: '{}'}, '503 (attempts-exhausted)', 'eu 0, eu 1000, eu 2000'],
      [
        'a POST without a key is not sent again',
        {failover: {sharedKeys: true}},
        {method: 'POST'},
        '503 (may-have-acted)',
        'eu 0',
      ],
      ['a GET moves', {}, {}, '200', 'eu 0, us 0'],
    ] as readonly [string, PolicyInput, ResilientInit, string, string][])
      virtually(title, async make => {
        const world = make({...TWO, ...policy});
        serve(world, {eu: [503], us: [200]});
        expect(await world.run(ITEMS, init)).to.equal(ends);
        expect(path(world)).to.equal(went);
      });

    virtually('a POST that never left this machine moves', async make => {
      const world = make(TWO);
      serve(world, {eu: [connectionError('ECONNREFUSED', {syscall: 'connect'})], us: [200]});
      expect(await world.run(ITEMS, {method: 'POST', body: 'x'})).to.equal('200');
      expect(path(world)).to.equal('eu 0, us 0');
    });

    virtually('never leaves after that, also if a later attempt did no harm', async make => {
      const world = make({...TWO, maxAttempts: 4});
      serve(world, {eu: [503, connectionError('ECONNREFUSED', {syscall: 'connect'}), 429, 200], us: [200]});
      expect(await world.run(ITEMS, KEYED)).to.equal('200');
      expect(path(world)).to.equal('eu 0, eu 1000, eu 2000, eu 3000');
    });

    for (const [which, answers] of [
      ['its hedge', [503, 429]],
      ['the attempt that was hedged', [429, 503]],
    ] as const)
      virtually(`never leaves after that, also if ${which} did no harm`, async make => {
        const world = make({...TWO, hedge: {delayMs: 100, maxLoadRatio: 1}, maxAttempts: 4});
        const [first, hedge] = answers.map(status => later(world.clock, status === 503 ? 150 : 400, status));
        serve(world, {eu: [first!, hedge!, 200], us: [200]});
        expect(await world.run(ITEMS, KEYED)).to.equal('200');
        expect(path(world)).to.match(/^eu 0, eu 100, eu 1[45]00$/);
      });

    virtually('says why it stayed', async make => {
      const world = make({...TWO, idempotency: {}});
      serve(world, {eu: [503], us: [200]});
      expect((await report(world, {method: 'POST', body: '{}'})).reason).to.equal(
        'all 3 attempts are used (503); it stayed at eu, because eu may have acted on it, and failover.sharedKeys is not set',
      );
    });
  });

  describe('that its caller may repeat: it stays where its URL says, also before anything was done', () => {
    const PUT: ResilientInit = {method: 'PUT', body: '{}'};
    const KEY_OPTION: ResilientInit = {method: 'POST', body: '{}', resilience: {idempotencyKey: 'k-1'}};
    const named = (name: string): ResilientInit => ({method: 'POST', body: '{}', headers: {[name]: 'k-1'}});
    const refused = connectionError('ECONNREFUSED', {syscall: 'connect'});
    const CALLS: readonly (readonly [string, PolicyInput, ResilientInit])[] = [
      ['a key of the caller in Idempotency-Key', {}, KEYED],
      ['a key of the caller in a header of another name', {}, named('X-Idempotency-Key')],
      ['a key of the caller in the header of the policy', {idempotency: {header: 'X-Charge'}}, named('x-charge')],
      ['a key of the caller, of a policy that makes keys', {idempotency: {}}, KEYED],
      ['a key in the options', {idempotency: {}}, KEY_OPTION],
      ['PUT', {}, PUT],
      ['PUT with a key of ours', {idempotency: {methods: ['PUT']}}, PUT],
      ['DELETE', {}, {method: 'DELETE'}],
      ['a method of idempotentMethods', {idempotentMethods: ['POST']}, {method: 'POST', body: '{}'}],
    ];
    for (const [title, policy, init] of CALLS)
      virtually(title, async make => {
        const world = make({...TWO, ...policy});
        serve(world, {eu: [refused, 429, 200], us: [200]});
        expect(await world.run(ITEMS, init)).to.equal('200');
        // The best rank is eu.
        expect(await world.run(`${US}/items`, init)).to.equal('200');
        expect(world.server.requests.map(nameOf)).to.deep.equal(['eu', 'eu', 'eu', 'us']);
      });

    for (const [title, policy, init] of CALLS)
      virtually(`${title}, but not with shared keys`, async make => {
        const world = make({...TWO, ...policy, failover: {sharedKeys: true, headers: ['x-charge']}});
        expect(await world.run(`${US}/items`, init)).to.equal('200');
        expect(path(world)).to.equal('eu 0');
      });

    virtually('a POST with a key of ours moves: no other call has that key', async make => {
      const world = make({...TWO, idempotency: {}});
      serve(world, {eu: [429], us: [200]});
      expect(await world.run(ITEMS, {method: 'POST', body: '{}'})).to.equal('200');
      expect(path(world)).to.equal('eu 0, us 0');
    });

    virtually('the report says so, also if nothing was sent', async make => {
      const world = make({...TWO, breaker: nervous, maxAttempts: 1});
      serve(world, {eu: [503], us: [200]});
      const stayed = '; it stayed at eu, because its caller may repeat it, and failover.sharedKeys is not set';
      expect((await report(world, KEYED)).reason).to.equal(`one attempt is all the policy allows (503)${stayed}`);
      expect((await report(world, KEYED)).reason).to.equal(`the circuit of ${EU} is open${stayed}`);
      expect(path(world)).to.equal('eu 0');
    });
  });

  describe('passes over', () => {
    virtually('an endpoint whose circuit is open, without a send', async make => {
      const world = make({...TWO, breaker: nervous, maxAttempts: 1});
      serve(world, {eu: [503], us: [200]});
      expect(await world.run(ITEMS)).to.equal('503 (attempts-exhausted)');
      expect(await world.run(ITEMS)).to.equal('200');
      expect(path(world)).to.equal('eu 0, us 0');
      expect(moves(world)).to.deep.equal(['1: eu to us (passed over)']);
    });

    virtually('and comes back by a probe', async make => {
      const world = make({...TWO, breaker: nervous, maxAttempts: 1});
      serve(world, {eu: [503, 200], us: [200]});
      await world.run(ITEMS);
      await world.clock.advance(5000);
      expect(await world.run(ITEMS)).to.equal('200');
      expect(path(world)).to.equal('eu 0, eu 5000');
    });

    virtually('an endpoint that asked all calls for a pause', async make => {
      const world = make({...TWO, retryAfter: {scope: 'origin'}, maxAttempts: 1});
      serve(world, {eu: [answer(503, {'retry-after': '30'}), 200], us: [200]});
      await world.run(ITEMS);
      expect(await world.run(ITEMS)).to.equal('200');
      expect(path(world)).to.equal('eu 0, us 0');
    });

    describe('an endpoint that asked another call for a pause', () => {
      const asks = (status: number, seconds: number) => answer(status, {'retry-after': String(seconds)});

      for (const status of [429, 503])
        virtually(`by ${status}, until it is over`, async make => {
          const world = make({...TWO, maxAttempts: 1});
          serve(world, {eu: [asks(status, 20), 200], us: [200]});
          for (let n = 0; n < 3; n++) await world.run(ITEMS);
          await world.clock.advance(20_000);
          await world.run(ITEMS);
          expect(path(world)).to.equal('eu 0, us 0, us 0, eu 20000');
          expect(moves(world)).to.deep.equal(['1: eu to us (passed over)', '1: eu to us (passed over)']);
        });

      virtually('for retryAfter.maxMs, if it asked for more', async make => {
        const world = make({...TWO, maxAttempts: 1, retryAfter: {maxMs: 1000}});
        serve(world, {eu: [asks(429, 3600), 200], us: [200]});
        await world.run(ITEMS);
        await world.clock.advance(999);
        await world.run(ITEMS);
        await world.clock.advance(1);
        await world.run(ITEMS);
        expect(path(world)).to.equal('eu 0, us 999, eu 1000');
      });

      virtually('unless no other one is free: then it is asked, as without endpoints', async make => {
        const world = make({...TWO, maxAttempts: 1});
        serve(world, {eu: [asks(429, 20), 200], us: [asks(429, 20), 200]});
        for (let n = 0; n < 3; n++) await world.run(ITEMS);
        expect(path(world)).to.equal('eu 0, us 0, eu 0');
      });

      virtually('also on a retry: the call waits its backoff where it is', async make => {
        const world = make(TWO);
        serve(world, {eu: [asks(429, 20), 200], us: [200, 503, 200]});
        for (let n = 0; n < 2; n++) await world.run(ITEMS);
        expect(path(world)).to.equal('eu 0, us 0, us 0, us 1000');
      });

      virtually('but not if failover.on does not list "held"', async make => {
        const world = make({...TWO, maxAttempts: 1, failover: {on: ['throttled', 'down']}});
        serve(world, {eu: [asks(429, 20), 200], us: [200]});
        for (let n = 0; n < 2; n++) await world.run(ITEMS);
        expect(path(world)).to.equal('eu 0, eu 0');
      });
    });

    virtually('an endpoint whose quota is used up', async make => {
      const quota = {limits: [{unit: 'requests', max: 1, perMs: 1000}], learn: false} as const;
      const world = make({...TWO, quota});
      expect([await world.run(ITEMS), await world.run(ITEMS)]).to.deep.equal(['200', '200']);
      expect(path(world)).to.equal('eu 0, us 0');
      // Both are used up: the call waits in the queue of the first that will have room.
      expect(await world.run(ITEMS)).to.equal('200');
      expect(path(world)).to.equal('eu 0, us 0, eu 1004');
    });

    virtually('the report names the endpoint of the last attempt, also if another one refuses the next', async make => {
      const quota = {limits: [{unit: 'requests', max: 1, perMs: 30_000}], learn: false} as const;
      const quick = {...backoff, delayMs: 50, throttledBaseMs: 50};
      const world = make({...TWO, backoff: quick, breaker: {...nervous, openMs: 60_000}, quota, deadlineMs: 500});
      serve(world, {eu: [200, 503], us: [200]});
      await world.run(ITEMS);
      await world.clock.advance(1000);
      await world.run(ITEMS);
      await world.clock.advance(29_500);
      expect(await report(world)).to.include({endpoint: 'eu', attempts: 1, result: 'rate_limited'});
      expect(path(world)).to.equal('eu 0, us 1000, eu 30500');
    });

    virtually('an endpoint without a free place', async make => {
      const world = make({...TWO, concurrency: {max: 1, queue: 9}});
      world.serveSlowly(100, 200);
      await world.clock.run(() => Promise.all([world.end(ITEMS), world.end(ITEMS), world.end(ITEMS)]));
      expect(path(world)).to.equal('eu 0, us 0, eu 100');
    });

    virtually('nothing that failover.on does not list', async make => {
      const world = make({...TWO, breaker: nervous, maxAttempts: 1, failover: {on: ['network']}});
      serve(world, {eu: [503], us: [200]});
      await world.run(ITEMS);
      expect(await world.run(ITEMS)).to.equal('CIRCUIT_OPEN (breaker-open)');
    });
  });

  describe('with no endpoint free', () => {
    const bothOpen = async (
      make: (policy: PolicyInput, ports?: Ports) => World,
      policy: PolicyInput,
      ports: Ports = {},
    ): Promise<World> => {
      const world = make({...TWO, breaker: nervous, maxAttempts: 2, ...policy}, ports);
      serve(world, {eu: [503, 200], us: [503, 200]});
      expect(await world.run(ITEMS)).to.equal('503 (attempts-exhausted)');
      return world;
    };

    virtually('waits for the first, if that fits', async make => {
      const world = await bothOpen(make, {});
      expect(await world.run(ITEMS)).to.equal('200');
      expect(path(world)).to.equal('eu 0, us 0, eu 5000');
    });

    virtually('is refused at once, with the time of the first, if it does not fit the deadline', async make => {
      const world = await bothOpen(make, {deadlineMs: 2000});
      const error = await world.clock.run(() => thrown(world.fetch(ITEMS)));
      expect(error).to.include({code: 'NO_ENDPOINT', retryAfterMs: 5000, guarded: EU});
      expect((error as Error).message).to.equal(
        'No endpoint of this call is free in time: the first, eu, is in 5000 ms.',
      );
      expect(reportOf(error)).to.include({refusal: 'no-endpoint', result: 'circuit_open', attempts: 0});
      expect(world.clock.now()).to.equal(0);
    });

    virtually('waits no longer than retryAfter.maxMs', async make => {
      const world = await bothOpen(make, {retryAfter: {maxMs: 4000}});
      expect(await world.run(ITEMS)).to.equal('NO_ENDPOINT (no-endpoint)');
    });

    virtually('waits while the probes of others are under way', async make => {
      const world = await bothOpen(make, {});
      serve(world, {eu: [later(world.clock, 230, 200), 200], us: [later(world.clock, 300, 503)]});
      const ends = await world.clock.run(() => Promise.all([1, 2, 3, 4].map(() => world.end(ITEMS))));
      expect(ends).to.deep.equal(['200', '200', '200', '200']);
      expect(path(world)).to.match(/^eu 5000, us 5000, eu 5[23]\d\d, eu 5[23]\d\d/);
    });

    virtually('waits for a breaker, and then for the quota behind it', async make => {
      const world = await bothOpen(make, {quota: {limits: [{unit: 'requests', max: 1, perMs: 60_000}]}});
      expect(await world.run(ITEMS)).to.equal('200');
      expect(path(world)).to.match(/^eu 0, us 0, eu 60\d{3}$/);
    });

    virtually('waits for the probe of another call that has the only place', async make => {
      const world = await bothOpen(make, {concurrency: {kind: 'fixed', max: 1, queue: 10}}, {random: () => 0.25});
      serve(world, {eu: [later(world.clock, 230, 200), 200], us: [later(world.clock, 300, 503)]});
      const ends = await world.clock.run(() => Promise.all([1, 2, 3, 4, 5, 6].map(() => world.end(ITEMS))));
      expect(ends).to.deep.equal(Array(6).fill('200'));
    });

    virtually('ends when its caller aborts', async make => {
      const world = await bothOpen(make, {});
      const controller = new AbortController();
      void world.clock.sleep(100).then(() => controller.abort());
      expect(await world.run(ITEMS, {signal: controller.signal})).to.match(/^AbortError/);
      expect(world.clock.now()).to.equal(100);
    });
  });

  virtually('takes a Host header to no other endpoint, and back to its own', async make => {
    const world = make({...TWO, failover: {sharedCredentials: true}});
    serve(world, {eu: [503, 200], us: [503]});
    expect(await world.run(ITEMS, {headers: {host: 'eu.internal', authorization: 'Bearer a'}})).to.equal('200');
    expect(world.header('host')).to.deep.equal(['eu.internal', null, 'eu.internal']);
    expect(world.header('authorization')).to.deep.equal(Array(3).fill('Bearer a'));
  });

  describe('with credentials of the caller', () => {
    const authorized: ResilientInit = {
      headers: {Authorization: 'Bearer eu', Cookie: 'a=b', 'X-Api-Key': 'e', accept: '*/*'},
    };
    const NAMES_SENT = ['authorization', 'cookie', 'x-api-key', 'accept'];
    const sent = (world: World): (string | null)[][] =>
      world.server.requests.map(({headers}) => NAMES_SENT.map(name => headers.get(name)));
    const OWN = ['Bearer eu', 'a=b', 'e', '*/*'];

    virtually('stays where the caller sent it, and says so once', async make => {
      const world = make(TWO);
      serve(world, {eu: [503], us: [200]});
      expect((await report(world, authorized)).reason).to.equal(
        'all 3 attempts are used (503); it stayed at eu, because it carries headers for eu (authorization, cookie, x-api-key) that failover.headers does not name, and there is no prepareAttempt',
      );
      expect(path(world)).to.equal('eu 0, eu 1000, eu 2000');
      expect(await world.run(`${US}/items`, authorized)).to.equal('200');
      expect(nameOf(world.server.requests.at(-1)!)).to.equal('us');
    });

    virtually(
      'goes without them where prepareAttempt writes others, and has them again where they belong',
      async make => {
        const told: Pick<AttemptRequest, 'endpoint' | 'url'>[] = [];
        const world = make(
          {...TWO, maxAttempts: 4},
          {
            prepareAttempt({endpoint, url, headers}) {
              told.push({endpoint, url});
              if (endpoint === 'us') headers.set('authorization', `Bearer ${endpoint}`);
              else headers.set('x-signed', headers.get('authorization') ?? 'nothing');
            },
          },
        );
        serve(world, {eu: [503, 200], us: [503]});
        expect(await world.run(ITEMS, authorized)).to.equal('200');
        expect(path(world)).to.equal('eu 0, us 0, eu 1000');
        expect(sent(world)).to.deep.equal([OWN, ['Bearer us', null, null, '*/*'], OWN]);
        expect(world.header('x-signed')).to.deep.equal(['Bearer eu', null, 'Bearer eu']);
        expect(told).to.deep.equal([
          {endpoint: 'eu', url: ITEMS},
          {endpoint: 'us', url: `${US}/items`},
          {endpoint: 'eu', url: ITEMS},
        ]);
      },
    );

    virtually('takes them along, if the endpoints share them', async make => {
      const world = make({...TWO, failover: {sharedCredentials: true}});
      serve(world, {eu: [503], us: [200]});
      expect(await world.run(ITEMS, authorized)).to.equal('200');
      expect(sent(world)).to.deep.equal([OWN, OWN]);
    });
  });

  virtually('ids of ours go only to the origins that correlation.sendTo names', async make => {
    const world = make({...TWO, maxAttempts: 3, correlation: {requestIdHeader: 'x-request-id', sendTo: [EU]}});
    serve(world, {eu: [503, 200], us: [503]});
    expect(await world.run(ITEMS)).to.equal('200');
    expect(world.header('x-correlation-id')).to.deep.equal(['call-1', null, 'call-1']);
    expect(world.header('x-request-id')).to.deep.equal(['request-1', null, 'request-2']);
  });

  it('shares first attempts in a rank by weight', async () => {
    const {World} = await import('./world.ts');
    const weights = [
      {...eu, weight: 3},
      {...us, rank: 1, weight: 1},
    ];
    const world = new World({...TWO, endpoints: weights}, {random: seededRandom(7)});
    await world.clock.run(async () => {
      for (let n = 0; n < 1000; n++) await world.end(ITEMS);
    });
    const share = world.server.requests.filter(request => nameOf(request) === 'eu').length / 1000;
    expect(share).to.be.closeTo(0.75, 0.04); // Three standard deviations.
    expect(moves(world)).to.be.empty;
  });

  it('stays where its URL says, through clients that cannot send it elsewhere', () => {
    const {plans} = definePolicy(TWO);
    const source = {
      guardsFor: () => ({...NO_GUARDS, origin: EU}),
      random: () => 0.5,
      prepareAttempt: null,
      translate: null,
      readinessOf: () => null,
      notifyEjection: () => {},
    };
    const failover = Failover.of(source, plans.base, 'GET', ITEMS, EU)!;
    failover.confineBy({}, false);
    expect(failover.confinement).to.equal('its client sends it only where its URL says');
    const headers = new HeaderRecord({accept: '*/*'});
    failover.writeHeaders(source.guardsFor(), headers, {});
    expect(headers.values).to.deep.equal({accept: '*/*'});
    expect(Failover.of(source, definePolicy().plans.base, 'GET', ITEMS, EU)).to.equal(null);
  });

  for (const [what, response] of [
    ['throws', () => expect.fail('no such field')],
    ['returns no Response', () => ({}) as Response],
  ] as const)
    virtually(`gives up the answer that could not be turned back, if response() ${what}`, async make => {
      const given: Response[] = [];
      const noted = (answered: Response): Response => {
        given.push(answered);
        return response();
      };
      const world = make(TWO, {translate: () => ({response: noted})});
      serve(world, {eu: [503], us: [answer(200, {}, '{}')]});
      expect(await world.run(ITEMS)).to.match(/^TRANSLATE_FAILED/);
      expect(given.map(({bodyUsed}) => bodyUsed)).to.deep.equal([true]);
    });

  virtually('takes the last endpoint of a rank where chance says 1', async make => {
    const world = make({...TWO, endpoints: [eu, {...us, rank: 1}]}, {random: () => 1});
    await world.run(ITEMS);
    expect(world.server.requests.map(nameOf)).to.deep.equal(['us']);
  });

  virtually('a URL that is the base path itself leads to the endpoint', async make => {
    const world = make({...TWO, endpoints: [{...eu, basePath: '/v1'}, us]});
    serve(world, {eu: [503], us: [200]});
    expect(await world.run(`${EU}/v1`)).to.equal('200');
    expect(world.server.requests.at(-1)?.url).to.equal(`${US}/`);
  });

  for (const [stickyMs, went] of [
    [0, 'eu 0, us 0, eu 0'],
    [60_000, 'eu 0, us 0, us 0'],
  ] as const)
    virtually(
      `begins the next call ${stickyMs === 0 ? 'at the best rank' : 'where the last one moved'}, if stickyMs is ${stickyMs}`,
      async make => {
        const world = make({...TWO, failover: {stickyMs}});
        serve(world, {eu: [503, 200], us: [200]});
        await world.run(ITEMS);
        await world.run(ITEMS);
        expect(path(world)).to.equal(went);
        await world.clock.advance(60_000);
        await world.run(ITEMS);
        expect(nameOf(world.server.requests.at(-1)!)).to.equal('eu');
      },
    );

  describe('hedged elsewhere after a quantile', () => {
    const taking = (world: World, script: Readonly<Record<string, number>>): void =>
      void world.serve((request: SeenRequest) => later(world.clock, script[nameOf(request)]!, 200)(request));
    const hedge = {quantile: 0.95, maxLoadRatio: 1, to: 'other'} as const;
    const learned = async (make: (policy: PolicyInput) => World, slow: 'eu' | 'us'): Promise<World> => {
      const world = make({...TWO, endpoints: [eu, {...us, rank: 1}], hedge, breaker: null});
      taking(world, {eu: 50, us: 50, [slow]: 500});
      for (const endpoint of ['eu', 'us'] as const)
        for (let n = 0; n < 20; n++) {
          const load = world.handle.registry.at(endpoint === 'eu' ? EU : US, world.handle.plans.base, 0);
          load.hedge!.observe(endpoint === slow ? 500 : 50);
          load.load!.answered(endpoint === slow ? 500 : 50, 0);
        }
      return world;
    };

    // Chance is 0.5: of two equal endpoints the second one is chosen.
    virtually('an attempt at a slow endpoint waits for as long as the fast one takes', async make => {
      const world = await learned(make, 'us');
      expect(await report(world)).to.include({hedges: 1, endpoint: 'eu', durationMs: 101});
      expect(path(world)).to.equal('us 0, eu 51');
    });

    virtually('a slow endpoint gets a hedge after half of its peak', async make => {
      const world = await learned(make, 'eu');
      taking(world, {eu: 500, us: 5000});
      await report(world);
      const [, second] = world.arrivals;
      expect(second).to.be.within(245, 250);
    });

    virtually('the attempt that lost to its hedge shows that its endpoint is slow still', async make => {
      const world = await learned(make, 'us');
      await world.clock.advance(12_000);
      await report(world);
      const {load} = world.handle.registry.at(US, world.handle.plans.base, 0);
      expect(load!.averageMs(world.clock.now())).to.equal(500);
      expect(load!.pending).to.equal(0);
    });
  });

  describe('hedged elsewhere', () => {
    const hedge = {delayMs: 100, maxLoadRatio: 1, to: 'other'} as const;
    const at =
      (ms: number) =>
      (world: World): ScriptedAnswer =>
        later(world.clock, ms, 200);

    virtually('the other endpoint answers first', async make => {
      const world = make({...TWO, hedge, breaker: nervous});
      serve(world, {eu: [at(500)(world)], us: [at(50)(world)]});
      expect(await report(world)).to.include({result: 'success', hedges: 1, endpoint: 'us'});
      expect(path(world)).to.equal('eu 0, us 100');
      expect(world.clock.now()).to.equal(150);
      expect(moves(world)).to.deep.equal(['2: eu to us (slow)']);
    });

    virtually('the first one answers first, and counts', async make => {
      const world = make({...TWO, hedge, breaker: nervous, concurrency: {max: 1, queue: 0}});
      serve(world, {eu: [at(120)(world)], us: [at(500)(world)]});
      expect(await report(world)).to.include({result: 'success', hedges: 1, endpoint: 'eu'});
      const {origins} = world.handle.snapshot(world.clock.now());
      expect(origins.map(({concurrency}) => concurrency[0]!.inFlight)).to.deep.equal([0, 0]);
    });

    virtually('both fail: what follows concerns the one that failed last', async make => {
      const world = make({...TWO, hedge, breaker: nervous, maxAttempts: 3});
      serve(world, {eu: [later(world.clock, 150, 503), 200], us: [later(world.clock, 100, 503)]});
      expect(await world.run(ITEMS)).to.equal('200');
      // Both circuits are open, and the call waits for the first.
      expect(path(world)).to.equal('eu 0, us 100, eu 5150');
    });

    for (const [title, policy, init, went] of [
      ['a keyed POST is hedged nowhere', {}, KEYED, 'eu 0'],
      ['a keyed POST is hedged with shared keys', {failover: {sharedKeys: true}}, KEYED, 'eu 0, us 100'],
      ['without another endpoint that is free no hedge is sent', {maxAttempts: 2}, {headers: {cookie: 'a'}}, 'eu 0'],
    ] as readonly [string, {maxAttempts?: number; failover?: FailoverInput}, ResilientInit, string][])
      virtually(title, async make => {
        const world = make({...TWO, hedge, ...policy});
        serve(world, {eu: [at(500)(world)], us: [at(50)(world)]});
        expect(await world.run(ITEMS, init)).to.equal('200');
        expect(path(world)).to.equal(went);
      });
  });
});
