/**
 * A function of the user's below a policy, which reads the options as it would without one: what the caller passed as URL and options arrives as
 * URL and options in every attempt, whatever the body is.
 */
import {expect} from 'chai';
import {createFetch, type PolicyInput, type ResilientFetch, reportOf} from '../../src/core.ts';
import {LoopbackServer, type Seen} from '../support/loopback-server.ts';
import {AT_ONCE} from '../support/policies.ts';

const native = globalThis.fetch;

/** Signs each request, as users write it. */
const signing =
  (below: typeof native): typeof native =>
  (input, init) =>
    below(input, {...init, headers: {...(init?.headers as Record<string, string>), 'x-sign': 's'}});

const form = (): FormData => {
  const made = new FormData();
  made.set('amount', '100');
  made.append('Größe "x"\n', 'two\nlines\rand\r\nmore');
  made.set('file', new Blob([new Uint8Array([0, 255, 13, 10])], {type: 'image/png'}), 'a "b".png');
  made.append('file', new File(['text'], 'ü\r.txt'));
  return made;
};

const BODIES: Readonly<Record<string, () => RequestInit & {readonly duplex?: 'half'}>> = {
  'a text': () => ({body: 'Zoë'}),
  bytes: () => ({body: new Uint8Array([1, 2, 250])}),
  'URL parameters': () => ({body: new URLSearchParams({a: '1', b: 'x y'})}),
  'a Blob': () => ({body: new Blob(['blob'], {type: 'text/csv'})}),
  'a form': () => ({body: form()}),
  'an empty form': () => ({body: new FormData()}),
  'a stream': () => ({body: new Blob(['stream']).stream(), duplex: 'half'}),
  'an async iterable': () => ({body: generated() as unknown as BodyInit, duplex: 'half'}),
};
const STREAMS = ['a stream', 'an async iterable'];

async function* generated() {
  yield Buffer.from('iter');
  yield Buffer.from('able');
}

const OWN = {'X-Mine': '1'};
const POLICY: PolicyInput = {backoff: AT_ONCE, breaker: null, budget: null};

/** A request without what differs in each call: ids, key and boundary. */
const shown = ({method, headers, rawHeaders, body}: Seen) => {
  const boundary = /boundary=(\S+)/.exec(headers['content-type'] ?? '')?.[1];
  const {
    'x-correlation-id': _id,
    'idempotency-key': _key,
    'user-agent': _agent,
    'content-type': type,
    'content-length': length,
    ...rest
  } = headers;
  const without = (text: string): string =>
    boundary === undefined ? text : text.replaceAll(`--${boundary}`, '--boundary').replace(`=${boundary}`, '=boundary');
  const text = body.toString('latin1');
  return {
    method,
    names: rawHeaders.filter((name, index) => index % 2 === 0 && name in OWN),
    headers: rest,
    type: type && without(type),
    // A boundary may have another length.
    length: length && Number(length) - text.length,
    body: without(text),
  };
};

describe('a function of the user’s that reads the options', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(async () => {
    globalThis.fetch = native;
    await server.close();
  });

  /** How the function gets below the policy. */
  const places: Readonly<Record<string, (policy: PolicyInput) => ResilientFetch>> = {
    'as the port fetch': policy => createFetch(policy, {fetch: signing(native)}),
    'in the place of the global fetch': policy => {
      globalThis.fetch = signing(native);
      return createFetch(policy);
    },
  };
  afterEach(() => {
    globalThis.fetch = native;
  });

  for (const [where, clientOf] of Object.entries(places))
    for (const [what, bodyOf] of Object.entries(BODIES)) {
      const isStream = STREAMS.includes(what);
      const post = () => ({method: 'POST', headers: OWN, ...bodyOf()});

      it(`${where} is given ${what} as plain fetch gives it`, async () => {
        const plain = server.place(200);
        await signing(native)(plain.url, post());
        for (const maxAttempts of [1, 3]) {
          const place = server.place(200);
          const response = await clientOf({...POLICY, maxAttempts})(place.url, post());
          expect(response.status).to.equal(200);
          expect(place.requests.map(shown)).to.deep.equal(plain.requests.map(shown));
          expect(place.header('x-sign')).to.deep.equal(['s']);
        }
      });

      it(`${where} is given ${what} without a key once`, async () => {
        const place = server.place(503, 200);
        const response = await clientOf(POLICY)(place.url, post());
        expect([response.status, place.requests.length]).to.deep.equal([503, 1]);
      });

      it(`${where} is given ${what} with its key and headers ${isStream ? 'once' : 'in each attempt'}`, async () => {
        const place = server.place(503, 200);
        const response = await clientOf({...POLICY, idempotency: {}})(place.url, post());
        expect(response.status).to.equal(isStream ? 503 : 200);
        const [first, second] = place.requests;
        expect(place.requests).to.have.length(isStream ? 1 : 2);
        expect(first!.headers).to.include({'x-sign': 's', 'x-mine': '1'});
        expect(first!.headers['idempotency-key']).to.match(/^.{36}$/);
        if (!isStream)
          expect({...second!.headers, body: second!.body}).to.deep.equal({...first!.headers, body: first!.body});
      });
    }
});

describe('a form', () => {
  let server: LoopbackServer;
  let given: {input: unknown; init: RequestInit | undefined}[];
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());
  beforeEach(() => {
    given = [];
  });
  const noting: typeof native = (input, init) => {
    given.push({input, init});
    return native(input, init);
  };
  /** Waits before the first attempt, so that the caller can change the form. */
  const prepareAttempt = (): Promise<void> => Promise.resolve();
  const put = (policy: PolicyInput, url: string, body: FormData) =>
    createFetch({...POLICY, ...policy}, {fetch: noting, prepareAttempt})(url, {method: 'PUT', body});

  it('reaches the fetch as a form where the call has one attempt, and what the caller changes later is not sent', async () => {
    const place = server.place(200);
    const made = form();
    const waiting = put({maxAttempts: 1}, place.url, made);
    made.set('amount', '999');
    await waiting;
    expect(given[0]!.init!.body).to.be.instanceOf(FormData);
    expect(place.bodies[0]).to.include('100').and.not.include('999');
  });

  it('reaches the fetch as a form, once, where it is larger than replayLimitBytes', async () => {
    const place = server.place(503, 200);
    const made = form();
    made.set('large', new Blob([new Uint8Array(2000)]), 'large.bin');
    const response = await put({replayLimitBytes: 1000}, place.url, made);
    expect([response.status, reportOf(response)?.refusal]).to.deep.equal([503, 'body-not-replayable']);
    expect(given).to.have.length(1);
    expect(given[0]!.init!.body).to.be.instanceOf(FormData);
  });

  it('is a Blob where it may be sent again, with its type in the headers, which can be read as a form', async () => {
    const place = server.place(503, 200);
    await put({}, place.url, form());
    expect(given.map(({input}) => input)).to.deep.equal([place.url, place.url]);
    const [first, second] = given.map(({init}) => init!);
    expect(second!.body).to.equal(first!.body);
    expect(first!.headers).to.have.property('content-type', (first!.body as Blob).type);
    const read = await new Response(first!.body as Blob).formData();
    expect(read.get('amount')).to.equal('100');
    expect((read.get('file') as File).name).to.equal('a "b".png');
    expect(place.bodies[1]).to.equal(place.bodies[0]);
  });

  it('keeps a content type of the caller’s, as plain fetch does', async () => {
    const place = server.place(200);
    const headers = {'Content-Type': 'multipart/form-data; boundary=mine'};
    await createFetch(POLICY, {fetch: noting})(place.url, {method: 'POST', headers, body: form()});
    expect(place.header('content-type')).to.deep.equal([headers['Content-Type']]);
  });

  it('follows a redirect that keeps the body', async () => {
    const target = server.place(200);
    const place = server.place({status: 307, headers: {location: target.url}});
    const response = await put({}, place.url, form());
    expect([response.status, target.bodies]).to.deep.equal([200, place.bodies]);
  });

  it('goes along with a Request that the caller passes', async () => {
    const place = server.place(503, 200);
    const request = new Request(place.url, {method: 'PUT', headers: OWN});
    await createFetch(POLICY, {fetch: noting})(request, {body: form()});
    expect(given.every(({input}) => input === request)).to.equal(true);
    expect(place.header('content-type')[0]).to.match(/^multipart\/form-data; boundary=/);
    expect(place.bodies[0]).to.include('100');
    expect(place.bodies[1]).to.equal(place.bodies[0]);
  });
});
