/** Two endpoints whose bodies differ, over real sockets: what the other endpoint gets, and what the caller gets of its answer. */
import {expect} from 'chai';
import ky from 'ky';
import {createFetch, type PolicyInput, type Ports, reportOf, resilience, type Translation} from '../../src/core.ts';
import {type Answer, LoopbackServer, type Place} from '../support/loopback-server.ts';
import {quick} from '../support/policies.ts';
import {DONE, OVERLOADED, text} from '../support/streamed-fetch.ts';

type Send = (url: string, init: RequestInit) => Promise<Response>;
type Make = (policy: PolicyInput, ports: Ports) => Send;

const CLIENTS: Readonly<Record<string, Make>> = {
  fetch: (policy, ports) => createFetch(policy, ports),
  'fetch with a Request'(policy, ports) {
    const fetch = createFetch(policy, ports);
    return (url, init) => fetch(new Request(url, init));
  },
  ky(policy, ports) {
    const api = ky.extend({...resilience(policy, ports), throwHttpErrors: false});
    return (url, init) => api(url, init);
  },
  "ky's own loop"(policy, ports) {
    const api = ky.extend(resilience(policy, ports)).extend({hooks: {beforeRetry: [() => {}]}, throwHttpErrors: false});
    return (url, init) => api(url, init);
  },
};

const POST: RequestInit = {
  method: 'POST',
  body: '{"model":"large","input":"Hello"}',
  headers: {
    'content-type': 'application/json',
    'content-digest': 'sha-256=:of the body of eu:',
    'idempotency-key': 'k-1',
    authorization: 'Bearer of eu',
    'x-own': 'yes',
  },
};

let eu: LoopbackServer;
let us: LoopbackServer;
const start = async (): Promise<void> => {
  [eu, us] = await Promise.all([LoopbackServer.start(), LoopbackServer.start()]);
};
const end = (): Promise<unknown> => Promise.all([eu.close(), us.close()]);

function policy(over: PolicyInput = {}): PolicyInput {
  return {
    ...quick,
    endpoints: [
      {name: 'eu', origin: eu.origin},
      {name: 'us', origin: us.origin, rank: 2},
    ],
    failover: {sharedKeys: true},
    ...over,
  };
}

/** The text that us gives back is in another field, and its model has another name. */
const translate: NonNullable<Ports['translate']> = ({text, url}) => {
  const {model, ...rest} = JSON.parse(text!);
  return {
    path: `${new URL(url).pathname}/generate?api-version=2`,
    headers: {'x-model': `us-${model}`, 'x-own': null},
    body: JSON.stringify(rest),
    response: async response =>
      response.ok ? Response.json({output: (await response.json()).text}, {status: response.status}) : response,
  };
};
const prepareAttempt: NonNullable<Ports['prepareAttempt']> = ({endpoint, headers}) =>
  headers.set('authorization', `Bearer of ${endpoint}`);
const ports: Ports = {observer: null, translate, prepareAttempt};
/** The same place at both servers. */
const places = (first: readonly Answer[], other: readonly Answer[]): [Place, Place] => [
  eu.place(...first),
  us.place(...other),
];

for (const [name, make] of Object.entries(CLIENTS))
  describe(`${name} with an endpoint whose bodies differ`, () => {
    beforeEach(start);
    afterEach(end);

    it('sends the other body, path, headers and key there, and gives back the answer of the caller’s shape', async () => {
      const [first, other] = places([503], [{body: '{"text":"Hi"}'}]);
      const response = await make(policy(), ports)(first.url, POST);
      expect([response.status, await response.json()]).to.deep.equal([200, {output: 'Hi'}]);
      expect(response.url).to.equal(`${other.url}/generate?api-version=2`);
      expect(first.bodies).to.deep.equal([POST.body]);
      expect(other.bodies).to.deep.equal(['{"input":"Hello"}']);
      const [seen] = other.requests;
      expect(seen!.path).to.match(/^\/p1\/generate\?api-version=2$/);
      expect(seen!.headers).to.include({
        'content-length': '17',
        'content-type': 'application/json',
        'idempotency-key': 'k-1',
        authorization: 'Bearer of us',
        'x-model': 'us-large',
      });
      expect(seen!.headers).to.not.have.any.keys('content-digest', 'x-own');
    });

    it('goes back to the addressed endpoint with the body and the headers of the caller', async () => {
      const [first, other] = places([503, 200], [503]);
      const response = await make(policy(), ports)(first.url, POST);
      expect(response.status).to.equal(200);
      expect(first.bodies).to.deep.equal([POST.body, POST.body]);
      expect(first.header('content-digest')).to.deep.equal(Array(2).fill('sha-256=:of the body of eu:'));
      expect(first.header('x-own')).to.deep.equal(['yes', 'yes']);
      expect(first.header('x-model')).to.deep.equal([undefined, undefined]);
      expect(first.header('authorization')).to.deep.equal(['Bearer of eu', 'Bearer of eu']);
      expect(other.requests).to.have.length(1);
    });

    it('is translated on its first attempt, if the best rank is not the endpoint of its URL', async () => {
      const [best, addressed] = places([{body: '{"text":"Hi"}'}], []);
      const response = await make(policy(), ports)(addressed.url, POST);
      expect([await response.json(), best.bodies]).to.deep.equal([{output: 'Hi'}, ['{"input":"Hello"}']]);
      expect(addressed.requests).to.have.length(0);
    });

    it('is not translated where it was addressed', async () => {
      const [first] = places([200], []);
      await make(policy(), {...ports, translate: () => expect.fail()})(first.url, POST);
      expect(first.bodies).to.deep.equal([POST.body]);
    });

    it('is sent as it is, if translate returns undefined', async () => {
      const [first, other] = places([503], [200]);
      await make(policy(), {...ports, translate: () => undefined})(first.url, POST);
      expect(other.bodies).to.deep.equal([POST.body]);
      expect(other.header('content-digest')).to.deep.equal(['sha-256=:of the body of eu:']);
    });

    for (const [title, wrong, what] of [
      ['throws', () => JSON.parse('no JSON'), /^translate\(\) failed for endpoint us: .*JSON/],
      [
        'throws a text',
        () => {
          throw 'not today';
        },
        /^translate\(\) failed for endpoint us: not today\.$/,
      ],
      ['gives a promise', async () => ({}), /translate\(\) must not return a promise\.$/],
      ['gives an object as the body', () => ({body: {a: 1}}), /its body must be a string or bytes\.$/],
      [
        'leads to another origin',
        () => ({path: '//evil.test/'}),
        /its path must begin with one "\/", got "\/\/evil\.test\/"\.$/,
      ],
      ['names a whole URL', () => ({path: 'https://evil.test/'}), /its path must begin/],
      [
        'changes the key',
        () => ({headers: {'Idempotency-Key': 'k-2'}}),
        /its headers must leave out Idempotency-Key\.$/,
      ],
    ] as const)
      it(`ends with TRANSLATE_FAILED and sends nothing more, if translate ${title}`, async () => {
        const [first, other] = places([503], [200]);
        const broken: Ports = {...ports, translate: wrong as unknown as NonNullable<Ports['translate']>};
        const error = await make(policy(), broken)(first.url, POST).catch((caught: unknown) => caught);
        expect(error).to.include({code: 'TRANSLATE_FAILED'});
        expect((error as Error).message).to.match(what);
        expect((error as Error).cause).to.not.equal(undefined);
        expect(reportOf(error)?.attempts).to.equal(2);
        expect([first.requests.length, other.requests.length]).to.deep.equal([1, 0]);
      });

    for (const [title, response, what] of [
      [
        'throws',
        () => Promise.reject(new SyntaxError('no JSON')),
        /^response\(\) of translate\(\) failed for endpoint us: no JSON\.$/,
      ],
      ['gives no Response', () => ({}), /it must return a Response\.$/],
    ] as const)
      it(`ends with TRANSLATE_FAILED and retries nothing, if response ${title}`, async () => {
        const [first, other] = places([503], [200]);
        const broken = {...ports, translate: () => ({response}) as unknown as Translation};
        const error = await make(policy({maxAttempts: 4}), broken)(first.url, POST).catch((caught: unknown) => caught);
        expect(error).to.include({code: 'TRANSLATE_FAILED'});
        expect((error as Error).message).to.match(what);
        expect([first.requests.length, other.requests.length]).to.deep.equal([1, 1]);
      });

    it('classifies the answer after it was turned back, and goes on', async () => {
      const [first, other] = places([503, 200], [{status: 200, body: '{"error":"overloaded"}'}]);
      const response = (answer: Response) =>
        answer.json().then(({error}) => (error === 'overloaded' ? new Response(null, {status: 503}) : answer));
      const result = await make(policy(), {...ports, translate: () => ({response})})(first.url, POST);
      expect([result.status, first.requests.length, other.requests.length]).to.deep.equal([200, 2, 1]);
    });

    it('a connection that breaks while the answer is turned back is a failure of the network', async () => {
      const [first, other] = places(
        [503, 200],
        [
          response => {
            response.writeHead(200, {'content-length': '100'});
            response.write('{');
            setTimeout(() => response.destroy(), 20);
          },
        ],
      );
      const response = async (answer: Response): Promise<Response> => Response.json(await answer.json());
      const result = await make(policy(), {...ports, translate: () => ({response})})(first.url, POST);
      expect([result.status, first.requests.length, other.requests.length]).to.deep.equal([200, 2, 1]);
    });

    it('its attempt timeout bounds the answer that is turned back', async () => {
      const [first, other] = places([503, 200], [response => response.writeHead(200).write('{')]);
      const response = async (answer: Response): Promise<Response> => Response.json(await answer.json());
      const over = {attemptTimeoutMs: 300};
      const result = await make(policy(over), {...ports, translate: () => ({response})})(first.url, POST);
      expect([result.status, first.requests.length, other.requests.length]).to.deep.equal([200, 2, 1]);
    });

    it('an answer that came after a redirect says so, though it is a new Response', async () => {
      const [first] = places([503], []);
      const target = us.place(200);
      const redirect = us.place({status: 307, headers: {location: target.url}});
      const response = (answer: Response): Response => new Response(null, {status: answer.status});
      const {pathname: path} = new URL(redirect.url);
      const result = await make(policy(), {...ports, translate: () => ({path, response})})(first.url, POST);
      expect([result.status, result.redirected, result.url]).to.deep.equal([200, true, target.url]);
    });

    it('sends bytes without another path, and keeps the key in the header of the policy', async () => {
      const [first, other] = places([503], [200]);
      const translate: Ports['translate'] = () => ({
        body: new TextEncoder().encode('bytes'),
        headers: {'x-model': 'b'},
      });
      const send = make(policy({idempotency: {header: 'x-key'}}), {...ports, translate});
      await send(first.url, {method: 'POST', body: '{}', headers: {'x-key': 'k-1'}});
      expect([other.bodies, other.header('x-key')]).to.deep.equal([['bytes'], ['k-1']]);
      const changed: Ports['translate'] = () => ({headers: {'X-Key': 'k-2'}});
      const broken = make(policy({idempotency: {header: 'x-key'}}), {...ports, translate: changed});
      const error = await broken(eu.place(503).url, POST).catch((caught: unknown) => caught);
      expect((error as Error).message).to.match(/its headers must leave out x-key\.$/);
    });

    it('a GET has no text, and its path alone changes', async () => {
      const [first, other] = places([503], [200]);
      const seen: unknown[] = [];
      const send = make(policy(), {
        ...ports,
        translate: ({method, text, attempt}, endpoint) => {
          seen.push([method, text, attempt, endpoint]);
          return {path: `/p1/v2`};
        },
      });
      expect((await send(first.url, {})).status).to.equal(200);
      expect(seen).to.deep.equal([['GET', undefined, 2, 'us']]);
      expect(other.requests.map(({path}) => path)).to.deep.equal(['/p1/v2']);
    });

    it('tells prepareAttempt the URL to which it goes', async () => {
      const [first] = places([503], [200]);
      const urls: string[] = [];
      await make(policy(), {...ports, prepareAttempt: ({url}) => void urls.push(url)})(first.url, POST);
      expect(urls).to.deep.equal([first.url, `${us.origin}/p1/generate?api-version=2`]);
    });

    it('a caller who aborts while the answer is turned back gets the abort', async () => {
      const [first] = places([503], [{body: '{"text":"Hi"}'}]);
      const controller = new AbortController();
      const response = (): Promise<Response> => {
        controller.abort(new Error('enough'));
        return new Promise(() => {});
      };
      const send = make(policy(), {...ports, translate: () => ({response})});
      const error = await send(first.url, {...POST, signal: controller.signal}).catch((caught: unknown) => caught);
      expect((error as Error).message).to.equal('enough');
    });
  });

describe('an event stream of an endpoint whose events differ', () => {
  beforeEach(start);
  afterEach(end);

  /** Each line of the other endpoint is an event of OpenAI's: an overload, or a text. */
  const streamed: NonNullable<Ports['translate']> = () => ({
    response(answer) {
      const lines = answer.body!.pipeThrough(new TextDecoderStream()).pipeThrough(
        new TransformStream<string, string>({
          transform: (line, controller) => controller.enqueue(line === 'busy\n' ? OVERLOADED : text(line.trim())),
          flush: controller => controller.enqueue(DONE),
        }),
      );
      return new Response(lines.pipeThrough(new TextEncoderStream()), {
        status: answer.status,
        headers: {'content-type': 'text/event-stream'},
      });
    },
  });
  const inLines =
    (...lines: readonly string[]): Answer =>
    async response => {
      response.writeHead(200, {'content-type': 'text/plain'});
      for (const line of lines) {
        response.write(`${line}\n`);
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      response.end();
    };

  it('is the answer at its first content, in the shape of the caller', async () => {
    const [first] = places([503], [inLines('Hi', 'there')]);
    const fetch = createFetch(policy({stream: {}}), {observer: null, translate: streamed});
    const response = await fetch(first.url, {method: 'POST', body: '{}', headers: {'idempotency-key': 'k'}});
    expect(await response.text()).to.equal(text('Hi') + text('there') + DONE);
    expect(reportOf(response)).to.include({endpoint: 'us', result: 'success'});
    expect(reportOf(response)!.firstContentMs).to.be.a('number');
  });

  it('moves the call, if it begins with what is an overload in the shape of the caller', async () => {
    const [first, other] = places([503, 200], [inLines('busy')]);
    const fetch = createFetch(policy({stream: {}}), {observer: null, translate: streamed});
    const response = await fetch(first.url, {method: 'POST', body: '{}', headers: {'idempotency-key': 'k'}});
    expect([response.status, first.requests.length, other.requests.length]).to.deep.equal([200, 2, 1]);
  });

  it('is closed where the caller cancels it', async () => {
    const closed = Promise.withResolvers<string>();
    const endless: Answer = response => {
      response.on('close', () => closed.resolve(response.writableFinished ? 'ended' : 'cut off'));
      response.writeHead(200).write('Hi\n');
    };
    const [first] = places([503], [endless]);
    const fetch = createFetch(policy({stream: {}}), {observer: null, translate: streamed});
    const response = await fetch(first.url, {method: 'POST', body: '{}', headers: {'idempotency-key': 'k'}});
    await response.body!.cancel();
    expect(await closed.promise).to.equal('cut off');
  });
});

describe('a body that translate cannot be given', () => {
  beforeEach(start);
  afterEach(end);

  const stream = (): RequestInit & {duplex: 'half'} => ({
    ...POST,
    body: new Blob(['{"a":1}']).stream(),
    duplex: 'half',
  });

  for (const [name, send] of [
    ['fetch', (url: string, init: RequestInit) => createFetch(policy(), ports)(url, init)],
    ['ky', (url: string, init: RequestInit) => ky.extend(resilience(policy(), ports))(url, init)],
    [
      "ky's own loop",
      (url: string, init: RequestInit) =>
        ky.extend(resilience(policy(), ports)).extend({hooks: {beforeRetry: [() => {}]}})(url, init),
    ],
  ] as const)
    it(`${name}: a stream is sent where its URL says, though another endpoint is better`, async () => {
      const [best, addressed] = places([], [200]);
      expect((await send(addressed.url, stream())).status).to.equal(200);
      expect([best.requests.length, addressed.bodies]).to.deep.equal([0, ['{"a":1}']]);
    });

  it('the body of a Request that is larger than replayLimitBytes ends the call, and nothing is sent', async () => {
    const [best, addressed] = places([], []);
    const fetch = createFetch(policy({replayLimitBytes: 10}), ports);
    const error = await fetch(new Request(addressed.url, POST)).catch((caught: unknown) => caught);
    expect(error).to.include({code: 'TRANSLATE_FAILED'});
    expect((error as Error).message).to.include('replayLimitBytes (10)');
    expect([best.requests.length, addressed.requests.length]).to.deep.equal([0, 0]);
  });

  for (const [title, body, seen] of [
    ['bytes of a text', new TextEncoder().encode('{"a":1}'), '{"a":1}'],
    ['parameters', new URLSearchParams({a: '1'}), 'a=1'],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe]), undefined],
    ['a Blob', new Blob(['{}']), undefined],
  ] as const)
    it(`translate is given ${seen ?? 'no text'} of ${title}, and the body goes along`, async () => {
      const [first, other] = places([503], [200]);
      const texts: unknown[] = [];
      const translate: Ports['translate'] = ({text}) => {
        texts.push(text);
        return undefined;
      };
      const {headers = {}} = POST;
      await createFetch(policy(), {...ports, translate})(first.url, {method: 'POST', headers, body});
      expect(texts).to.deep.equal([seen]);
      expect(other.requests[0]!.body).to.deep.equal(first.requests[0]!.body);
    });

  it('a hedge at another endpoint is translated, while the first attempt goes on', async () => {
    const [first, other] = places(['hang'], [{body: '{"text":"Hi"}'}]);
    const over = {hedge: {delayMs: 20, maxLoadRatio: 1, to: 'other' as const}};
    const response = await createFetch(policy(over), ports)(first.url, POST);
    expect([await response.json(), first.bodies, other.bodies]).to.deep.equal([
      {output: 'Hi'},
      [POST.body],
      ['{"input":"Hello"}'],
    ]);
  });
});
