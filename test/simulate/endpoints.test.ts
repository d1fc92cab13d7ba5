/** Scenarios with several endpoints, under policies with and without endpoints of their own. */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/policy/types.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {type SimulationResult, simulate} from '../../src/simulate.ts';
import {sampled} from '../support/runs.ts';

const REGIONS: ScenarioInput = {
  durationMs: 10_000,
  traffic: {perSecond: 100, arrivals: 'even'},
  service: {latencyMs: {ms: 10}},
  endpoints: [{name: 'eu', service: {latencyMs: {ms: 10}, faults: [{status: 503}]}}, {name: 'us'}],
};
const CALLS = 999;

const EU = {name: 'eu', origin: 'https://eu.example'};
const US = {name: 'us', origin: 'https://us.example', rank: 2};

/** Nothing keeps an attempt from being sent. */
const UNGUARDED: PolicyInput = {maxAttempts: 2, budget: null, breaker: null, backoff: {kind: 'constant', delayMs: 50}};
const FAILOVER: PolicyInput = {...UNGUARDED, endpoints: [EU, US]};

const countsOf = ({endpoints}: SimulationResult): unknown =>
  endpoints.map(({name, requests, succeeded, paidRequests}) => [name, requests, succeeded, paidRequests]);

describe('a scenario with endpoints', () => {
  it('sends the calls of a policy without endpoints to the first one', async () => {
    const result = await simulate(UNGUARDED, REGIONS);
    expect(result).to.deep.include({successRatio: 0, moves: 0, requests: 2 * CALLS, paidRequests: 0});
    expect(countsOf(result)).to.deep.equal([
      ['eu', 2 * CALLS, 0, 0],
      ['us', 0, 0, 0],
    ]);
  });

  it('sends the retries of a policy with endpoints to the next one', async () => {
    const result = await simulate(FAILOVER, REGIONS);
    expect(result).to.deep.include({successRatio: 1, moves: CALLS, requests: 2 * CALLS, paidRequests: CALLS});
    expect(countsOf(result)).to.deep.equal([
      ['eu', CALLS, 0, 0],
      ['us', CALLS, CALLS, CALLS],
    ]);
    expect(result.latencyMs.all.p99, 'no backoff on the way to another endpoint').to.be.closeTo(10, 0.05);
  });

  it('counts over time, in the parts of the timeline', async () => {
    const {timeline, endpoints} = await simulate(FAILOVER, REGIONS);
    expect(endpoints.map(each => each.timeline.length)).to.deep.equal([timeline.length, timeline.length]);
    const sums = timeline.map((_, index) => endpoints.reduce((sum, each) => sum + each.timeline[index]!.requests, 0));
    expect(sums).to.deep.equal(timeline.map(({requests}) => requests));
    expect(endpoints[1]!.timeline.map(({succeeded}) => succeeded)).to.deep.equal(
      timeline.map(({succeeded}) => succeeded),
    );
  });

  it('counts no answer for which its client did not wait', async () => {
    const slow = {name: 'eu', service: {latencyMs: {ms: 500}}};
    const result = await simulate({...FAILOVER, attemptTimeoutMs: 100}, {...REGIONS, endpoints: [slow, {name: 'us'}]});
    expect(countsOf(result)).to.deep.equal([
      ['eu', CALLS, 0, CALLS],
      ['us', CALLS, CALLS, CALLS],
    ]);
  });

  for (const [title, endpoints, expected] of [
    [
      'by name, whatever the rank',
      [
        {...EU, rank: 2},
        {...US, rank: 1},
      ],
      {eu: 0, us: CALLS},
    ],
    [
      'by rank where the names differ',
      [
        {name: 'standby', origin: 'https://standby.example', rank: 2},
        {name: 'main', origin: 'https://main.example'},
      ],
      {eu: CALLS, us: CALLS},
    ],
    [
      'by name first, and then by rank',
      [
        {name: 'main', origin: 'https://main.example'},
        {name: 'eu', origin: 'https://eu.example', rank: 2},
      ],
      {eu: 0, us: CALLS},
    ],
    [
      'by a base path, too',
      [
        {...EU, basePath: '/v1'},
        {...US, basePath: '/openai/v1'},
      ],
      {eu: CALLS, us: CALLS},
    ],
  ] as const)
    it(`finds the endpoints of a policy ${title}`, async () => {
      const result = await simulate({...FAILOVER, endpoints}, REGIONS);
      expect(Object.fromEntries(result.endpoints.map(({name, requests}) => [name, requests]))).to.deep.equal(expected);
      expect(result.successRatio).to.equal(1);
    });

  it('gives a further endpoint of a policy a service of its own', async () => {
    const third = {name: 'ap', origin: 'https://ap.example', rank: 3};
    const [, us] = REGIONS.endpoints!;
    const down: ScenarioInput = {
      ...REGIONS,
      endpoints: [REGIONS.endpoints![0]!, {...us!, service: {latencyMs: {ms: 10}, faults: [{kind: 'refused'}]}}],
    };
    const result = await simulate({...FAILOVER, maxAttempts: 3, endpoints: [EU, US, third]}, down);
    expect(countsOf(result)).to.deep.equal([
      ['eu', CALLS, 0, 0],
      ['us', CALLS, 0, 0],
      ['ap', CALLS, CALLS, CALLS],
    ]);
  });

  it('gives each endpoint of a policy such a service where the scenario names none', async () => {
    const {endpoints: _, ...one} = REGIONS;
    const result = await simulate(FAILOVER, {...one, service: {latencyMs: {ms: 10}, faults: [{status: 503}]}});
    expect(countsOf(result)).to.deep.equal([
      ['eu', CALLS, 0, 0],
      ['us', CALLS, 0, 0],
    ]);
    expect((await simulate(UNGUARDED, one)).endpoints, 'without endpoints').to.deep.equal([]);
  });

  it('finds the endpoints of routes, and leaves the other calls at the first service', async () => {
    const requests = [{url: 'https://service.example/v1/items?page=1'}, {url: 'https://service.example/health'}];
    const result = await simulate(
      {...UNGUARDED, routes: [{match: {path: '/v1/**'}, endpoints: [EU, US]}]},
      {...REGIONS, traffic: {perSecond: 100, requests}},
    );
    const {requests: atUs} = result.endpoints[1]!;
    expect(result.successRatio).to.be.closeTo(0.5, 0.06);
    expect(atUs).to.equal(result.succeeded);
  });

  it('leaves a URL that is one of an endpoint as it is', async () => {
    const traffic = {perSecond: 100, arrivals: 'even', requests: [{url: 'https://us.example/items'}]} as const;
    const moved = await simulate({...FAILOVER, endpoints: [EU, {...US, rank: 1}]}, {...REGIONS, traffic});
    expect(moved.successRatio).to.equal(1);
    const away = await simulate(UNGUARDED, {...REGIONS, traffic});
    expect(away.successRatio, 'to a policy without endpoints, all URLs are the first service').to.equal(0);
  });

  it('is called by the last of its layers', async () => {
    const result = await simulate({...UNGUARDED, maxAttempts: 1}, {...REGIONS, layers: [{policy: FAILOVER}]});
    expect(result.successRatio).to.equal(1);
    expect(result.endpoints.map(({requests}) => requests)).to.deep.equal([CALLS, CALLS]);
  });

  it('draws the same faults for its first endpoint as without endpoints, and others for the next one', async () => {
    const service = {latencyMs: {kind: 'exponential', meanMs: 50}, faults: [{ratio: 0.3}]} as const;
    const {endpoints: _, ...rest} = REGIONS;
    const one = await simulate(null, {...rest, service});
    const two = await simulate(null, {...rest, service, endpoints: [{name: 'a'}, {name: 'b'}]});
    expect([two.succeeded, two.latencyMs]).to.deep.equal([one.succeeded, one.latencyMs]);
    const b = {
      maxAttempts: 1,
      endpoints: [
        {...EU, name: 'b'},
        {...US, name: 'a'},
      ],
    };
    expect((await simulate(b, {...rest, service, endpoints: [{name: 'a'}, {name: 'b'}]})).succeeded).to.not.equal(
      one.succeeded,
    );
  });

  it('ends its trouble with the last fault of an endpoint', async () => {
    const faults = [{status: 503, fromMs: 2000, toMs: 4000}];
    const {recovery} = await simulate(FAILOVER, {
      ...REGIONS,
      endpoints: [{name: 'eu', service: {latencyMs: {ms: 10}, faults}}, {name: 'us'}],
    });
    expect(recovery).to.deep.equal({troubleEndsMs: 4000, afterMs: 0});
  });

  it('names the endpoint of each attempt of a sampled call', async () => {
    const {samples} = await simulate(FAILOVER, REGIONS, {samples: true});
    expect(samples.map(({attempts}) => attempts.map(({reason, endpoint}) => [reason, endpoint]))).to.deep.equal([
      [
        ['503', 'eu'],
        ['success', 'us'],
      ],
    ]);
  });
});

describe('a named scenario with endpoints', () => {
  const failover: PolicyInput = {endpoints: [EU, US]};

  it('region-down: failover answers nearly all calls', async () => {
    const [without, having] = [await simulate({}, 'region-down'), await simulate(failover, 'region-down')];
    expect(without.successRatio).to.be.within(0.6, 0.7);
    expect(having.successRatio).to.be.at.least(0.999);
    expect(having.endpoints[1]!.requests / having.calls).to.be.within(0.3, 0.4);
  });

  it('region-down: hedges elsewhere leave the retry budget to the calls that move', async () => {
    const {successRatio, hedges} = await simulate({...failover, hedge: {quantile: 0.95, to: 'other'}}, 'region-down');
    expect(hedges).to.be.above(200);
    expect(successRatio).to.be.at.least(0.995);
  });

  it('rank-brownout: failover shares the load instead of drowning the spare region', async () => {
    const result = await simulate(failover, 'rank-brownout');
    const during = result.timeline.filter(({atMs}) => atMs >= 40_000 && atMs < 90_000);
    const sum = (of: (interval: (typeof during)[number]) => number): number =>
      during.reduce((total, interval) => total + of(interval), 0);
    // Both regions together can answer 90 of the 100 that come.
    expect(sum(({succeeded}) => succeeded) / sum(({calls}) => calls)).to.be.within(0.87, 0.95);
    expect(result.endpoints[1]!.succeeded / result.endpoints[1]!.requests).to.be.at.least(0.8);
    expect(result.recovery!.afterMs).to.be.at.most(5000);
  });

  for (const seed of sampled([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    it(`one-slow-of-three: the P99 of p2c-ewma is a third of that of shares by weight, or less (seed ${seed})`, async () => {
      const endpoints = ['a', 'b', 'c'].map(name => ({name, origin: `https://${name}.example`}));
      const [weighted, p2c] = [
        await simulate({endpoints}, 'one-slow-of-three', {seed}),
        await simulate({endpoints, failover: {balance: 'p2c-ewma'}}, 'one-slow-of-three', {seed}),
      ];
      const slowShare = ({endpoints: [slow], requests}: SimulationResult): number => slow!.requests / requests;
      expect(slowShare(weighted)).to.be.within(0.28, 0.38);
      expect(slowShare(p2c)).to.be.below(0.02);
      expect(weighted.latencyMs.all.p99 / p2c.latencyMs.all.p99).to.be.at.least(3);
      expect([p2c.successRatio, p2c.requestsPerCall]).to.deep.equal([1, 1]);
    });

  it('slowdown: nothing fails, and the tail grows', async () => {
    const {successRatio, latencyMs} = await simulate({}, 'slowdown');
    expect(successRatio).to.equal(1);
    expect(latencyMs.all.p95).to.be.within(400, 700);
  });
});
