/** Policies as services have them: what a rule says of one with a defect, and that it is silent about its sound neighbor. */
import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';
import type {PolicyInput} from '../../src/policy/types.ts';

interface Pair {
  readonly code: string;
  /** A sentence with `reports` before it. */
  readonly title: string;
  readonly bad: PolicyInput;
  /** `severity pointer` of each finding. */
  readonly finds: readonly string[];
  /** What the message must say. */
  readonly says: RegExp;
  readonly good: readonly PolicyInput[];
}

const assume = {latencyMs: {p50: 9000, p95: 28_000}};
const regions = [
  {name: 'eu-west', origin: 'https://ledger-eu-west.bank.example', rank: 1},
  {name: 'us-east', origin: 'https://ledger-us-east.bank.example', rank: 2},
];
const patch = {methods: ['PATCH'], path: '/v2/wallets/*/balance'};

const pairs: readonly Pair[] = [
  {
    code: 'RL407',
    title: 'a gRPC route for GET',
    bad: {routes: [{match: {methods: ['GET'], path: '/shop.v1.Catalog/GetItem'}, name: 'get', maxAttempts: 2}]},
    finds: ['warning routes[0].match.methods'],
    says: /every gRPC call is a POST, and the route is for GET\./,
    good: [
      {routes: [{match: {methods: ['GET', 'post'], path: '/shop.v1.Catalog/GetItem'}, name: 'get', maxAttempts: 2}]},
      {routes: [{match: {methods: ['GET'], path: '/shop/items'}, name: 'get', maxAttempts: 2}]},
    ],
  },
  {
    code: 'RL401',
    title: 'a cap below the wait after a throttled response',
    bad: {backoff: {baseMs: 50, throttledBaseMs: 5000, capMs: 200}},
    finds: ['warning backoff.capMs'],
    says: /capMs is 200 ms, below throttledBaseMs \(5000 ms\): a wait after a throttled response is at most 200 ms\./,
    good: [
      {backoff: {baseMs: 50, throttledBaseMs: 5000, capMs: 5000}},
      // The default was not chosen for this cap.
      {backoff: {baseMs: 50, capMs: 200}},
      {backoff: {baseMs: 50, throttledBaseMs: 5000, capMs: 200}, retryOn: [500, 'network']},
    ],
  },
  {
    code: 'RL401',
    title: 'a key header with a new id for each attempt',
    bad: {correlation: {requestIdHeader: 'Idempotency-Key'}},
    finds: ['error correlation.requestIdHeader'],
    says: /each attempt gets another key/,
    good: [{correlation: {requestIdHeader: 'x-request-id'}}, {correlation: {requestIdHeader: 'x-amzn-requestid'}}],
  },
  {
    code: 'RL405',
    title: 'a budget whose window holds too few calls for a retry',
    bad: {budget: {kind: 'ratio', ratio: 0.1, windowMs: 10_000}, objective: {assume: {rps: 0.5}}},
    finds: ['warning budget'],
    says: /budget refuses almost every retry: 0\.5 calls per second make 5 calls in its window of 10000 ms/,
    good: [
      {budget: {kind: 'ratio', ratio: 0.1, windowMs: 60_000}, objective: {assume: {rps: 0.5}}},
      {budget: {kind: 'ratio', ratio: 0.1, windowMs: 10_000, minPerSecond: 0.1}, objective: {assume: {rps: 0.5}}},
      {budget: {kind: 'ratio', ratio: 0.1, windowMs: 10_000}, objective: {assume: {rps: 50}}},
    ],
  },
  {
    code: 'RL405',
    title: 'keys for PUT only',
    bad: {
      extends: ['steadfetch:payments'],
      idempotency: {methods: ['PUT']},
      routes: [{match: {methods: ['POST'], path: '/v1/subscriptions/*/charge'}, name: 'charge'}],
    },
    finds: ['warning idempotency.methods'],
    says: /gives a key to no POST and no PATCH: it lists PUT/,
    good: [
      {extends: ['steadfetch:payments'], idempotency: {methods: ['PUT', 'POST']}},
      {routes: [{match: {methods: ['PUT'], path: '/v1/payouts/*'}, idempotency: {methods: ['PUT']}}]},
    ],
  },
  {
    code: 'RL413',
    title: 'a replay limit below the usual body',
    bad: {idempotency: {}, replayLimitBytes: 4096},
    finds: ['info replayLimitBytes'],
    says: /Only bodies of at most 4096 bytes are kept for a retry/,
    good: [
      {idempotency: {}, replayLimitBytes: 65_536},
      {idempotency: {}, replayLimitBytes: 4096, maxAttempts: 1},
    ],
  },
  {
    code: 'RL222',
    title: 'error bodies that are hardly read',
    bad: {extends: ['steadfetch:llm'], refusals: {readBytes: 64}},
    finds: ['warning refusals.readBytes'],
    says: /more than 64 bytes is not read/,
    good: [
      {extends: ['steadfetch:llm'], refusals: {readBytes: 4096}},
      {extends: ['steadfetch:llm'], refusals: {readBytes: 64}, maxAttempts: 1},
    ],
  },
  {
    code: 'RL310',
    title: 'a first content that comes after the limit',
    bad: {extends: ['steadfetch:llm'], stream: {firstContentMs: 3000}, objective: {assume}},
    finds: ['warning stream.firstContentMs'],
    says: /without content for 3000 ms fails, and the assumed p50 is 9000 ms: .*, and paid for\./,
    good: [
      {extends: ['steadfetch:llm'], stream: {firstContentMs: 30_000}, objective: {assume}},
      {extends: ['steadfetch:llm'], stream: {firstContentMs: null}, objective: {assume}},
    ],
  },
  {
    code: 'RL303',
    title: 'a second attempt that would have less than 50 ms',
    bad: {deadlineMs: 80, attemptTimeoutMs: 35, maxAttempts: 2, backoff: {baseMs: 4, throttledBaseMs: 4}},
    finds: ['warning deadlineMs'],
    says: /need 74 ms of the 80 ms until the deadline, but no retry is sent with less than 50 ms left: .*attempt 2 is never sent/,
    good: [{deadlineMs: 90, attemptTimeoutMs: 35, maxAttempts: 2, backoff: {baseMs: 4, throttledBaseMs: 4}}],
  },
  {
    code: 'RL205',
    title: 'waits in falling order',
    bad: {backoff: {kind: 'list', delaysMs: [4000, 800]}},
    finds: ['warning backoff.delaysMs'],
    says: /The waits fall from 4000 ms to 800 ms/,
    good: [
      {backoff: {kind: 'list', delaysMs: [800, 4000]}},
      {backoff: {kind: 'list', delaysMs: [800, 4000, 1000]}, maxAttempts: 4},
    ],
  },
  {
    code: 'RL218',
    title: 'buckets of a fleet that hold many retries',
    bad: {objective: {instances: 900, assume: {rps: 0.8}}},
    finds: ['info objective.instances'],
    says: /together 6300: more than their 720 calls per second make in 5 s\. In the first 4\.38 s/,
    good: [
      {budget: {capacity: 28}, objective: {instances: 400, assume: {rps: 0.8}}},
      {objective: {instances: 900, assume: {rps: 20}}},
    ],
  },
  {
    code: 'RL203',
    title: 'jitter of 20 ms for 20,000 processes',
    bad: {backoff: {baseMs: 20}, objective: {instances: 20_000}},
    finds: ['warning backoff.baseMs'],
    says: /retry within 20 ms: a peak of 1000000 requests per second\. Raise baseMs\./,
    good: [
      {backoff: {baseMs: 2000}, objective: {instances: 20_000}},
      {backoff: {baseMs: 20}, objective: {instances: 100}},
      {backoff: {baseMs: 20}, objective: {instances: 20_000, assume: {rps: 0.001}}},
    ],
  },
  {
    code: 'RL112',
    title: 'keys that two regions share',
    bad: {idempotency: {methods: ['POST']}, endpoints: regions, failover: {sharedKeys: true}},
    finds: ['info failover.sharedKeys'],
    says: /in eu-west and again in us-east, if the second region does not know the key yet/,
    good: [
      {idempotency: {methods: ['POST']}, endpoints: regions},
      {endpoints: regions, failover: {sharedKeys: true}},
      {
        idempotency: {methods: ['POST']},
        endpoints: ['a', 'b'].map(name => ({name, origin: `https://ledger-${name}.bank.example`})),
        failover: {sharedKeys: true},
      },
    ],
  },
  {
    code: 'RL101',
    title: 'the method that the keys leave out',
    bad: {idempotency: {methods: ['POST']}, routes: [{match: patch, name: 'adjust', idempotentMethods: ['PATCH']}]},
    finds: ['info routes[0].match.methods'],
    says: /Only POST sends a key: list PATCH in idempotency\.methods, or check the declaration\./,
    good: [{idempotency: {}, routes: [{match: patch, name: 'adjust', idempotentMethods: ['PATCH']}]}],
  },
  {
    code: 'RL309',
    title: 'a share of successes that one attempt cannot reach',
    bad: {maxAttempts: 1, objective: {successRatio: 0.999, assume: {failureRatio: 0.02}}},
    finds: ['warning objective'],
    says: /At most 98 % of the calls succeed with 1 attempt \(objective: 99\.9 %\), because 2 % of the attempts/,
    good: [
      {maxAttempts: 2, objective: {successRatio: 0.999, assume: {failureRatio: 0.02}}},
      {maxAttempts: 1, objective: {successRatio: 0.98, assume: {failureRatio: 0.02}}},
      {maxAttempts: 1, objective: {successRatio: 0.999}},
    ],
  },
];

async function findingsOf(code: string, policy: PolicyInput) {
  const {findings} = await lintText({path: 'p.json', files: {'p.json': JSON.stringify(policy)}});
  return findings.filter(finding => finding.code === code);
}

describe('a realistic policy', () => {
  for (const {code, title, bad, finds, says, good} of pairs) {
    it(`${code} reports ${title}`, async () => {
      const found = await findingsOf(code, bad);
      expect(found.map(({severity, pointer}) => `${severity} ${pointer}`)).to.deep.equal(finds);
      expect(found.map(({message}) => message).join('\n')).to.match(says);
      for (const policy of good) expect((await findingsOf(code, policy)).map(({message}) => message)).to.deep.equal([]);
    });
  }
});
