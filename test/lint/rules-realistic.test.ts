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
    code: 'RL204',
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
  {
    code: 'RL216',
    title: 'a breaker that a pause of 56 ms opens for a minute',
    bad: {breaker: {kind: 'consecutive', failures: 5, openMs: 60_000}, objective: {assume: {rps: 90}}},
    finds: ['warning breaker.failures'],
    says: /90 calls per second make them in 55\.6 ms: a server that pauses that long gets no calls for 60000 ms/,
    good: [
      {breaker: {kind: 'consecutive', failures: 5}, objective: {assume: {rps: 90}}},
      {breaker: {kind: 'consecutive', failures: 5, openMs: 60_000}, objective: {assume: {rps: 9}}},
      {breaker: {kind: 'consecutive', failures: 5, openMs: 60_000}},
    ],
  },
  {
    code: 'RL111',
    title: 'a hedge of paid generations',
    bad: {extends: ['steadfetch:llm'], hedge: {delayMs: 20_000}},
    finds: ['warning hedge'],
    says: /up to 5 % of the calls are paid for twice/,
    good: [
      {extends: ['steadfetch:llm'], routes: [{match: {methods: ['GET'], path: '/v1/models'}, hedge: {delayMs: 200}}]},
      {extends: ['steadfetch:llm'], hedge: {delayMs: 20_000}, maxAttempts: 1},
      {paid: null, hedge: {delayMs: 200}},
    ],
  },
  {
    code: 'RL104',
    title: 'a GET that sends',
    bad: {routes: [{match: {methods: ['get', 'HEAD'], path: '/api/sendMessage'}, name: 'send'}]},
    finds: ['warning routes[0].match.path'],
    says: /GET or HEAD \/api\/sendMessage seems to act \("send"\)/,
    good: [
      {routes: [{match: {methods: ['GET'], path: '/api/sendings'}, name: 'sendings'}]},
      {routes: [{match: {methods: ['GET'], path: '/api/runs'}, name: 'runs'}]},
      {routes: [{match: {path: '/api/sendMessage'}, name: 'send'}]},
      {routes: [{match: {methods: ['GET'], path: '/api/send/status'}, name: 'status'}]},
      {routes: [{match: {methods: ['GET'], path: '/api/send'}, name: 'send', maxAttempts: 1}]},
      {routes: [{match: {methods: ['GET'], path: '/api/send'}, name: 'send', retryOn: [429]}]},
    ],
  },
  {
    code: 'RL117',
    title: 'the default key header, sent to an endpoint of Checkout.com',
    bad: {
      idempotency: {methods: ['POST']},
      endpoints: ['api', 'api.sandbox'].map(name => ({name, origin: `https://${name}.checkout.com`})),
    },
    finds: ['error idempotency'],
    says: /Checkout\.com deduplicates by Cko-Idempotency-Key and ignores Idempotency-Key/,
    good: [
      {
        idempotency: {header: 'cko-idempotency-key'},
        routes: [{match: {origin: 'https://api.checkout.com'}, name: 'c'}],
      },
      {idempotency: {}, routes: [{match: {origin: 'https://api.notpaypal.com'}, name: 'p'}]},
      {idempotency: {}, routes: [{match: {origin: 'https://api-m.paypal.com', methods: ['GET']}, name: 'p'}]},
    ],
  },
  {
    code: 'RL225',
    title: 'calls that pile up where no breaker stops them',
    bad: {breaker: null, budget: null, objective: {assume: {rps: 50}}},
    finds: ['info objective.assume.rps'],
    says: /50 calls per second wait for up to \d+ ms, which makes \d+ in flight/,
    good: [
      {objective: {assume: {rps: 50}}},
      {breaker: null, objective: {assume: {rps: 50}}},
      {breaker: null, budget: null, retryOn: [503], objective: {assume: {rps: 50}}},
      {breaker: null, attemptTimeoutMs: 500, deadlineMs: 3000, objective: {assume: {rps: 50}}},
      {breaker: null, concurrency: {}, objective: {assume: {rps: 50}}},
    ],
  },
  {
    code: 'RL602',
    title: 'output tokens that are fewer than the requests',
    bad: {
      quota: {
        limits: [
          {unit: 'outputTokens', max: 8000, perMs: 60_000},
          {unit: 'requests', max: 100, perMs: 1000},
        ],
      },
    },
    finds: ['warning quota.limits[0].max'],
    says: /8000 output tokens in 60000 ms and 100 requests in 1000 ms make 1\.33 tokens for each request/,
    good: [
      // The smallest account of a vendor.
      {
        quota: {
          limits: [
            {unit: 'requests', max: 500, perMs: 60_000},
            {unit: 'tokens', max: 10_000, perMs: 60_000},
          ],
        },
      },
      {extends: ['steadfetch:llm'], quota: {limits: [{unit: 'requests', max: 50, perMs: 1000}]}},
    ],
  },
  {
    code: 'RL312',
    title: 'a subscription under an idle timeout',
    bad: {idleTimeoutMs: 60_000, routes: [{match: {path: '/a.v1.Feed/SubscribePrices'}, name: 'feed'}]},
    finds: ['warning idleTimeoutMs'],
    says: /ends after 60000 ms without a message/,
    good: [
      {routes: [{match: {path: '/a.v1.Feed/Watchdog'}, name: 'feed'}]},
      {routes: [{match: {path: '/a.v1.Feed/*'}, name: 'feed'}]},
      {routes: [{match: {path: '/v1/watch'}, name: 'feed'}]},
      {idleTimeoutMs: null, routes: [{match: {path: '/a.v1.Feed/Watch'}, name: 'feed'}]},
    ],
  },
  {
    code: 'RL316',
    title: 'layers that do not learn the deadline',
    bad: {
      retryingLayers: [
        {name: 'gateway', maxAttempts: 2},
        {name: 'mesh', maxAttempts: 2},
      ],
    },
    finds: ['info retryingLayers'],
    says: /gateway and mesh retry the call, too, and the server does not learn how much of the 30000 ms is left/,
    good: [
      {retryingLayers: [{name: 'gateway', maxAttempts: 2}], deadlineHeader: 'x-request-timeout-ms'},
      {retryingLayers: [{name: 'gateway', maxAttempts: 2}], deadlineMs: null},
      {retryingLayers: [{name: 'sdk', maxAttempts: 2}], extends: ['steadfetch:llm']},
    ],
  },
  {
    code: 'RL416',
    title: 'payments with the deadline of a page',
    bad: {extends: ['steadfetch:payments', 'steadfetch:interactive']},
    finds: ['warning extends[1]'],
    says: /calls end after 10000 ms, where steadfetch:payments has 60000 ms/,
    good: [
      {extends: ['steadfetch:interactive', 'steadfetch:payments']},
      {extends: ['steadfetch:llm'], deadlineMs: 5000},
      {extends: ['steadfetch:interactive', 'steadfetch:neutral']},
    ],
  },
  {
    code: 'RL417',
    title: 'a share below one endpoint in each rank',
    bad: {
      endpoints: [1, 1, 2].map((rank, index) => ({name: `e${index}`, origin: `https://e${index}.shop.example`, rank})),
      failover: {ejection: {maxEjectedShare: 0.4}},
    },
    finds: ['warning failover.ejection.maxEjectedShare'],
    says: /one of 2 endpoints is 50 %, and maxEjectedShare is 40 %\. Set it to at least 0\.5\./,
    good: [
      {
        endpoints: [1, 2].map(rank => ({name: `e${rank}`, origin: `https://e${rank}.shop.example`, rank})),
        maxAttempts: 1,
        retryingLayers: [{name: 'sdk', maxAttempts: 2}],
      },
      {endpoints: regions, failover: {on: ['throttled', 'network']}},
      {endpoints: regions, maxAttempts: null},
      {endpoints: null, failover: {on: []}},
    ],
  },
  {
    code: 'RL408',
    title: 'a list of triggers without the default ones',
    bad: {idempotency: {}, retryOn: [409, 507]},
    finds: ['info retryOn'],
    says: /409 and 507 are retried, and 429, 503, network failures and timeouts are not/,
    good: [
      {retryOn: [429, '5xx', 423, 'network', 'timeout']},
      {retryOn: ['ABORTED']},
      {retryOn: [404], attemptTimeoutMs: null},
      {retryOn: [423], maxAttempts: 1},
      {routes: [{match: {path: '/v1/search'}, name: 'search', idempotentMethods: ['POST']}]},
      {routes: [{match: {path: '/a.v1.Search/*'}, name: 'search', idempotentMethods: ['POST']}]},
    ],
  },
  {
    code: 'RL419',
    title: 'one unnamed route among named ones',
    bad: {
      breaker: {scope: 'route'},
      routes: [
        {match: {path: '/a/**'}, name: 'a', maxAttempts: 2},
        {match: {path: '/b/**'}, maxAttempts: 2},
      ],
    },
    finds: ['warning breaker.scope'],
    says: /Route \* \/b\/\*\* has no name and shares the breaker with all calls without a route/,
    good: [
      // A breaker with settings of its own is shared with no other call.
      {routes: [{match: {path: '/b/**'}, breaker: {scope: 'route', openMs: 9000}}]},
      {
        breaker: null,
        routes: ['a', 'b'].map(host => ({
          match: {origin: `https://${host}.example`},
          breaker: {scope: 'route', openMs: 9000},
        })),
      },
    ],
  },
  {
    code: 'RL417',
    title: 'a backup before the primary',
    bad: {
      endpoints: [
        {name: 'eu-primary', origin: 'https://eu.shop.example', rank: 2},
        {name: 'us-backup', origin: 'https://us.shop.example'},
      ],
    },
    finds: ['warning endpoints[1]'],
    says: /us-backup is used before eu-primary, because its rank is 1 and that of eu-primary is 2/,
    good: [
      {endpoints: ['drive', 'address'].map(name => ({name, origin: `https://${name}.shop.example`}))},
      {endpoints: ['backup-1', 'backup-2'].map(name => ({name, origin: `https://${name}.shop.example`}))},
    ],
  },
  {
    code: 'RL417',
    title: 'a scroll that is spread over three nodes',
    bad: {
      endpoints: ['n1', 'n2', 'n3'].map(name => ({name, origin: `http://${name}.search.svc`})),
      routes: [{match: {methods: ['POST'], path: '/_search/scroll'}, name: 'scroll'}],
    },
    finds: ['info routes[0].match.path'],
    says: /Calls of \/_search\/scroll are spread over n1, n2 and n3, .* unknown to the others\./,
    good: [
      {endpoints: regions, routes: [{match: {path: '/sessions/**'}, name: 'sessions'}]},
      {endpoints: regions.map(each => ({...each, rank: 1})), routes: [{match: {path: '/obsessions/**'}, name: 'o'}]},
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
