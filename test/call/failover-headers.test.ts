/** What of a call goes along to another endpoint: between sites what is listed, within a site what does not look like a credential. */
import {expect} from 'chai';
import {createFetch, type FailoverInput, type PolicyInput, type Ports, type ResilientInit} from '../../src/core.ts';
import {type SeenRequest, VirtualClock} from '../../src/testing.ts';
import {AT_ONCE} from '../support/policies.ts';
import {later, virtually, type World} from './world.ts';

const EU = 'https://eu.api.test';
const SAME_SITE = 'https://us.api.test';
const OTHER_SITE = 'https://api.example';
const PLAIN = 'http://us.api.test';

type Make = (policy: PolicyInput, ports?: Ports) => World;

/** A world whose first endpoint answers 503, and whose others answer 200. */
function failingFirst(make: Make, others: readonly string[], failover: FailoverInput, ports?: Ports): World {
  const endpoints = [EU, ...others].map((origin, n) => ({name: `e${n}`, origin, rank: n + 1}));
  const world = make({endpoints, failover, maxAttempts: 2, backoff: AT_ONCE, breaker: null}, ports);
  world.serve(({url}: SeenRequest) => (url.startsWith(`${EU}/`) ? 503 : 200));
  return world;
}

const went = (world: World): string[] => world.server.requests.map(({url}) => new URL(url).origin);

/** Names of credentials that no list of guesses had, from a trial of an outsider. */
const SECRETS = [
  ...['x-auth-key', 'x-functions-key', 'fastly-key', 'dd-application-key', 'dpop', 'x-pat', 'x-bearer', 'x-access-key'],
  ...['x-master-key', 'x-tenant', 'baggage', 'x-own-idea'],
];
const SECRET_PARAMETERS = [
  ...['client_secret', 'auth_token', 'id_token', 'refresh_token', 'jwt', 'private_token', 'session', 'pwd', 'hmac'],
  ...['sas', 'key', 'page', 'own-idea'],
];

/** The ways in which an attempt gets to another endpoint. */
const WAYS: Readonly<Record<string, (make: Make, other: string, failover: FailoverInput, ports?: Ports) => World>> = {
  'a retry': (make, other, failover, ports) => failingFirst(make, [other], failover, ports),
  'a hedge': (make, other, failover, ports) => {
    const endpoints = [EU, other].map((origin, n) => ({name: `e${n}`, origin, rank: n + 1}));
    const hedge = {delayMs: 100, maxLoadRatio: 1, to: 'other'} as const;
    const world = make({endpoints, failover, hedge, maxAttempts: 2, breaker: null}, ports);
    world.serve(request => (request.url.startsWith(`${EU}/`) ? later(world.clock, 1000, 503)(request) : 200));
    return world;
  },
  'a first attempt': (make, other, failover, ports) => {
    const endpoints = [other, EU].map((origin, n) => ({name: `e${n}`, origin, rank: n + 1}));
    const world = make({endpoints, failover, maxAttempts: 1, breaker: null}, ports);
    world.serve(200);
    return world;
  },
};

for (const [way, make] of Object.entries(WAYS))
  describe(`${way} at an endpoint of another site`, () => {
    const reached = async (world: World, other: string, init: ResilientInit, query = ''): Promise<boolean> => {
      await world.run(`${EU}/items${query}`, init);
      return went(world).includes(other);
    };

    for (const name of SECRETS) {
      virtually(`gets no ${name} of the caller, where prepareAttempt writes what belongs there`, async worldOf => {
        const prepareAttempt: Ports['prepareAttempt'] = ({headers, endpoint}) => headers.set('x-prepared', endpoint!);
        const world = make(worldOf, OTHER_SITE, {}, {prepareAttempt});
        expect(await reached(world, OTHER_SITE, {headers: {[name]: 'secret'}})).to.equal(true);
        const there = world.server.requests.find(({url}) => url.startsWith(OTHER_SITE))!;
        expect(there.headers.get(name)).to.equal(null);
        expect(there.headers.get('x-prepared')).to.match(/^e\d$/);
      });

      virtually(`is not made with ${name}, without prepareAttempt`, async worldOf => {
        expect(await reached(make(worldOf, OTHER_SITE, {}), OTHER_SITE, {headers: {[name]: 'secret'}})).to.equal(false);
      });

      virtually(`gets ${name}, if failover.headers names it`, async worldOf => {
        const world = make(worldOf, OTHER_SITE, {headers: [name.toUpperCase()]});
        expect(await reached(world, OTHER_SITE, {headers: {[name]: 'known'}})).to.equal(true);
        expect(world.server.requests.at(-1)!.headers.get(name)).to.equal('known');
      });
    }

    for (const name of SECRET_PARAMETERS) {
      virtually(`is not made with ?${name}=, which no port can take out`, async worldOf => {
        const world = make(worldOf, OTHER_SITE, {}, {prepareAttempt() {}});
        expect(await reached(world, OTHER_SITE, {}, `?${name}=secret`)).to.equal(false);
      });

      virtually(`gets ?${name}=, if failover.query names it`, async worldOf => {
        const world = make(worldOf, OTHER_SITE, {query: [name]});
        expect(await reached(world, OTHER_SITE, {}, `?${name}=known`)).to.equal(true);
        expect(world.server.requests.at(-1)!.url).to.equal(`${OTHER_SITE}/items?${name}=known`);
      });
    }

    virtually(
      'gets every parameter that does not look like a credential, if failover.query is ["*"]',
      async worldOf => {
        expect(await reached(make(worldOf, OTHER_SITE, {query: ['*']}), OTHER_SITE, {}, '?own-idea=1&n=2')).to.equal(
          true,
        );
        for (const secret of [
          'sig=x',
          'secret_key=x',
          'user[password]=x',
          'token2=x',
          'SAMLResponse=x',
          'oauth_token=x',
        ])
          expect(
            await reached(make(worldOf, OTHER_SITE, {query: ['*']}), OTHER_SITE, {}, `?n=2&${secret}`),
            secret,
          ).to.equal(false);
      },
    );

    virtually('gets no parameter behind a semicolon that failover.query does not name', async worldOf => {
      for (const [query, isSent] of [
        ['?a=1;token=S', false],
        ['?a=1;b=2', false],
        ['?a=1;a=2', true],
      ] as const)
        expect(await reached(make(worldOf, OTHER_SITE, {query: ['a']}), OTHER_SITE, {}, query), query).to.equal(isSent);
    });

    virtually('gets content, conditions, ids, trace context and the idempotency key', async worldOf => {
      const headers = {
        ...{accept: '*/*', 'content-type': 'text/plain', 'if-none-match': '"a"', range: 'bytes=0-9', prefer: 'wait=5'},
        ...{traceparent: '00-1-2-01', 'x-request-id': 'r', 'x-correlation-id': 'c', 'idempotency-key': 'k'},
      };
      const world = make(worldOf, OTHER_SITE, {});
      expect(await reached(world, OTHER_SITE, {headers})).to.equal(true);
      const there = world.server.requests.find(({url}) => url.startsWith(OTHER_SITE))!;
      expect(Object.fromEntries(there.headers)).to.include(headers);
    });

    virtually('gets everything, if the endpoints share credentials', async worldOf => {
      const headers = Object.fromEntries([...SECRETS, 'authorization', 'cookie'].map(name => [name, 'shared']));
      const world = make(worldOf, OTHER_SITE, {sharedCredentials: true});
      expect(await reached(world, OTHER_SITE, {headers}, '?key=1&own=2')).to.equal(true);
      const there = world.server.requests.find(({url}) => url.startsWith(OTHER_SITE))!;
      expect(Object.fromEntries(there.headers)).to.include(headers);
    });

    virtually('of the same site gets what does not look like a credential', async worldOf => {
      const world = make(worldOf, SAME_SITE, {});
      expect(await reached(world, SAME_SITE, {headers: {'x-tenant': 't'}}, '?own-idea=1')).to.equal(true);
      expect(world.server.requests.at(-1)!.headers.get('x-tenant')).to.equal('t');
      const other = make(worldOf, SAME_SITE, {});
      for (const name of [
        'x-auth-key',
        'apca-api-secret-key',
        'x-passphrase',
        'x-cookie',
        'x-jwt-payload',
        'x-api-key-2',
      ])
        expect(await reached(other, SAME_SITE, {headers: {[name]: 's'}}), name).to.equal(false);
      for (const name of ['client_secret', 'secretKey', 'new_password', 'passphrase', 'otp', 'a[token]', 'tokens'])
        expect(await reached(other, SAME_SITE, {}, `?${name}=1`), name).to.equal(false);
    });

    virtually('without TLS is one of another site', async worldOf => {
      expect(await reached(make(worldOf, PLAIN, {}), PLAIN, {headers: {'x-tenant': 't'}})).to.equal(false);
    });
  });

describe('a call with headers of its own and endpoints of two sites', () => {
  virtually('goes to the one of its site, whatever the rank', async make => {
    const world = failingFirst(make, [OTHER_SITE, SAME_SITE], {});
    expect(await world.run(`${EU}/items?n=1`, {headers: {'x-tenant': 't'}})).to.equal('200');
    expect(went(world)).to.deep.equal([EU, SAME_SITE]);
  });

  virtually('has its own headers again where it comes back', async make => {
    const endpoints = [EU, OTHER_SITE].map((origin, n) => ({name: `e${n}`, origin, rank: n + 1}));
    const world = make({endpoints, maxAttempts: 3, backoff: AT_ONCE, breaker: null}, {prepareAttempt() {}});
    world.serve(503, 503, 200);
    expect(await world.run(`${EU}/items`, {headers: {'x-own-idea': 'mine'}})).to.equal('200');
    expect(world.header('x-own-idea')).to.deep.equal(['mine', null, 'mine']);
  });

  virtually('says which parameters keep it, and shows no value', async make => {
    const world = failingFirst(make, [OTHER_SITE], {});
    await world.run(`${EU}/items?page=2&s3cr3t-without-a-name`);
    const ends = world.events.flatMap(event => (event.type === 'call.end' ? event.reason : []));
    expect(ends[0]).to.include(
      'it stayed at e0, because its URL carries query parameters for e0 (page, …) that failover.query does not name',
    );
  });
});

describe('the page that a call names as its referrer', () => {
  const PAGE = `${EU}/account?token=secret`;
  const NAMED: RequestInit = {referrer: PAGE, referrerPolicy: 'unsafe-url'};
  const FORMS: Readonly<Record<string, (url: string) => [string | Request, RequestInit?]>> = {
    'an option': url => [url, NAMED],
    'an option of a Request': url => [new Request(url, NAMED)],
    'an option beside a form': url => [url, {...NAMED, method: 'POST', body: new FormData()}],
    'an option of a Request with a body': url => [new Request(url, {...NAMED, method: 'POST', body: 'x'})],
  };
  /** What the request at the other endpoint names. */
  const namedAt = async (other: string, [input, init]: [string | Request, RequestInit?]): Promise<string> => {
    const seen: string[] = [];
    const clock = new VirtualClock();
    const fetch = createFetch(
      {
        endpoints: [other, EU].map((origin, n) => ({name: `e${n}`, origin, rank: n + 1, readyPath: '/ready'})),
        maxAttempts: 1,
        breaker: null,
      },
      {
        clock,
        observer: null,
        prepareAttempt() {},
        fetch: async (to, options) => {
          const {url, referrer} = new Request(to, options);
          if (url.startsWith(other)) seen.push(referrer);
          return new Response('ok');
        },
      },
    );
    await clock.run(() => fetch(input, init));
    // Whether it is ready, then the call.
    expect(seen).to.have.length(2);
    if (other === OTHER_SITE) expect(seen[0]).to.not.equal(PAGE);
    return seen[1]!;
  };

  for (const [form, callOf] of Object.entries(FORMS))
    it(`does not reach an endpoint of another site, as ${form}`, async () => {
      expect(await namedAt(OTHER_SITE, callOf(`${EU}/items`))).to.be.oneOf(['', 'about:client']);
    });

  it('does not reach another endpoint of the same site either', async () => {
    expect(await namedAt(SAME_SITE, [`${EU}/items`, NAMED])).to.equal('about:client');
  });
});
