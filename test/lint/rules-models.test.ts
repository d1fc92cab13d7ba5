/** Quotas, adaptive limits, event streams and routes to models: where their rules report, and where they are silent. */

import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';
import type {PolicyInput} from '../../src/policy/types.ts';

async function messages(code: string, policy: PolicyInput): Promise<string[]> {
  const {findings} = await lintText({path: 'policy.json', files: {'policy.json': JSON.stringify(policy, null, 2)}});
  return findings.filter(finding => finding.code === code).map(({message}) => message);
}

async function pointers(code: string, policy: PolicyInput): Promise<string[]> {
  const {findings} = await lintText({path: 'policy.json', files: {'policy.json': JSON.stringify(policy, null, 2)}});
  return findings.filter(finding => finding.code === code).map(({severity, pointer}) => `${severity} ${pointer}`);
}

const posted = (path: string, over: PolicyInput = {}): PolicyInput =>
  ({routes: [{match: {methods: ['POST'], path}, ...over}]}) as PolicyInput;

describe('RL111 no-calls-paid-twice', () => {
  const declared = (over: PolicyInput): PolicyInput =>
    posted('/v1/messages', {idempotentMethods: ['POST'], ...over} as PolicyInput);

  it('is silent where no timeout is retried: the deadline comes first, or one attempt is made', async () => {
    expect(await pointers('RL111', declared({}))).to.deep.equal(['info routes[0]']);
    expect(await messages('RL111', declared({attemptTimeoutMs: null}))).to.be.empty;
    expect(await messages('RL111', declared({attemptTimeoutMs: 30_000, deadlineMs: 30_000}))).to.be.empty;
    expect(await messages('RL111', declared({maxAttempts: 1}))).to.be.empty;
    expect(await messages('RL111', declared({paid: {}}))).to.be.empty;
  });

  it('counts the attempts up to the lower of both limits', async () => {
    const paid = {afterTimeout: true, maxPaidAttempts: 5};
    const [message] = await messages('RL111', {paid});
    expect(message).to.contain('up to 3 times in a call');
    expect(await messages('RL111', {paid: {...paid, maxPaidAttempts: 1}})).to.be.empty;
  });
});

describe('RL219 no-ineffective-adaptive-limit', () => {
  const adaptive = (over: object): PolicyInput => ({concurrency: {kind: 'adaptive', ...over}});

  it('allows a start at either bound, and a ratio of 0.9', async () => {
    expect(await messages('RL219', adaptive({start: 4}))).to.be.empty;
    expect(await messages('RL219', adaptive({start: 256}))).to.be.empty;
    expect(await messages('RL219', adaptive({decreaseRatio: 0.9}))).to.be.empty;
    expect(await pointers('RL219', adaptive({decreaseRatio: 0.91}))).to.deep.equal([
      'warning concurrency.decreaseRatio',
    ]);
  });

  it('reports equal bounds once, and leaves bounds that contradict each other to RL401', async () => {
    expect(await pointers('RL219', adaptive({start: 1, min: 5, max: 5}))).to.deep.equal(['warning concurrency.min']);
    expect(await messages('RL219', adaptive({start: 1, min: 6, max: 5}))).to.be.empty;
    expect(await messages('RL401', adaptive({start: 1, min: 6, max: 5}))).to.deep.equal([
      'concurrency.min is 6, above max (5); lower min or raise max.',
    ]);
  });

  it('reports the route that lowers the bound', async () => {
    const policy: PolicyInput = {
      ...adaptive({start: 50}),
      routes: [{match: {path: '/v1/**'}, concurrency: {max: 10}}],
    };
    expect(await messages('RL219', policy)).to.deep.equal([
      'The limit starts at 10, not at 50, because max is 10. Lower start or raise max.',
    ]);
  });
});

describe('RL217 no-limit-below-traffic of a quota', () => {
  const paced = (limits: object[], rps: number): PolicyInput =>
    ({quota: {limits}, objective: {assume: {rps}}}) as PolicyInput;
  const requests = (max: number, perMs: number) => ({unit: 'requests', max, perMs});

  it('compares with the lowest limit of requests', async () => {
    const both = [requests(10, 1000), requests(120, 60_000), {unit: 'tokens', max: 1, perMs: 60_000}];
    expect(await messages('RL217', paced(both, 2))).to.be.empty;
    expect(await messages('RL217', paced(both, 2.5))).to.deep.equal([
      'The quota of 120 requests in 60000 ms admits 2 requests per second, but the assumed traffic is 2.5 calls per second: the queue grows until at least 20 % of the calls are refused. Send less, or raise the limit.',
    ]);
  });

  it('says how long calls wait for a rate that is only learned, and is silent where they wait for less than a second', async () => {
    const starts = 'The learned rate starts at 10 requests per second';
    const [waits = ''] = await messages('RL217', paced([], 1000));
    expect(waits).to.match(
      new RegExp(
        `^${starts}, and 1000 calls per second come: until it has grown, about 3376 calls wait, for up to 3376 ms \\(if an answer takes 100 ms\\)\\. `,
      ),
    );
    const [refused = ''] = await messages('RL217', {...paced([], 400), deadlineMs: 1500});
    expect(refused).to.contain(
      'up to 2391 ms (if an answer takes 100 ms), but no call may wait longer than 1450 ms: others are refused.',
    );
    expect(await messages('RL217', paced([], 70))).to.be.empty;
    expect(await messages('RL217', {extends: ['steadfetch:llm'], objective: {assume: {rps: 100}}})).to.be.empty;
  });
});

describe('RL222 use-refusals', () => {
  it('knows the paths where a vendor’s model computes the response', async () => {
    for (const path of [
      '/v1/chat/completions',
      '/openai/deployments/*/chat/completions',
      '/v1/responses',
      '/anthropic/v1/messages',
      '/v1beta/models/*:streamGenerateContent',
      '/model/*/converse-stream',
    ])
      expect(await pointers('RL222', posted(path)), path).to.deep.equal(['info routes[0]']);
  });

  it('is silent about other paths, other methods and models of one’s own', async () => {
    for (const path of ['/v1/messages/count_tokens', '/v1/orders', '/v1/**', '/predictions/*', '/invocations'])
      expect(await messages('RL222', posted(path)), path).to.be.empty;
    const read: PolicyInput = {routes: [{match: {methods: ['GET'], path: '/v1/responses'}}]};
    expect(await messages('RL222', read)).to.be.empty;
  });

  it('is silent where nothing is retried', async () =>
    expect(await messages('RL222', posted('/v1/responses', {maxAttempts: 1}))).to.be.empty);
});

describe('RL304 no-unreachable-limit of the first content', () => {
  it('allows a limit just below the attempt timeout, and no limit', async () => {
    expect(await messages('RL304', {attemptTimeoutMs: 5000, stream: {firstContentMs: 4999}})).to.be.empty;
    expect(await messages('RL304', {attemptTimeoutMs: 5000, stream: {firstContentMs: 5000}})).to.have.length(1);
    expect(await messages('RL304', {attemptTimeoutMs: 5000, stream: {firstContentMs: null}})).to.be.empty;
    const endless: PolicyInput = {attemptTimeoutMs: null, deadlineMs: null, stream: {firstContentMs: 1e9}};
    expect(await messages('RL304', endless)).to.be.empty;
  });

  it('compares with the deadline where the attempt timeout grows with the output', async () => {
    const policy: PolicyInput = {
      attemptTimeoutMs: 5000,
      deadlineMs: 60_000,
      paid: {},
      stream: {firstContentMs: 20_000},
    };
    expect(await messages('RL304', policy)).to.be.empty;
    expect(await messages('RL304', {...policy, paid: {attemptTimeoutPerOutputTokenMs: null}})).to.have.length(1);
    expect(await messages('RL304', {...policy, deadlineMs: 20_000})).to.have.length(1);
  });

  it('is silent about a limit that a preset chose', async () => {
    const shortened: PolicyInput = {extends: ['steadfetch:llm'], attemptTimeoutMs: 30_000};
    expect(await messages('RL304', shortened)).to.be.empty;
  });
});

describe('RL413 no-extreme-buffer of a stream', () => {
  it('allows 4 KiB to 1 MiB', async () => {
    for (const [holdBytes, count] of [
      [4095, 1],
      [4096, 0],
      [1_048_576, 0],
      [1_048_577, 1],
    ] as const)
      expect(await messages('RL413', {stream: {holdBytes}}), String(holdBytes)).to.have.length(count);
  });
});

describe('RL405 no-field-without-effect', () => {
  it('warns of a budget that allows no retry at all, and of no other', async () => {
    const found = async (budget: PolicyInput['budget']): Promise<number> => (await messages('RL405', {budget})).length;
    expect(await found({kind: 'ratio', ratio: 0, minPerSecond: 0})).to.equal(1);
    expect(await found({kind: 'ratio', ratio: 0, minPerSecond: 1})).to.equal(0);
    expect(await found({kind: 'ratio', ratio: 1, minPerSecond: 0})).to.equal(0);
    expect(await found({kind: 'token-bucket', capacity: 4})).to.equal(1);
    expect(await found({kind: 'token-bucket', capacity: 5})).to.equal(0);
  });

  it('allows a wait for the quota below the deadline, and the default wait above it', async () => {
    expect(await messages('RL405', {deadlineMs: 30_000, quota: {maxWaitMs: 29_999}})).to.be.empty;
    expect(await messages('RL405', {deadlineMs: 30_000, quota: {}})).to.be.empty;
    expect(await messages('RL405', {deadlineMs: null, quota: {maxWaitMs: 86_400_000}})).to.be.empty;
  });

  const UNUSED: Readonly<Record<string, PolicyInput>> = {
    nested: {nested: 'yield'},
    attemptHeader: {attemptHeader: 'x-attempt'},
    'paid.maxPaidAttempts': {paid: {maxPaidAttempts: 2}},
  };
  for (const [path, policy] of Object.entries(UNUSED))
    it(`offers to take ${path} out where nothing is retried`, async () => {
      const files = {'policy.json': JSON.stringify({maxAttempts: 1, ...policy})};
      const {findings} = await lintText({path: 'policy.json', files});
      const titles = findings.filter(({code}) => code === 'RL405').map(({fix}) => fix?.title);
      expect(titles).to.deep.equal([`Remove ${path}`]);
    });

  it('allows nested and attemptHeader that one route uses', async () => {
    const policy: PolicyInput = {
      maxAttempts: 1,
      nested: 'yield',
      attemptHeader: 'x-attempt',
      routes: [{match: {methods: ['GET']}, maxAttempts: 2}],
    };
    expect(await messages('RL405', policy)).to.be.empty;
  });
});
