/** Calls with several endpoints through undici: which dispatchers can send elsewhere, and what goes along. */
import {createSecureServer} from 'node:http2';
import type {AddressInfo} from 'node:net';
import {Readable} from 'node:stream';
import {expect} from 'chai';
import {
  Agent,
  BalancedPool,
  Client,
  type Dispatcher,
  EnvHttpProxyAgent,
  getGlobalDispatcher,
  H2CClient,
  interceptors,
  MockAgent,
  Pool,
  ProxyAgent,
  RetryAgent,
  RoundRobinPool,
  request,
  setGlobalDispatcher,
  fetch as undiciFetch,
} from 'undici';
import type {PolicyInput} from '../../src/core.ts';
import {resilienceInterceptor, type UndiciPorts} from '../../src/undici/interceptor.ts';
import {Route} from '../../src/undici/route.ts';
import {KEY, LOCALHOST} from '../faults/certificates.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {AT_ONCE} from '../support/policies.ts';

const NOWHERE = 'http://127.0.0.1:1';

describe('undici: the dispatchers that send to the origin of a request', () => {
  const made: Dispatcher[] = [];
  after(() => Promise.all(made.map(dispatcher => dispatcher.close())));

  const DNS = interceptors.dns();
  const all: Readonly<Record<string, readonly [boolean, () => Dispatcher]>> = {
    Agent: [true, () => new Agent()],
    'Agent of HTTP/2': [true, () => new Agent({allowH2: true})],
    'Agent of one connection': [true, () => new Agent({connections: 1})],
    'the global dispatcher': [
      true,
      () => new Agent().compose(() => getGlobalDispatcher().dispatch.bind(getGlobalDispatcher())),
    ],
    ProxyAgent: [true, () => new ProxyAgent(NOWHERE)],
    EnvHttpProxyAgent: [true, () => new EnvHttpProxyAgent()],
    'RetryAgent of an Agent': [true, () => new RetryAgent(new Agent())],
    MockAgent: [true, () => new MockAgent()],
    'Agent below redirects': [true, () => new Agent().compose(interceptors.redirect({maxRedirections: 3}))],
    'Agent below retries': [true, () => new Agent().compose(interceptors.retry())],
    'Agent below DNS': [true, () => new Agent().compose(DNS)],
    'Agent below a cache': [true, () => new Agent().compose(interceptors.cache())],
    Client: [false, () => new Client(NOWHERE)],
    Pool: [false, () => new Pool(NOWHERE)],
    BalancedPool: [false, () => new BalancedPool([NOWHERE])],
    RoundRobinPool: [false, () => new RoundRobinPool(NOWHERE)],
    H2CClient: [false, () => new H2CClient(NOWHERE)],
    'RetryAgent of a Client': [false, () => new RetryAgent(new Client(NOWHERE))],
    MockPool: [false, () => new MockAgent().get(NOWHERE)],
    'Client below DNS': [false, () => new Client(NOWHERE).compose(DNS)],
    'Client below a cache': [false, () => new Client(NOWHERE).compose(interceptors.cache())],
    'an interceptor that sets the origin': [
      false,
      () => new Agent().compose(dispatch => (options, handler) => dispatch({...options, origin: NOWHERE}, handler)),
    ],
    'a function that answers by itself': [false, () => new Agent().compose(() => (_options, _handler) => true)],
    'a function that throws': [
      false,
      () =>
        new Agent().compose(() => (_options, _handler) => {
          throw new Error('not today');
        }),
    ],
  };
  for (const [name, [expected, make]] of Object.entries(all))
    it(`${name}: ${expected ? 'yes' : 'no'}`, () => {
      const dispatcher = make();
      made.push(dispatcher);
      const route = new Route((options, handler) => dispatcher.dispatch(options, handler));
      expect(route.isByOrigin).to.equal(expected);
    });
});

describe('undici: a call with several endpoints', () => {
  let eu: LoopbackServer;
  let us: LoopbackServer;
  const made: Dispatcher[] = [];
  let reasons: string[] = [];
  beforeEach(async () => {
    [eu, us] = await Promise.all([LoopbackServer.start(), LoopbackServer.start()]);
    reasons = [];
  });
  afterEach(async () => {
    await Promise.all(made.splice(0).map(dispatcher => dispatcher.destroy()));
    await Promise.all([eu.close(), us.close()]);
  });

  const policy = (over: PolicyInput = {}): PolicyInput => ({
    backoff: AT_ONCE,
    endpoints: [
      {name: 'eu', origin: eu.origin},
      {name: 'us', origin: us.origin, rank: 2},
    ],
    failover: {sharedKeys: true},
    ...over,
  });
  function under(dispatcher: Dispatcher, over?: PolicyInput, ports: UndiciPorts = {}): Dispatcher {
    made.push(dispatcher);
    const on: UndiciPorts['on'] = event => event.type === 'call.end' && reasons.push(event.reason);
    return dispatcher.compose(resilienceInterceptor(policy(over), {observer: null, on, ...ports}));
  }
  const KEYED = {method: 'POST', headers: {'idempotency-key': 'k-1'}} as const;

  it('goes to the next endpoint with method, path, query, headers and body, and with its Host', async () => {
    const [first, other] = [eu.place(503), us.place(200)];
    const dispatcher = under(new Agent());
    const {statusCode, body} = await request(`${first.url}/a?b=c`, {...KEYED, body: '{"n":1}', dispatcher});
    expect([statusCode, await body.json()]).to.deep.equal([200, {ok: true}]);
    const [seen] = other.requests;
    expect([seen!.method, seen!.path, seen!.body.toString()]).to.deep.equal(['POST', '/p1/a?b=c', '{"n":1}']);
    expect(seen!.headers).to.include({host: new URL(us.origin).host, 'idempotency-key': 'k-1', 'content-length': '7'});
  });

  it('goes to the next endpoint where nothing else of the request changes', async () => {
    const [first, other] = [eu.place(503), us.place(200)];
    const dispatcher = under(new Agent(), {correlation: null, idempotency: null});
    const {statusCode, body} = await request(first.url, {dispatcher});
    await body.dump();
    expect([statusCode, first.requests.length, other.requests.length]).to.deep.equal([200, 1, 1]);
  });

  it('changes the base path, and keeps a query that is given apart', async () => {
    const [first, other] = [eu.place(503), us.place(200)];
    const endpoints = [
      {name: 'eu', origin: eu.origin, basePath: '/p1'},
      {name: 'us', origin: us.origin, basePath: '/p1/openai/v1', rank: 2},
    ];
    const dispatcher = under(new Agent(), {endpoints});
    const {body} = await request(`${first.url}/chat`, {query: {page: 2}, dispatcher});
    await body.dump();
    expect(other.requests.map(({path}) => path)).to.deep.equal(['/p1/openai/v1/chat?page=2']);
  });

  for (const [title, headers] of [
    ['a record', {host: 'eu.test', authorization: 'Bearer of eu', cookie: 'a=1', 'x-own': 'yes'}],
    [
      'a flat list',
      ['Host', 'eu.test', 'Authorization', 'Bearer of eu', 'Cookie', 'a=1', 'cookie', 'b=2', 'X-Own', 'yes'],
    ],
    [
      'an iterable',
      new Map([
        ['host', 'eu.test'],
        ['authorization', 'Bearer of eu'],
        ['cookie', 'a=1'],
        ['x-own', 'yes'],
      ]),
    ],
  ] as const)
    it(`takes Host and credentials in ${title} to no other endpoint, and back to their own`, async () => {
      const [first, other] = [eu.place(503, 200), us.place(503)];
      const dispatcher = under(new Agent(), {}, {prepareAttempt: () => {}});
      const {statusCode, body} = await request(first.url, {headers: headers as Record<string, string>, dispatcher});
      await body.dump();
      expect([statusCode, first.requests.length, other.requests.length]).to.deep.equal([200, 2, 1]);
      const [again] = first.requests.slice(1);
      expect(again!.headers).to.include({host: 'eu.test', authorization: 'Bearer of eu', 'x-own': 'yes'});
      expect(again!.headers.cookie).to.equal(first.requests[0]!.headers.cookie);
      expect(other.requests[0]!.headers).to.include({host: new URL(us.origin).host, 'x-own': 'yes'});
      expect(other.requests[0]!.headers).to.not.have.any.keys('authorization', 'cookie');
    });

  it('prepareAttempt writes the credential of each endpoint', async () => {
    const [first, other] = [eu.place(503), us.place(200)];
    const prepareAttempt: UndiciPorts['prepareAttempt'] = ({endpoint, headers}) =>
      headers.set('authorization', `Bearer of ${endpoint}`);
    const dispatcher = under(new Agent(), {}, {prepareAttempt});
    await undiciFetch(first.url, {headers: {authorization: 'Bearer of eu'}, dispatcher});
    expect([first.header('authorization'), other.header('authorization')]).to.deep.equal([
      ['Bearer of eu'],
      ['Bearer of us'],
    ]);
  });

  for (const [title, url, options, reason] of [
    ['a credential', '', {headers: {authorization: 'Bearer of eu'}}, /carries headers for eu \(authorization\)/],
    ['a credential in its query', '?api_key=1', {}, /query parameters for eu \(api_key\)/],
    ['a credential in a query that is given apart', '', {query: {api_key: '1'}}, /query parameters for eu \(api_key\)/],
  ] as const)
    it(`stays with ${title}, and its report says why`, async () => {
      const [first, other] = [eu.place(503), us.place(200)];
      const {statusCode, body} = await request(first.url + url, {...options, dispatcher: under(new Agent())});
      await body.dump();
      expect([statusCode, first.requests.length, other.requests.length]).to.deep.equal([503, 3, 0]);
      expect(reasons.at(-1)).to.match(reason);
    });

  for (const [name, make] of Object.entries<() => Dispatcher>({
    Client: () => new Client(eu.origin),
    Pool: () => new Pool(eu.origin),
    BalancedPool: () => new BalancedPool([eu.origin]),
  }))
    it(`stays at the origin of a ${name}, and its report says why`, async () => {
      const [first, other] = [eu.place(503), us.place(200)];
      const seen: (string | undefined)[] = [];
      const prepareAttempt: UndiciPorts['prepareAttempt'] = ({endpoint}) => void seen.push(endpoint);
      const dispatcher = under(make(), {}, {prepareAttempt});
      const {statusCode, body} = await request(first.url, {dispatcher});
      await body.dump();
      expect([statusCode, first.requests.length, other.requests.length]).to.deep.equal([503, 3, 0]);
      expect(first.header('host')).to.deep.equal(Array(3).fill(new URL(eu.origin).host));
      expect(reasons.at(-1)).to.match(/it stayed at eu, because its dispatcher serves one origin$/);
      expect(seen).to.deep.equal(['eu', 'eu', 'eu']);
    });

  it('a body that is an iterable goes along, and a stream does not go twice', async () => {
    const [first, other] = [eu.place(503), us.place(200)];
    const dispatcher = under(new Agent());
    const chunks = async function* (): AsyncGenerator<string> {
      yield '{"n":';
      yield '1}';
    };
    await (await request(first.url, {...KEYED, body: Readable.from(chunks()), dispatcher})).body.dump();
    expect([first.bodies, other.bodies]).to.deep.equal([['{"n":1}'], []]);
    await undiciFetch(first.url, {...KEYED, body: '{"n":2}', dispatcher});
    expect([first.bodies.length, other.bodies]).to.deep.equal([2, ['{"n":2}']]);
  });

  it('moves calls of the global dispatcher, and keeps the connection to each endpoint', async () => {
    const [first, other] = [eu.place(503), us.place(200)];
    const before = getGlobalDispatcher();
    setGlobalDispatcher(under(new Agent({connections: 1})));
    try {
      for (let n = 0; n < 5; n++) await (await request(first.url)).body.dump();
    } finally {
      setGlobalDispatcher(before);
    }
    expect([first.requests.length, other.requests.length]).to.deep.equal([5, 5]);
    expect([eu.connections, us.connections]).to.deep.equal([1, 1]);
  });

  describe('beside undici’s redirect interceptor', () => {
    const redirects = (): Dispatcher.DispatcherComposeInterceptor => interceptors.redirect({maxRedirections: 3});

    it('below the policy: a redirect of the other endpoint is followed', async () => {
      const target = us.place(200);
      const first = eu.place(503);
      const other = us.place({status: 307, headers: {location: target.url}});
      const endpoints = [
        {name: 'eu', origin: eu.origin, basePath: '/p1'},
        {name: 'us', origin: us.origin, basePath: '/p2', rank: 2},
      ];
      const dispatcher = under(new Agent().compose(redirects()), {endpoints});
      const {statusCode, body} = await request(first.url, {dispatcher});
      await body.dump();
      expect(
        [statusCode, first, other, target].map(each => (typeof each === 'number' ? each : each.requests.length)),
      ).to.deep.equal([200, 1, 1, 1]);
    });

    it('below the policy: a POST that broke off behind a redirect is sent nowhere else', async () => {
      const target = us.place('reset', 200);
      const first = eu.place({status: 307, headers: {location: target.url}});
      const dispatcher = under(new Agent().compose(redirects()), {failover: {}});
      const error = await request(first.url, {method: 'POST', body: '{}', dispatcher}).catch(
        (caught: unknown) => caught,
      );
      expect(error).to.be.instanceOf(Error);
      expect([first.requests.length, target.requests.length]).to.deep.equal([1, 1]);
    });

    it('above the policy: each hop is a call of its own, and goes to the best endpoint', async () => {
      const target = eu.place(200);
      const first = eu.place({status: 307, headers: {location: `${us.origin}/p1`}});
      const dispatcher = under(new Agent()).compose(redirects());
      const {statusCode, body} = await request(first.url, {dispatcher});
      await body.dump();
      expect([statusCode, first.requests.length, target.requests.length]).to.deep.equal([200, 1, 1]);
    });
  });

  it('goes over HTTP/2 with the authority of the other endpoint', async () => {
    const authorities: unknown[] = [];
    const server = createSecureServer({key: KEY, cert: LOCALHOST}, (incoming, response) => {
      authorities.push(incoming.headers[':authority']);
      response.end('{"ok":true}');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const first = eu.place(503);
      const endpoints = [
        {name: 'eu', origin: eu.origin},
        {name: 'us', origin, rank: 2},
      ];
      const dispatcher = under(new Agent({allowH2: true, connect: {ca: LOCALHOST}}), {endpoints});
      const {statusCode, body} = await request(first.url, {dispatcher});
      await body.dump();
      expect([statusCode, authorities]).to.deep.equal([200, [new URL(origin).host]]);
    } finally {
      server.close();
    }
  });

  it('a list of headers that is none ends the call at once, as without endpoints', async () => {
    const [first, other] = [eu.place(200), us.place(200)];
    const headers = ['x-name-without-a-value'];
    const error = await request(first.url, {headers, dispatcher: under(new Agent())}).catch(
      (caught: unknown) => caught,
    );
    expect((error as Error).message).to.match(/a list with a name that has no value/);
    expect([first.requests.length, other.requests.length]).to.deep.equal([0, 0]);
  });

  it('reads an origin that is a URL or ends with a slash', async () => {
    const [first, other] = [eu.place(503), us.place(200)];
    const dispatcher = under(new Agent());
    const {pathname: path} = new URL(first.url);
    for (const origin of [new URL(eu.origin), `${eu.origin}/`]) {
      const {statusCode, body} = await dispatcher.request({origin, path, method: 'GET'});
      await body.dump();
      expect(statusCode).to.equal(200);
    }
    expect(other.requests.map(({path}) => path)).to.deep.equal(['/p1', '/p1']);
  });
});
