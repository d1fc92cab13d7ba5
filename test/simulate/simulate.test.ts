/** The simulation as a whole: what policies come to in scenarios whose numbers can be computed. */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/policy/types.ts';
import type {ScenarioInput, ScenarioServiceInput} from '../../src/simulate/scenario/types.ts';
import {simulate} from '../../src/simulate.ts';

const scenarioOf = (service: Partial<ScenarioServiceInput>, more: Partial<ScenarioInput> = {}): ScenarioInput => ({
  durationMs: 10_000,
  traffic: {perSecond: 100, arrivals: 'even'},
  service: {latencyMs: {ms: 10}, ...service},
  ...more,
});

/** Three attempts, and nothing that could keep one from being sent. */
const THREE: PolicyInput = {
  maxAttempts: 3,
  deadlineMs: null,
  attemptTimeoutMs: 1000,
  backoff: {kind: 'constant', delayMs: 100, jitter: 'none'},
  budget: null,
  breaker: null,
};
/** One attempt. */
const ONE: PolicyInput = {...THREE, maxAttempts: 1};

describe('simulate', () => {
  it('begins as many calls as the scenario says, and answers them after the latency of the service', async () => {
    const result = await simulate(THREE, scenarioOf({}));
    expect(result).to.deep.include({calls: 999, succeeded: 999, attempts: 999, requests: 999, paidRequests: 999});
    expect(result.latencyMs.all.p50).to.be.closeTo(10, 0.05);
    expect(result.ends).to.deep.equal({success: 999});
  });

  it('retries with the waits of the policy', async () => {
    const scenario = scenarioOf({faults: [{status: 503, toMs: 1100}]}, {durationMs: 1000});
    const result = await simulate(THREE, {...scenario, traffic: {perSecond: 1.1, arrivals: 'even'}});
    expect(result).to.deep.include({calls: 1, succeeded: 1, attempts: 3});
    expect(result.latencyMs.all.p50).to.be.closeTo(210, 1.05);
  });

  it('sends each call once without a policy', async () => {
    const result = await simulate(null, scenarioOf({faults: [{ratio: 0.5}]}));
    expect(result).to.deep.include({policy: 'no policy', requests: 999, requestsPerCall: 1});
    expect(result.successRatio).to.be.closeTo(0.5, 0.06);
  });

  it('counts a failed call as infinitely long', async () => {
    const {latencyMs} = await simulate(null, scenarioOf({faults: [{ratio: 0.5}]}));
    expect(latencyMs.all.p90).to.equal(Number.POSITIVE_INFINITY);
    expect(latencyMs.successful.p90).to.be.closeTo(10, 0.05);
  });

  it('counts a call with a slow body to the end of the body', async () => {
    const result = await simulate(THREE, scenarioOf({bodyMs: {ms: 500}}));
    expect(result).to.deep.include({calls: 999, succeeded: 999, requests: 999});
    expect(result.latencyMs.all.p50).to.be.closeTo(510, 3);
  });

  it('fails a call whose body outlives the time limit of its attempt, and does not retry it', async () => {
    const slow = scenarioOf({bodyMs: {ms: 500}, faults: [{kind: 'slow', ratio: 1, factor: 2, fromMs: 5000}]});
    const result = await simulate(THREE, slow);
    expect(result.ends).to.deep.equal({success: 499, 'body-timeout': 500});
    expect(result.requestsPerCall).to.equal(1);
    const head = {method: 'HEAD', url: 'https://service.example/'};
    const heads = await simulate(THREE, {...slow, traffic: {perSecond: 100, requests: [head]}});
    expect(heads.successRatio).to.equal(1);
  });

  it('gives the body of a service on through a layer, as slowly', async () => {
    const layers = [{policy: {breaker: null}}];
    const result = await simulate(null, scenarioOf({bodyMs: {ms: 500}}, {layers}));
    expect(result.latencyMs.all.p50).to.be.closeTo(510, 3);
  });

  it('gives the Retry-After and the error body of a service on through a layer', async () => {
    const body = '{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}';
    const headers = [{name: 'Retry-After', value: '2'}];
    const layers = [{policy: ONE}];
    const one = {durationMs: 1, traffic: {perSecond: 1000, arrivals: 'closed-loop'}, layers} as const;
    const hinted = await simulate(THREE, scenarioOf({faults: [{status: 429, toMs: 5, headers}]}, {...one, seed: 6}));
    expect(hinted.calls).to.equal(1);
    expect(hinted.latencyMs.all.p50).to.be.within(2000, 2250);
    const refused = await simulate({...THREE, refusals: {}}, scenarioOf({faults: [{status: 429, body}]}, {layers}));
    expect(refused.attempts).to.equal(refused.calls);
  });

  for (const [title, fault, policy, status] of [
    ['a service that closes the connection', {kind: 'reset'}, ONE, 502],
    ['a service that refuses the connection', {kind: 'refused'}, ONE, 502],
    ['an attempt timeout', {kind: 'hang'}, {...ONE, attemptTimeoutMs: 500}, 504],
    ['a deadline', {kind: 'hang'}, {...ONE, deadlineMs: 500}, 504],
    ['an open breaker', {status: 500}, {...ONE, breaker: {kind: 'consecutive', failures: 1, openMs: 60_000}}, 503],
  ] as const)
    it(`answers with ${status} for ${title} of a layer`, async () => {
      const scenario = scenarioOf({faults: [fault]}, {layers: [{policy}]});
      const attemptsFor = async (retryOn: number): Promise<number> => {
        const {attempts, calls} = await simulate({...THREE, maxAttempts: 2, retryOn: [retryOn]}, scenario);
        return Math.round(attempts / calls);
      };
      const found = [await attemptsFor(502), await attemptsFor(503), await attemptsFor(504)];
      expect(found).to.deep.equal([502, 503, 504].map(each => (each === status ? 2 : 1)));
    });

  it('gives the same numbers for the same seed, and others for another one', async () => {
    const scenario = scenarioOf({faults: [{ratio: 0.3}]}, {traffic: {perSecond: 100, clients: 3}});
    const [one, again, other] = [
      await simulate({}, scenario),
      await simulate({}, scenario),
      await simulate({}, scenario, {seed: 2}),
    ];
    expect(again).to.deep.equal(one);
    expect(other.calls).to.not.equal(one.calls);
  });

  it('meets every policy with the same calls', async () => {
    const scenario = scenarioOf({faults: [{ratio: 0.3}]}, {traffic: {perSecond: 50, clients: 4}});
    const callsOf = async (policy: PolicyInput | null) =>
      (await simulate(policy, scenario)).timeline.map(({calls}) => calls);
    expect(await callsOf(THREE)).to.deep.equal(await callsOf(null));
  });

  it('reads the hints of the service', async () => {
    const faults = [{status: 429, toMs: 5, headers: [{name: 'Retry-After', value: '2'}]}];
    const scenario = scenarioOf({faults}, {durationMs: 1, traffic: {perSecond: 1000, arrivals: 'closed-loop'}});
    const {latencyMs, calls} = await simulate(THREE, {...scenario, seed: 6});
    expect(calls).to.equal(1);
    expect(latencyMs.all.p50).to.be.within(2000, 2250);
  });

  it('reads the bodies of errors where the policy does', async () => {
    const body = '{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}';
    const scenario = scenarioOf({faults: [{status: 429, body}]});
    const reading = await simulate({...THREE, refusals: {}}, scenario);
    const blind = await simulate({...THREE, refusals: null}, scenario);
    expect([reading.requestsPerCall, blind.requestsPerCall]).to.deep.equal([1, 3]);
  });

  it('does not repeat a POST without a key, and repeats it with one', async () => {
    const scenario = (key: boolean): ScenarioInput =>
      scenarioOf({faults: [{kind: 'reset'}]}, {traffic: {perSecond: 10, requests: [{method: 'POST', key}]}});
    const [plain, keyed] = [await simulate(THREE, scenario(false)), await simulate(THREE, scenario(true))];
    expect(plain.ends).to.deep.equal({'may-have-acted': plain.calls});
    expect(keyed.requestsPerCall).to.equal(3);
  });

  it('repeats any request whose connection was refused', async () => {
    const scenario = scenarioOf(
      {faults: [{kind: 'refused'}]},
      {traffic: {perSecond: 10, requests: [{method: 'POST'}]}},
    );
    expect((await simulate(THREE, scenario)).requestsPerCall).to.equal(3);
  });

  it('ends a hang by the attempt timeout', async () => {
    const result = await simulate({...THREE, maxAttempts: 1}, scenarioOf({faults: [{kind: 'hang'}]}));
    expect(result.ends).to.deep.equal({'attempts-exhausted': 999});
  });

  it('counts calls that would wait for ever', async () => {
    const result = await simulate({...THREE, attemptTimeoutMs: null}, scenarioOf({faults: [{kind: 'hang'}]}));
    expect(result).to.deep.include({calls: 999, succeeded: 0});
    expect(result.ends).to.deep.equal({unfinished: 999});
  });

  it('gives each client a breaker of its own', async () => {
    const policy: PolicyInput = {
      ...THREE,
      maxAttempts: 1,
      breaker: {kind: 'consecutive', failures: 5, openMs: 60_000, maxOpenMs: null},
    };
    const faults = [{status: 500}];
    const open = async (clients: number) =>
      await simulate(policy, scenarioOf({faults}, {traffic: {perSecond: 100, arrivals: 'even', clients}}));
    const [one, four] = [await open(1), await open(4)];
    expect([one.breaker.opened, one.requests]).to.deep.equal([1, 5]);
    expect([four.breaker.opened, four.requests]).to.deep.equal([4, 20]);
    expect(one.breaker.rejectedCalls).to.equal(994);
    expect(four.timeline.at(-1)!.openBreakers).to.be.closeTo(4, 1e-9);
  });

  it('hedges slow attempts', async () => {
    const points = [
      {quantile: 0.949, ms: 10},
      {quantile: 0.95, ms: 1000},
    ];
    const policy: PolicyInput = {...THREE, hedge: {delayMs: 50, maxLoadRatio: 0.5}};
    const result = await simulate(policy, scenarioOf({latencyMs: {kind: 'quantiles', points}}));
    expect(result.hedges / result.calls).to.be.closeTo(0.05, 0.02);
    expect(result.latencyMs.all.p99).to.be.closeTo(60, 0.3);
  });

  it('multiplies the attempts of layers', async () => {
    const layers = [{policy: THREE}, {policy: THREE}];
    const result = await simulate(
      THREE,
      scenarioOf({faults: [{status: 503}]}, {layers, traffic: {perSecond: 1, arrivals: 'even'}}),
    );
    expect(result.requestsPerCall).to.equal(27);
    expect(result.attempts / result.calls).to.equal(3);
  });

  it('waits for quotas that the policy knows', async () => {
    const quotas = [{max: 10, perMs: 1000}];
    const policy: PolicyInput = {
      ...THREE,
      deadlineMs: 60_000,
      quota: {limits: [{unit: 'requests', max: 10, perMs: 1000}], maxWaitMs: 20_000},
    };
    const scenario = scenarioOf({quotas}, {durationMs: 5000, traffic: {perSecond: 20, arrivals: 'even'}});
    const [aware, blind] = [await simulate(policy, scenario), await simulate(null, scenario)];
    expect(aware.successRatio).to.equal(1);
    expect(aware.quota.queuedCalls).to.be.greaterThan(40);
    expect(blind.successRatio).to.be.within(0.5, 0.7);
  });

  it('says when calls succeed again after the trouble', async () => {
    const faults = [{fromMs: 2000, toMs: 4000}];
    const {recovery} = await simulate(null, scenarioOf({faults}));
    expect(recovery).to.deep.equal({troubleEndsMs: 4000, afterMs: 0});
    expect((await simulate(null, scenarioOf({}))).recovery).to.equal(null);
  });

  it('says Infinity where they do not succeed within the scenario', async () => {
    const policy: PolicyInput = {
      ...THREE,
      breaker: {kind: 'consecutive', failures: 5, openMs: 60_000, maxOpenMs: null},
    };
    const {recovery} = await simulate(policy, scenarioOf({faults: [{fromMs: 2000, toMs: 4000}]}));
    expect(recovery?.afterMs).to.equal(Number.POSITIVE_INFINITY);
  });

  it('ends early with what it has so far, where the signal aborts', async () => {
    const controller = new AbortController();
    const onProgress = (simulatedMs: number): void => {
      if (simulatedMs > 50_000) controller.abort();
    };
    const scenario = scenarioOf({}, {durationMs: 1_000_000, traffic: {perSecond: 1000}});
    const result = await simulate(THREE, scenario, {signal: controller.signal, onProgress});
    expect(result.interrupted).to.equal(true);
    expect(result.calls).to.be.within(50_000, 70_000);
  });

  describe('with event streams', () => {
    const stream = {firstContentMs: {ms: 200}, contentMs: {ms: 1000}};
    const held: PolicyInput = {...THREE, attemptTimeoutMs: 5000, stream: {commit: 'content', firstContentMs: 500}};

    it('waits for the first content where the policy does', async () => {
      const result = await simulate(held, scenarioOf({stream}));
      expect(result.latencyMs.all.p50).to.be.closeTo(210, 1.05);
    });

    it('retries an error before the first content, and cannot retry one after it', async () => {
      const early = await simulate(held, scenarioOf({stream: {...stream, errorBeforeContentRatio: 0.5}}));
      expect(early.successRatio).to.be.closeTo(0.875, 0.04);
      const late = await simulate(held, scenarioOf({stream: {...stream, errorAfterContentRatio: 0.5}}));
      expect(late.requestsPerCall).to.equal(1);
      expect(late.ends['stream-broken']! / late.calls).to.be.closeTo(0.5, 0.06);
    });

    it('sends a stream that only pings once more, where its first content is late', async () => {
      const slow = {...stream, firstContentMs: {ms: 2000}, pingEveryMs: 100};
      const result = await simulate(held, scenarioOf({stream: slow}));
      expect(result).to.deep.include({succeeded: 0, requestsPerCall: 3});
    });
  });
});
