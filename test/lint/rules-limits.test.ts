/** Time limits, queues, hints, triggers and bodies: where their rules speak, and where they must not. */

import {expect} from 'chai';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import type {Finding} from '../../lint/finding.ts';
import {lintText} from '../../lint/lint.ts';
import type {PolicyInput} from '../../src/policy/types.ts';

type Files = Readonly<Record<string, string>>;

async function findings(code: string, policy: PolicyInput | string, files: Files = {}): Promise<readonly Finding[]> {
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy, null, 2);
  const report = await lintText({path: 'policy.json', files: {...files, 'policy.json': text}});
  return report.findings.filter(finding => finding.code === code);
}

const said = async (code: string, policy: PolicyInput | string, files?: Files): Promise<string[]> =>
  (await findings(code, policy, files)).map(({severity, pointer}) => `${severity} ${pointer}`);

async function suggested(code: string, policy: PolicyInput): Promise<unknown[]> {
  const [finding] = await findings(code, policy);
  const remedies = [...(finding!.fix === undefined ? [] : [finding!.fix]), ...finding!.suggestions];
  return remedies.map(({edits}) => JSON.parse(applyEdits(JSON.stringify(policy, null, 2), edits)));
}

describe('RL303 no-unreachable-attempts', () => {
  it('only informs where nothing but the waits after throttled responses is too long', async () => {
    const fast = {maxAttempts: 2, attemptTimeoutMs: 150, deadlineMs: 400};
    const [finding] = await findings('RL303', fast);
    expect(finding).to.deep.include({
      severity: 'info',
      message:
        'If every response is throttled, 2 attempts of 150 ms and their waits need 1300 ms. The deadline is 400 ms: attempt 2 may not be sent.',
    });
    // The last attempt keeps nine tenths of its timeout, or less.
    expect(await said('RL303', {...fast, deadlineMs: 399})).to.deep.equal(['info deadlineMs']);
    expect(await said('RL303', {...fast, deadlineMs: 380})).to.deep.equal(['warning deadlineMs']);
    expect(await said('RL303', {...fast, retryOn: ['timeout', 500]})).to.be.empty;
  });

  it('suggests the longest attempt timeout that fits, also above the default', async () => {
    const upload = {maxAttempts: 5, attemptTimeoutMs: 120_000, deadlineMs: 600_000};
    const [first] = await suggested('RL303', upload);
    expect(first).to.deep.equal({...upload, attemptTimeoutMs: 110_000});
  });
});

describe('the remedies of RL302 and RL303', () => {
  const codes = async (policy: PolicyInput): Promise<string[]> => {
    const {findings} = await lintText({path: 'p.json', files: {'p.json': JSON.stringify(policy)}});
    return findings.filter(({severity}) => severity !== 'info').map(({code}) => code);
  };

  for (const own of [{maxAttempts: 5}, {maxAttempts: 4, attemptTimeoutMs: 40_000}])
    it(`leave a route time that inherits the deadline: ${JSON.stringify(own)}`, async () => {
      const policy: PolicyInput = {deadlineMs: null, routes: [{match: {path: '/a'}, name: 'r', ...own}]};
      const [mended] = await suggested('RL302', policy);
      expect(await codes(mended as PolicyInput)).to.deep.equal([]);
    });

  for (const own of [{hedge: {delayMs: 5000}}, {objective: {assume: {latencyMs: {p50: 100, p99: 4000}}}}])
    it(`suggest no attempt timeout that another rule reports: ${JSON.stringify(own)}`, async () => {
      const mended = await suggested('RL303', {deadlineMs: 10_000, ...own});
      const found = await Promise.all(mended.map(policy => codes(policy as PolicyInput)));
      expect(found.flat()).to.deep.equal([]);
    });
});

describe('RL309 no-missed-objective', () => {
  const assume = {latencyMs: {p50: 180, p95: 410, p99: 576}, failureRatio: 0.05, hangRatio: 0.01};
  const hedged = (maxLoadRatio: number, settings: PolicyInput = {}): PolicyInput => ({
    attemptTimeoutMs: 700,
    deadlineMs: 800,
    backoff: {baseMs: 25},
    hedge: {delayMs: 450, maxLoadRatio},
    objective: {successRatio: 0.995, assume},
    ...settings,
  });

  it('predicts calls with a hedge that is never refused', async () => {
    expect(await said('RL309', {...hedged(0.07), hedge: null})).to.have.length(1);
    expect(await said('RL309', hedged(0.07))).to.be.empty;
    expect(await said('RL309', hedged(0.07, {objective: {successRatio: 0.999, assume}}))).to.have.length(1);
    expect(await said('RL303', hedged(0.07))).to.be.empty;
  });

  for (const trigger of ['network', '5xx', 'UNAVAILABLE'] as const)
    it(`counts failures as retried where retryOn lists ${trigger}`, async () => {
      const objective = {successRatio: 0.97, assume};
      const listing = (retryOn: PolicyInput['retryOn']): PolicyInput => ({
        ...hedged(0.07),
        hedge: null,
        retryOn,
        objective,
      });
      expect(await said('RL309', listing([trigger, 'timeout']))).to.be.empty;
      expect(await said('RL309', listing([429, 'timeout']))).to.have.length(1);
    });

  it('predicts nothing where hedges are refused, or failures end the call', async () => {
    expect(await said('RL303', hedged(0.02))).to.have.length(1);
    const strict = {objective: {successRatio: 0.9999, assume}};
    expect(await said('RL309', hedged(0.02, strict))).to.be.empty;
    expect(await said('RL309', hedged(0.07, {...strict, retryOn: ['timeout']}))).to.be.empty;
  });
});

describe('RL310 no-timeout-below-latency', () => {
  const latencyMs = {p50: 180, p95: 410, p99: 576};
  const policy = (attemptTimeoutMs: number | null, settings: PolicyInput = {}): PolicyInput => ({
    attemptTimeoutMs,
    ...settings,
    objective: {...settings.objective, assume: {latencyMs}},
  });

  it('is an error below the median, a warning below the highest percentile that is stated', async () => {
    expect(await said('RL310', policy(179))).to.deep.equal(['error attemptTimeoutMs']);
    expect(await said('RL310', policy(180))).to.deep.equal(['warning attemptTimeoutMs']);
    expect(await said('RL310', policy(575))).to.deep.equal(['warning attemptTimeoutMs']);
    expect(await said('RL310', policy(576))).to.be.empty;
  });

  it('only informs where an objective is missed, and is silent where RL309 predicts that it is met', async () => {
    const promised = {objective: {latencyMs: {p95: 400}}};
    expect(await said('RL310', policy(500, promised))).to.deep.equal(['info attemptTimeoutMs']);
    expect(await said('RL310', policy(100, promised))).to.deep.equal(['error attemptTimeoutMs']);
    expect(await said('RL309', policy(500, promised))).to.have.length(1);
    const met = {objective: {latencyMs: {p95: 900}}};
    expect(await said('RL310', policy(500, met))).to.be.empty;
    expect(await said('RL309', policy(500, met))).to.be.empty;
    const base = {'base.json': '{"attemptTimeoutMs": 500}'};
    const inherited = {extends: ['./base.json'], objective: {...promised.objective, assume: {latencyMs}}};
    expect(await said('RL310', inherited, base)).to.be.empty;
  });

  it('takes the deadline for the limit where it comes first', async () => {
    expect(await said('RL310', policy(null, {deadlineMs: 100}))).to.deep.equal(['error deadlineMs']);
    expect(await said('RL310', policy(null, {deadlineMs: null}))).to.be.empty;
  });

  it('speaks of a single attempt, too', async () =>
    expect(await said('RL310', policy(100, {maxAttempts: 1}))).to.have.length(1));

  it('is silent where percentiles contradict each other, or are slips', async () => {
    expect(
      await said(
        'RL310',
        '{"attemptTimeoutMs": 100, "objective": {"assume": {"latencyMs": {"p50": 900, "p99": 500}}}}',
      ),
    ).to.be.empty;
    expect(await said('RL310', '{"attemptTimeoutMs": 100, "objective": {"assume": {"latencyMs": {"p50": "180"}}}}')).to
      .be.empty;
  });

  it('suggests the highest percentile that is stated, if the deadline has room for it', async () => {
    const [mended] = await suggested('RL310', policy(100));
    expect(mended).to.include({attemptTimeoutMs: 576});
    expect(await suggested('RL310', policy(100, {deadlineMs: 500}))).to.be.empty;
    const median = {attemptTimeoutMs: 100, objective: {assume: {latencyMs: {p50: 180}}}};
    expect(await suggested('RL310', median)).to.be.empty;
  });
});

describe('RL217 no-limit-below-traffic of a queue', () => {
  const policy = (queue: number, settings: PolicyInput = {}): PolicyInput => ({
    deadlineMs: 2000,
    attemptTimeoutMs: 600,
    concurrency: {max: 10, queue},
    objective: {assume: {latencyMs: {p50: 200}}},
    ...settings,
  });

  it('leaves the last call of the queue the time of its attempt', async () => {
    expect(await said('RL217', policy(90))).to.be.empty;
    expect(await said('RL217', policy(91))).to.deep.equal(['warning concurrency.queue']);
    const [finding] = await findings('RL217', policy(95));
    expect(finding!.message).to.equal(
      'The last of 95 calls in the queue waits 1900 ms (10 in flight, each for about 200 ms), and the deadline of 2000 ms leaves 100 ms for its attempt. Shorten the queue.',
    );
  });

  it('points at what a route changes', async () => {
    const {deadlineMs, ...rest} = policy(90);
    const routes = [{match: {path: '/v1/search'}, deadlineMs: 1000}];
    expect(await said('RL217', {...rest, deadlineMs: 30_000, routes})).to.deep.equal(['warning routes[0].deadlineMs']);
  });

  it('is silent without a queue, a deadline or a latency', async () => {
    expect(await said('RL217', policy(0))).to.be.empty;
    expect(await said('RL217', policy(1000, {deadlineMs: null}))).to.be.empty;
    expect(await said('RL217', policy(1000, {objective: {assume: {rps: 5}}}))).to.be.empty;
  });

  it('suggests the longest queue that is empty before the deadline', async () => {
    expect((await suggested('RL217', policy(1000)))[0]).to.deep.include({concurrency: {max: 10, queue: 90}});
  });
});

describe('RL312 use-idle-timeout', () => {
  it('follows the preset through other files', async () => {
    const files = {'base.json': '{"extends": ["steadfetch:llm"]}'};
    const policy = {extends: ['./base.json'], idleTimeoutMs: null};
    expect(await said('RL312', policy, files)).to.deep.equal(['warning idleTimeoutMs']);
  });

  it('speaks of a route that takes the bound away', async () => {
    const routes = [{match: {path: '/v1/messages'}, idleTimeoutMs: null}];
    expect(await said('RL312', {extends: ['steadfetch:llm'], routes})).to.deep.equal([
      'warning routes[0].idleTimeoutMs',
    ]);
  });

  it('is silent without the preset, and where nothing is retried by this client', async () => {
    expect(await said('RL312', {idleTimeoutMs: null})).to.be.empty;
    expect(await said('RL312', {extends: ['steadfetch:llm'], idleTimeoutMs: null, maxAttempts: null})).to.be.empty;
  });

  it('suggests what the preset has', async () => {
    const extending = {extends: ['steadfetch:llm']};
    expect(await suggested('RL312', {...extending, idleTimeoutMs: null})).to.deep.equal([
      {...extending, idleTimeoutMs: 300_000},
    ]);
  });
});

describe('RL206 no-endless-waits of hints', () => {
  const retryAfter = {maxMs: 7_200_000};

  it('believes ten minutes', async () => {
    expect(await said('RL206', {deadlineMs: null, retryAfter: {maxMs: 600_000, scope: 'origin'}})).to.be.empty;
    expect(await said('RL206', {deadlineMs: null, retryAfter: {maxMs: 600_001}})).to.deep.equal([
      'warning retryAfter.maxMs',
    ]);
  });

  it('is worse where a hint holds other calls, and then a deadline does not help', async () => {
    const scope = 'origin';
    expect(await said('RL206', {deadlineMs: null, retryAfter: {...retryAfter, scope}})).to.deep.equal([
      'error retryAfter.maxMs',
    ]);
    expect(await said('RL206', {retryAfter: {...retryAfter, scope}})).to.deep.equal(['warning retryAfter.maxMs']);
    expect(await said('RL206', {retryAfter})).to.be.empty;
  });

  it('is silent where no hint is waited for', async () => {
    const policy = {deadlineMs: null, retryAfter};
    expect(await said('RL206', {...policy, maxAttempts: 1})).to.be.empty;
    expect(await said('RL206', {...policy, retryOn: [500, 'timeout']})).to.be.empty;
    expect(await said('RL206', {...policy, retryAfter: {...retryAfter, honor: false}})).to.be.empty;
    expect(await said('RL206', '{"deadlineMs": "never", "retryAfter": {"maxMs": 7200000}}')).to.be.empty;
  });
});

describe('RL408 no-missing-triggers of 429', () => {
  it('speaks only of a list that the file itself sets', async () => {
    const base = {'base.json': '{"retryOn": [503, "network", "timeout"]}'};
    expect(await said('RL408', base['base.json'])).to.deep.equal(['info retryOn']);
    expect(await said('RL408', {extends: ['./base.json']}, base)).to.be.empty;
  });

  it('is a warning where the preset is made for throttling', async () => {
    for (const preset of ['steadfetch:llm', 'steadfetch:batch'])
      expect(await said('RL408', {extends: [preset], retryOn: ['5xx', 'network', 'timeout']})).to.deep.equal([
        'warning retryOn',
      ]);
  });

  it('leaves lists alone that retry no server error, or 429 by another name', async () => {
    for (const retryOn of [
      ['network', 'timeout'],
      [408, 425, 'network', 'timeout'],
      ['UNAVAILABLE', 'INTERNAL'],
      ['4xx', '5xx', 'network', 'timeout'],
      [503, 'RESOURCE_EXHAUSTED', 'timeout'],
    ])
      expect(await said('RL408', {retryOn} as PolicyInput), String(retryOn)).to.be.empty;
    expect(await said('RL408', {retryOn: [503], maxAttempts: 1})).to.be.empty;
    const routes = [{match: {path: '/shop.Orders/GetOrder'}, retryOn: [503, 'UNAVAILABLE', 'timeout']}] as const;
    expect(await said('RL408', {routes})).to.be.empty;
  });

  it('suggests 429 at the head of the list', async () => {
    expect(await suggested('RL408', {retryOn: [500, 'network', 'timeout']})).to.deep.equal([
      {retryOn: [429, 500, 'network', 'timeout']},
    ]);
  });

  it('is one info with timeouts and refused connections, where the list lacks them, too', async () => {
    const said = async (policy: PolicyInput) =>
      (await findings('RL408', policy)).map(({severity, message}) => `${severity} ${message}`);
    expect(await said({retryOn: [500, 503]})).to.deep.equal([
      'info retryOn replaces the default list: a refused connection, a timeout and a 429 end the call. List "network", "timeout" and 429 too, if they are to be retried.',
    ]);
    expect(await said({retryOn: ['network', 503]})).to.deep.equal([
      'info retryOn replaces the default list: a timeout and a 429 end the call. List "timeout" and 429 too, if they are to be retried.',
    ]);
    expect(await suggested('RL408', {retryOn: [500, 503]})).to.deep.equal([
      {retryOn: ['network', 'timeout', 429, 500, 503]},
    ]);
    // What is a warning stays on its own.
    expect(await said({extends: ['steadfetch:llm'], retryOn: [503]})).to.have.length.above(1);
  });
});

describe('RL408 no-missing-triggers of refused connections', () => {
  const said = async (policy: PolicyInput): Promise<string[]> =>
    (await findings('RL408', policy)).filter(({message}) => message.includes('refused')).map(({severity}) => severity);

  it('reports a list with what an outage looks like', async () => {
    for (const retryOn of [[503, 'timeout'], ['5xx', 429], ['timeout'], [429, 500]])
      expect(await said({retryOn} as PolicyInput), String(retryOn)).to.deep.equal(['info']);
  });

  it('leaves a list alone that is for refusals, or names connections by a code', async () => {
    for (const retryOn of [[429], [408, 425, 429], ['4xx'], ['5xx', 'network'], [503, 'UNAVAILABLE'], [423]])
      expect(await said({retryOn} as PolicyInput), String(retryOn)).to.be.empty;
    expect(await said({routes: [{match: {path: '/shop.Orders/GetOrder'}, retryOn: [503]}]})).to.be.empty;
    expect(await said({retryOn: [503], maxAttempts: 1})).to.be.empty;
  });

  it('leaves a route alone of which RL101 reports the triggers', async () => {
    const match = {methods: ['POST'], path: '/v1/payouts'};
    expect(await said({routes: [{match, name: 'payouts', idempotentMethods: ['POST'], retryOn: [503]}]})).to.be.empty;
  });

  it('is a warning where it keeps a call from another endpoint', async () => {
    const [a, b] = ['a', 'b'].map(name => ({name, origin: `https://${name}.example.com`}));
    const policy = {retryOn: ['5xx', 'timeout']} as const;
    expect(await said({...policy, endpoints: [a!, b!]})).to.deep.equal(['warning']);
    expect(await said({...policy, endpoints: [a!]})).to.deep.equal(['info']);
    expect(await said({...policy, endpoints: [a!, b!], failover: {on: ['throttled']}})).to.deep.equal(['info']);
  });
});

describe('RL413 no-extreme-buffer', () => {
  const said413 = async (policy: PolicyInput): Promise<string[]> =>
    (await findings('RL413', policy)).map(({message}) => message);

  it('names the methods whose bodies are sent again', async () => {
    expect(await said413({replayLimitBytes: 0, idempotency: {methods: ['POST']}, maxAttempts: 2})).to.deep.equal([
      'replayLimitBytes is 0, so no body is kept for a retry: a PUT, POST or QUERY with a body makes one attempt, not 2. Raise the limit.',
    ]);
    expect(await said413({replayLimitBytes: 0, maxAttempts: 'unlimited', idempotentMethods: ['put']})).to.deep.equal([
      'replayLimitBytes is 0, so no body is kept for a retry: a PUT with a body makes one attempt. Raise the limit.',
    ]);
  });

  it('is silent where no body is sent again', async () => {
    expect(await said413({replayLimitBytes: 0, maxAttempts: 1})).to.be.empty;
    expect(await said413({replayLimitBytes: 0, idempotentMethods: ['GET']})).to.be.empty;
    const routes = [{match: {methods: ['POST'], path: '/v1/orders'}, replayLimitBytes: 0}];
    expect(await said413({routes})).to.be.empty;
  });

  it('leaves 100 MiB alone, and counts what ten calls keep where nothing limits them', async () => {
    expect(await said413({replayLimitBytes: 100 * 1024 ** 2})).to.be.empty;
    expect(await said413({replayLimitBytes: 200 * 1024 ** 2})).to.deep.equal([
      'Up to 200 MiB of each PUT or QUERY body are kept for a retry: 10 calls in flight keep 1.95 GiB. Set at most 100 MiB.',
    ]);
  });
});
