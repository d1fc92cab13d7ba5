/** Hedges, breakers, concurrency limits and budgets: where their rules speak, and where they must not. */

import {expect} from 'chai';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import type {Finding} from '../../lint/finding.ts';
import {lintText} from '../../lint/lint.ts';
import type {PolicyInput} from '../../src/policy/types.ts';

async function findings(code: string, policy: PolicyInput | string): Promise<readonly Finding[]> {
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy, null, 2);
  const report = await lintText({path: 'policy.json', files: {'policy.json': text}});
  return report.findings.filter(finding => finding.code === code);
}

const messages = async (code: string, policy: PolicyInput | string): Promise<string[]> =>
  (await findings(code, policy)).map(({message}) => message);

const pointers = async (code: string, policy: PolicyInput | string): Promise<string[]> =>
  (await findings(code, policy)).map(({pointer}) => pointer);

const severities = async (code: string, policy: PolicyInput): Promise<string[]> =>
  (await findings(code, policy)).map(({severity, pointer}) => `${severity} ${pointer}`);

/** What each remedy of the only finding makes of the policy. */
async function suggested(code: string, policy: PolicyInput): Promise<unknown[]> {
  const [finding] = await findings(code, policy);
  const remedies = [...(finding!.fix === undefined ? [] : [finding!.fix]), ...finding!.suggestions];
  return remedies.map(({edits}) => JSON.parse(applyEdits(JSON.stringify(policy, null, 2), edits)));
}

/** A POST route may send nothing twice. */
const postRoute = (settings: object): PolicyInput => ({
  routes: [{match: {methods: ['POST'], path: '/v1/orders'}, ...settings}],
});

describe('RL215 no-excessive-hedging', () => {
  const latencyMs = {p50: 180, p95: 410};

  it('asks for a delay above the median, not for a certain one', async () => {
    for (const delayMs of [181, 300, 1000])
      expect(await messages('RL215', {hedge: {delayMs}, objective: {assume: {latencyMs}}}), String(delayMs)).to.be
        .empty;
    for (const delayMs of [1, 100, 180])
      expect(await pointers('RL215', {hedge: {delayMs}, objective: {assume: {latencyMs}}})).to.deep.equal([
        'hedge.delayMs',
      ]);
  });

  it('knows a share for certain from one percentile only where that is the median', async () => {
    const only = (quantiles: object): PolicyInput => ({
      hedge: {delayMs: 100},
      objective: {assume: {latencyMs: quantiles}},
    });
    expect(await messages('RL215', only({p95: 410}))).to.be.empty;
    expect(await messages('RL215', only({p50: 180}))).to.deep.equal([
      'At least 50 % of the attempts are still in flight after 100 ms: the 5 % of the calls that may be hedged are the first calls, not the slowest. Hedge later.',
    ]);
  });

  it('checks a quantile and a bound from one half on', async () => {
    expect(await pointers('RL215', {hedge: {quantile: 0.51, maxLoadRatio: 0.49}})).to.be.empty;
    expect(await pointers('RL215', {hedge: {quantile: 0.5, maxLoadRatio: 0.5}})).to.deep.equal([
      'hedge.quantile',
      'hedge.maxLoadRatio',
    ]);
  });

  it('is silent about a hedge that is never sent', async () => {
    const hedge = {delayMs: 0, maxLoadRatio: 1};
    expect(await messages('RL215', {hedge, maxAttempts: 1})).to.be.empty;
    expect(await messages('RL215', {hedge: {delayMs: 0, maxLoadRatio: 0}})).to.be.empty;
    expect(await messages('RL215', postRoute({hedge}))).to.be.empty;
  });

  it('is silent where a value is a slip', async () => {
    expect(await messages('RL215', '{"hedge": {"delayMs": "0"}}')).to.be.empty;
    expect(
      await messages('RL215', '{"hedge": {"delayMs": 100}, "objective": {"assume": {"latencyMs": {"p50": "180"}}}}'),
    ).to.be.empty;
  });

  it('suggests the stated p95, and to measure it', async () => {
    const policy = {hedge: {delayMs: 100, maxLoadRatio: 0.1}, objective: {assume: {latencyMs}}};
    expect(await suggested('RL215', policy)).to.deep.equal([
      {...policy, hedge: {delayMs: 410, maxLoadRatio: 0.1}},
      {...policy, hedge: {quantile: 0.95, maxLoadRatio: 0.1}},
    ]);
  });
});

describe('RL216 no-breaker-opened-by-one-call', () => {
  const consecutive = (failures: number) => ({kind: 'consecutive', failures}) as const;

  it('compares the failures with the attempts of the scope', async () => {
    expect(await pointers('RL216', {breaker: consecutive(4)})).to.be.empty;
    expect(await pointers('RL216', {maxAttempts: 4, breaker: consecutive(4)})).to.deep.equal(['breaker.failures']);
    expect(
      await pointers('RL216', {
        breaker: consecutive(5),
        routes: [{match: {path: '/v1/search'}, maxAttempts: 5, deadlineMs: 60_000}],
      }),
    ).to.deep.equal(['routes[0].maxAttempts']);
  });

  it('counts attempts only where a retried failure counts against the breaker', async () => {
    for (const retryOn of [[429], [408, 425], [529], ['4xx'], ['RESOURCE_EXHAUSTED']] as const)
      expect(await pointers('RL216', {retryOn, breaker: consecutive(3)}), String(retryOn)).to.be.empty;
    for (const retryOn of [[503], ['5xx'], ['timeout'], ['network'], ['INTERNAL']] as const)
      expect(await pointers('RL216', {retryOn, breaker: consecutive(3)}), String(retryOn)).to.deep.equal([
        'breaker.failures',
      ]);
  });

  it('knows that a POST without a key is retried only where it was not sent', async () => {
    const breaker = consecutive(3);
    expect(await pointers('RL216', postRoute({breaker, retryOn: [503, 'timeout']}))).to.be.empty;
    expect(await pointers('RL216', postRoute({breaker, retryOn: [503, 'network']}))).to.deep.equal([
      'routes[0].breaker.failures',
    ]);
  });

  it('takes one failure for enough at one attempt, too', async () => {
    const [finding] = await findings('RL216', {maxAttempts: 1, breaker: consecutive(1)});
    expect(finding).to.include({severity: 'error', pointer: 'breaker.failures'});
  });

  it('is silent where the stated traffic fills the window, but for a window of one', async () => {
    const busy = {assume: {rps: 50}};
    expect(await pointers('RL216', {breaker: {minCalls: 2}, objective: busy})).to.be.empty;
    expect(await pointers('RL216', {breaker: {minCalls: 2}, objective: {assume: {rps: 0.01}}})).to.deep.equal([
      'breaker.minCalls',
    ]);
    expect(await pointers('RL216', {breaker: {minCalls: 1}, objective: busy})).to.deep.equal(['breaker.minCalls']);
  });

  it('suggests as many failures as two calls make, and to leave the count to the client', async () => {
    expect(await suggested('RL216', {maxAttempts: 6, deadlineMs: 90_000, breaker: consecutive(4)})).to.deep.equal([
      {maxAttempts: 6, deadlineMs: 90_000, breaker: consecutive(7)},
    ]);
    expect(await suggested('RL216', {breaker: {minCalls: 3}})).to.deep.equal([{breaker: {minCalls: 'auto'}}]);
  });
});

describe('RL213 no-flapping-breaker', () => {
  it('only informs up to five minutes, and says no more than one thing of a longer time', async () => {
    expect(await severities('RL213', {breaker: {openMs: 300_000}})).to.deep.equal(['info breaker.openMs']);
    expect(await severities('RL213', {breaker: {openMs: 30_000, maxOpenMs: 300_000}})).to.be.empty;
    expect(await pointers('RL213', {breaker: {openMs: 400_000, maxOpenMs: 3_600_000}})).to.deep.equal([
      'breaker.openMs',
    ]);
  });
});

describe('RL217 no-limit-below-traffic', () => {
  const policy = (max: number, assume: object, settings: PolicyInput = {}): PolicyInput => ({
    ...settings,
    concurrency: {max},
    objective: {assume},
  });
  const latencyMs = {p50: 200};

  it('computes the limit by Little’s law exactly', async () => {
    expect(await pointers('RL217', policy(9, {rps: 50, latencyMs}))).to.deep.equal(['concurrency.max']);
    expect(await pointers('RL217', policy(10, {rps: 50, latencyMs}))).to.be.empty;
  });

  it('takes the mean where two percentiles are stated', async () => {
    expect(await pointers('RL217', policy(10, {rps: 50, latencyMs: {p50: 200, p99: 2000}}))).to.have.length(1);
  });

  it('lets no attempt hold its place beyond its time limit', async () => {
    const slow = {rps: 50, latencyMs: {p50: 200, p99: 20_000}};
    expect(await pointers('RL217', policy(60, slow, {attemptTimeoutMs: null, deadlineMs: null}))).to.have.length(1);
    expect(await pointers('RL217', policy(60, slow, {attemptTimeoutMs: 1000}))).to.be.empty;
  });

  it('counts what hangs, and not what fails at once', async () => {
    expect(await pointers('RL217', policy(9, {rps: 50, latencyMs, failureRatio: 0.2}))).to.be.empty;
    expect(await pointers('RL217', policy(11, {rps: 50, latencyMs, hangRatio: 0.05}))).to.have.length(1);
  });

  it('counts what fails as long as the failure takes', async () => {
    const failing = {rps: 50, latencyMs, failureRatio: 0.2, failureLatencyMs: 2000};
    expect(await pointers('RL217', policy(9, failing))).to.have.length(1);
  });

  it('is silent where the traffic or the latency is unknown, or contradicts itself', async () => {
    expect(await pointers('RL217', policy(1, {rps: 50}))).to.be.empty;
    expect(await pointers('RL217', policy(1, {latencyMs}))).to.be.empty;
    expect(await pointers('RL217', policy(1, {rps: 50, latencyMs: {p95: 400}}))).to.be.empty;
    expect(await pointers('RL217', policy(1, {rps: 50, latencyMs, failureRatio: 0.9, hangRatio: 0.9}))).to.be.empty;
  });

  it('suggests a limit that refuses one call in a hundred', async () => {
    const [finding] = await findings('RL217', policy(5, {rps: 50, latencyMs}));
    expect(finding!.suggestions.map(({title}) => title)).to.deep.equal([
      'Set max to 18, so that at most 1 % of the calls exceed the limit',
    ]);
  });
});

describe('RL208 no-toothless-budget', () => {
  it('reports a minimum of 500 retries per second and more where the traffic is not known', async () => {
    const policy = (minPerSecond: number, assume?: object): PolicyInput => ({
      budget: {kind: 'ratio', minPerSecond},
      ...(assume && {objective: {assume}}),
    });
    for (const minPerSecond of [500, 10_000])
      expect(await pointers('RL208', policy(minPerSecond))).to.deep.equal(['budget.minPerSecond']);
    expect(await pointers('RL208', policy(499))).to.be.empty;
    expect(await pointers('RL208', policy(1000, {rps: 5000}))).to.be.empty;
    expect(await pointers('RL208', policy(1000, {rps: 0}))).to.be.empty;
  });
});

describe('RL218 no-multiplied-limit', () => {
  const fleet = (budget: PolicyInput['budget'], instances: number, rps: number): PolicyInput => ({
    budget,
    objective: {instances, assume: {rps}},
  });
  const minimum = (minPerSecond: number) => ({kind: 'ratio', ratio: 0.1, minPerSecond}) as const;

  it('speaks above a fifth of the calls', async () => {
    expect(await pointers('RL218', fleet(minimum(10), 200, 50))).to.be.empty;
    expect(await pointers('RL218', fleet(minimum(10), 200, 49))).to.deep.equal(['budget.minPerSecond']);
  });

  it('leaves to RL208 what is toothless for one process', async () => {
    const policy = fleet(minimum(10), 200, 5);
    expect(await pointers('RL218', policy)).to.be.empty;
    expect(await pointers('RL208', policy)).to.deep.equal(['budget.minPerSecond']);
  });

  it('takes up what RL208 allows a client that hardly calls', async () => {
    const policy = (instances: number): PolicyInput => ({objective: {instances, assume: {rps: 0.01}}});
    expect(await pointers('RL208', policy(1000))).to.be.empty;
    expect(await pointers('RL218', policy(1000))).to.deep.equal(['objective.instances']);
    // A dozen of them do no harm either.
    expect(await pointers('RL218', policy(12))).to.be.empty;
  });

  it('speaks of buckets that last for a minute', async () => {
    const bucket = {kind: 'token-bucket', capacity: 2800, refillPerMinute: 0} as const;
    expect(await severities('RL218', fleet(bucket, 50, 2))).to.deep.equal(['info budget.capacity']);
    expect(await severities('RL218', fleet(bucket, 50, 1.5))).to.deep.equal(['warning budget.capacity']);
    expect(await pointers('RL218', {...fleet(bucket, 50, 1.5), maxAttempts: 'unlimited'})).to.be.empty;
  });

  it('needs to know the processes and the traffic', async () => {
    expect(await pointers('RL218', {budget: minimum(10), objective: {instances: 1000}})).to.be.empty;
    expect(await pointers('RL218', {budget: minimum(10), objective: {assume: {rps: 20}}})).to.be.empty;
    expect(await pointers('RL218', {...fleet(minimum(10), 200, 25), maxAttempts: 1})).to.be.empty;
  });
});

describe('RL218 no-multiplied-limit of routes', () => {
  const quota = (max: number): PolicyInput => ({quota: {limits: [{unit: 'requests', max, perMs: 60_000}]}});
  const origin = 'https://b.test';

  it('asks whether calls to one origin are left for the policy and for an earlier route', async () => {
    const whole = {match: {origin}, ...quota(100)};
    const get = {match: {origin, methods: ['GET']}, ...quota(50)};
    expect(await pointers('RL218', {...quota(500), routes: [whole]}), 'none for the policy').to.be.empty;
    expect(await pointers('RL218', {...quota(500), routes: [whole, get]}), 'none for the second route').to.be.empty;
    expect(await pointers('RL218', {...quota(500), routes: [get, whole]})).to.deep.equal(['routes[1].quota']);
    expect(await pointers('RL218', {...quota(500), routes: [get]})).to.deep.equal(['routes[0].quota']);
  });

  it('compares calls to origins that one of the two does not name', async () => {
    const path = {match: {path: '/v1/batches'}, ...quota(100)};
    expect(await pointers('RL218', {routes: [{match: {origin}, ...quota(500)}, path]}), 'the first has them all').to.be
      .empty;
    expect(await pointers('RL218', {routes: [path, {match: {origin}, ...quota(500)}]})).to.deep.equal([
      'routes[1].quota',
    ]);
  });
});

describe('RL210 no-ignored-throttling without a hint', () => {
  const fast = {kind: 'exponential', baseMs: 100, throttledBaseMs: 200} as const;
  for (const [trigger, firstMs] of [
    [429, 200],
    [529, 200],
    ['4xx', 200],
    ['RESOURCE_EXHAUSTED', 200],
    [503, 100],
    ['5xx', 100],
  ] as const)
    it(`speaks of ${trigger} alone, and of no other answer`, async () => {
      const policy: PolicyInput = {retryOn: [trigger], backoff: fast, retryAfter: {honor: false}};
      expect(await messages('RL210', policy)).to.deep.equal([
        `After ${trigger}, the first retry waits at most ${firstMs} ms and ignores Retry-After. An overloaded server needs at least 1000 ms: set honor to true.`,
      ]);
      const others = {...policy, retryOn: [408, 425, 500, 502, 504, 520, 524, 530, 'network', 'UNAVAILABLE']};
      expect(await messages('RL210', others as PolicyInput)).to.be.empty;
    });

  it('takes the wait after a throttled answer where the other one is long enough', async () => {
    const policy: PolicyInput = {retryOn: [429, 503], retryAfter: {honor: false}};
    const wait = async (baseMs: number, throttledBaseMs: number, more: PolicyInput = {}) => {
      const [found = ''] = await messages('RL210', {...policy, ...more, backoff: {...fast, baseMs, throttledBaseMs}});
      return /^After (\d+), the first retry waits at most (\d+) ms/.exec(found)?.slice(1).join(' ');
    };
    expect(await wait(100, 999)).to.equal('503 100');
    expect(await wait(999, 100)).to.equal('503 999');
    expect(await wait(100, 1000)).to.equal('503 100');
    expect(await wait(1000, 100)).to.equal(undefined);
    expect(await wait(100, 999, {retryOn: [429]})).to.equal('429 999');
    expect(await wait(100, 1000, {retryOn: [429]})).to.equal(undefined);
  });
});
