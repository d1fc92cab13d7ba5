/** What users of other routers report of failover, each as a test of ours. */
import {expect} from 'chai';
import {type PolicyInput, reportOf} from '../../src/core.ts';
import type {ScriptedAnswer, SeenRequest} from '../../src/testing.ts';
import {DONE, OVERLOADED, text} from '../support/streamed-fetch.ts';
import {answer, connectionError, later, virtually, type World} from './world.ts';

const A = 'https://a.test';
const B = 'https://b.test';
const ITEMS = `${A}/items`;
const TWO: PolicyInput = {
  endpoints: [
    {name: 'a', origin: A},
    {name: 'b', origin: B, rank: 2},
  ],
  backoff: {kind: 'constant', delayMs: 500, throttledBaseMs: 500, jitter: 'none'},
  deadlineMs: null,
};
const nervous = {kind: 'consecutive', failures: 3, openMs: 10_000, probes: 1} as const;

/** Each endpoint answers in one way. */
const serve = (world: World, a: ScriptedAnswer, b: ScriptedAnswer): void =>
  void world.serve((request: SeenRequest) => {
    const said = request.url.startsWith(A) ? a : b;
    return typeof said === 'function' ? said(request) : said;
  });
const stream = (events: string) => (): Response =>
  new Response(events, {headers: {'content-type': 'text/event-stream'}});
const sendsTo = (world: World, origin: string): number =>
  world.server.requests.filter(({url}) => url.startsWith(origin)).length;

const PITFALLS: Readonly<
  Record<string, readonly [title: string, body: (make: (policy: PolicyInput) => World) => Promise<void>]>
> = {
  'BerriAI/litellm#34836': [
    'an endpoint that only fails does not stay in rotation @T124',
    async make => {
      const world = make({...TWO, breaker: nervous});
      serve(world, 500, 200);
      for (let n = 0; n < 25; n++) expect(await world.run(ITEMS)).to.equal('200');
      expect(sendsTo(world, A)).to.equal(3);

      // The same after a long time of health, which a share of failures would have to outweigh.
      const aged = make({...TWO, breaker: {}});
      serve(aged, 200, 200);
      for (let n = 0; n < 500; n++) await aged.run(ITEMS);
      serve(aged, 500, 200);
      for (let n = 0; n < 100; n++) expect(await aged.run(ITEMS)).to.equal('200');
      expect(sendsTo(aged, A)).to.equal(8);
    },
  ],
  'BerriAI/litellm#27362': [
    'an endpoint that cannot be reached does not either @T125',
    async make => {
      const world = make({...TWO, breaker: nervous});
      serve(world, connectionError('ECONNREFUSED', {syscall: 'connect'}), 200);
      for (let n = 0; n < 25; n++) expect(await world.run(ITEMS)).to.equal('200');
      expect(sendsTo(world, A)).to.equal(3);
    },
  ],
  'BerriAI/litellm#32574': [
    'the failure of a later attempt of a call counts like that of the first @T126',
    async make => {
      const world = make({...TWO, breaker: {...nervous, failures: 1}, maxAttempts: 2});
      serve(world, 500, 500);
      await world.run(ITEMS);
      const states = world.handle.snapshot(world.clock.now()).origins.map(({breakers}) => breakers[0]!.state);
      expect(states).to.deep.equal(['open', 'open']);
    },
  ],
  'BerriAI/litellm#31876': [
    'a cooldown lasts as long as it says, and no longer @T127',
    async make => {
      const world = make({...TWO, breaker: {...nervous, failures: 1, openMs: 30_000}, maxAttempts: 1});
      serve(world, 500, 200);
      await world.run(ITEMS);
      await world.clock.advance(29_999);
      serve(world, 200, 200);
      await world.run(ITEMS);
      await world.clock.advance(1);
      await world.run(ITEMS);
      expect(world.server.requests.map(({url}) => url[8])).to.deep.equal(['b', 'a']);
    },
  ],
  'BerriAI/litellm#35104': [
    'a 404 for an unknown id, and a caller who gives up, put no endpoint out @T128',
    async make => {
      const world = make({...TWO, breaker: {...nervous, failures: 1}});
      serve(world, 404, 404);
      expect(await world.run(ITEMS)).to.equal('404 (not-transient)');
      serve(world, 'hang', 'hang');
      const controller = new AbortController();
      void world.clock.sleep(10).then(() => controller.abort());
      await world.run(ITEMS, {signal: controller.signal});
      const states = world.handle.snapshot(world.clock.now()).origins.map(({breakers}) => breakers[0]!.state);
      expect(states).to.deep.equal(states.map(() => 'closed'));
    },
  ],
  'BerriAI/litellm#40405': [
    'a first rank of one endpoint has a breaker, too: an outage costs a few failures, not some of each call @T129',
    async make => {
      const world = make({...TWO, breaker: nervous});
      serve(world, later(world.clock, 1000, 503), later(world.clock, 1000, 200));
      for (let n = 0; n < 11; n++) expect(await world.run(ITEMS)).to.equal('200');
      expect(sendsTo(world, A)).to.be.at.most(5); // Three, and a probe each 10 s.
    },
  ],
  'BerriAI/litellm#6957': [
    'an overload inside a stream moves the call, before any content came @T130',
    async make => {
      const world = make({...TWO, stream: {}, breaker: null});
      serve(world, stream(OVERLOADED), stream(text('Hi') + DONE));
      const response = await world.clock.run(() => world.fetch(ITEMS));
      expect(reportOf(response)).to.include({endpoint: 'b', attempts: 2});
      expect(await response.text()).to.include('Hi');
    },
  ],
  'BerriAI/litellm#19077': [
    'retries that are switched off are off elsewhere, too @T131',
    async make => {
      const world = make(TWO);
      serve(world, 503, 200);
      world.handle.disableRetries();
      expect(await world.run(ITEMS)).to.equal('503 (retries-disabled)');
    },
  ],
  'dotnet/extensions#6298': [
    'the path of an endpoint is used, not its origin alone @T132',
    async make => {
      const world = make({
        ...TWO,
        endpoints: [
          {name: 'a', origin: A, basePath: '/aaaaaa'},
          {name: 'b', origin: B, basePath: '/bbbbbb'},
        ],
      });
      serve(world, 503, 503);
      await world.run(`${A}/aaaaaa/some-endpoint`);
      const seen = world.server.requests.map(({url}) => url).slice(0, 2);
      expect(seen.toSorted()).to.deep.equal([`${A}/aaaaaa/some-endpoint`, `${B}/bbbbbb/some-endpoint`]);
    },
  ],
  'dotnet/extensions#4144': [
    'hedging needs no endpoints: without them it goes where the URL says @T133',
    async make => {
      const world = make({hedge: {delayMs: 100, maxLoadRatio: 1}});
      world.serve('hang', 200);
      expect(await world.run(ITEMS)).to.equal('200');
      expect(world.server.requests.map(({url}) => url)).to.deep.equal([ITEMS, ITEMS]);
    },
  ],
  'istio/istio#20135': [
    'with every endpoint out, a call waits for the first instead of failing at once @T134',
    async make => {
      const world = make({...TWO, breaker: {...nervous, failures: 1}, maxAttempts: 2});
      serve(world, 503, 503);
      await world.run(ITEMS);
      serve(world, 200, 200);
      expect(await world.run(ITEMS)).to.equal('200');
      expect(world.arrivals).to.deep.equal([10_000]);
    },
  ],
  'envoyproxy/envoy#27066': [
    'a 501 that every endpoint gives is no reason to put any out @T135',
    async make => {
      const world = make({...TWO, breaker: {...nervous, failures: 1}});
      serve(world, 501, 501);
      for (let n = 0; n < 5; n++) expect(await world.run(ITEMS)).to.equal('501 (not-transient)');
      expect(sendsTo(world, A)).to.equal(5);
    },
  ],
  'routatic/proxy#108': [
    'a wrong credential ends the call, instead of walking through all endpoints @T136',
    async make => {
      const world = make({...TWO, failover: {sharedCredentials: true}});
      serve(world, answer(401), answer(401));
      expect(await world.run(ITEMS, {headers: {authorization: 'Bearer wrong'}})).to.equal('401 (not-transient)');
      expect(world.sends).to.equal(1);
    },
  ],
};

describe('what users of other routers report', () => {
  for (const [report, [title, body]] of Object.entries(PITFALLS)) virtually(`${title} (${report})`, body);
});
