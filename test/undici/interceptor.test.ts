/** The undici adapter on real connections: what an undici user sees, and what the server sees. */
import {once} from 'node:events';
import type {ServerResponse} from 'node:http';
import {Readable} from 'node:stream';
import {expect} from 'chai';
import {Agent, getGlobalDispatcher, request, setGlobalDispatcher, fetch as undiciFetch} from 'undici';
import {createFetch, type PolicyInput, type Ports, reportOf, type SteadfetchEvent} from '../../src/core.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {attemptsInFlight} from '../support/breaker-books.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';
import {AT_ONCE} from '../support/policies.ts';
import {undiciClient} from '../support/undici-client.ts';

describe('resilienceInterceptor', () => {
  let inFlightBefore = 0;
  let server: LoopbackServer;
  const {dispatcher, lastReason} = undiciClient();

  const get = (place: Place, policy?: PolicyInput, ports?: Omit<Ports, 'fetch'>) =>
    request(place.url, {dispatcher: dispatcher(policy, ports)});
  const post = (place: Place, body: string | Buffer | Readable, policy?: PolicyInput) =>
    request(place.url, {method: 'POST', body, dispatcher: dispatcher(policy)});

  before(async () => {
    inFlightBefore = attemptsInFlight();
    server = await LoopbackServer.start();
  });
  after(async () => {
    await server.close();
  });

  it('passes on the first response: status, headers, trailers and body', async () => {
    const place = server.place(response => {
      response.writeHead(200, {'x-kind': 'whole', trailer: 'x-sum'});
      response.write('a');
      response.addTrailers({'x-sum': '2'});
      response.end('b');
    });
    const {statusCode, headers, trailers, body} = await get(place);
    expect(statusCode).to.equal(200);
    expect(headers['x-kind']).to.equal('whole');
    expect(await body.text()).to.equal('ab');
    expect(trailers).to.deep.equal({'x-sum': '2'});
  });

  it('retries a GET after a 503 and after a reset, with one correlation id', async () => {
    const place = server.place(503, 'reset', {body: 'here'});
    const {statusCode, body} = await get(place);
    expect([statusCode, await body.text()]).to.deep.equal([200, 'here']);
    expect(new Set(place.header('x-correlation-id')).size).to.equal(1);
    expect(place.requests).to.have.length(3);
  });

  for (const how of ['close', 'destroy'] as const)
    it(`ends a call at its next attempt where the dispatcher got ${how}() meanwhile, and waits no more`, async () => {
      const place = server.place(503);
      const events: SteadfetchEvent[] = [];
      const to = dispatcher(
        {backoff: {kind: 'list', delaysMs: [30, 20_000], jitter: 'none'}},
        {on: event => events.push(event)},
      );
      const ended = errorOf(() => request(place.url, {dispatcher: to}));
      while (!events.some(({type}) => type === 'retry.scheduled')) await new Promise(resolve => setTimeout(resolve, 1));
      await to[how]();
      expect(['UND_ERR_CLOSED', 'UND_ERR_DESTROYED']).to.include((await ended).code);
      expect(events.at(-1)).to.include({type: 'call.end', result: 'cancelled'});
      expect(place.requests).to.have.length(1);
    });

  it('does not send a POST again through fetch whose dispatcher was destroyed while the server worked', async () => {
    const place = server.place('hang', 200);
    const before = getGlobalDispatcher();
    const old = new Agent();
    setGlobalDispatcher(old);
    try {
      const ended = errorOf(() => createFetch({backoff: AT_ONCE})(place.url, {method: 'POST', body: 'x'}));
      while (place.requests.length === 0) await new Promise(resolve => setTimeout(resolve, 1));
      setGlobalDispatcher(before); // As a program does that reads its settings again.
      await old.destroy();
      expect(reportOf(await ended)?.refusal).to.equal('may-have-acted');
      expect(place.requests).to.have.length(1);
    } finally {
      setGlobalDispatcher(before);
    }
  });

  it('sends a POST once with a reason, and three times with the same key', async () => {
    const once = server.place(503, 503, 200);
    expect((await post(once, '{}')).statusCode).to.equal(503);
    expect(once.requests).to.have.length(1);
    expect(lastReason()).to.equal('POST without an idempotency key, and the server may have acted (503)');
    const keyed = server.place(503, 503, 200);
    expect((await post(keyed, '{"a":1}', {idempotency: {}})).statusCode).to.equal(200);
    expect(keyed.bodies).to.deep.equal(Array(3).fill('{"a":1}'));
    const keys = keyed.header('idempotency-key');
    expect(new Set(keys).size).to.equal(1);
    expect(keys[0]).to.be.a('string');
  });

  it('passes on the last response with its body when the attempts are exhausted', async () => {
    const place = server.place({status: 503, body: 'first'}, {status: 503, body: 'last'});
    const {statusCode, body} = await get(place, {maxAttempts: 2});
    expect([statusCode, await body.text()]).to.deep.equal([503, 'last']);
  });

  it('sends the same bytes with a retry, and a stream only once, with its own error', async () => {
    const bytes = server.place(503, 200);
    await post(bytes, Buffer.from([0, 255, 1]), {idempotency: {}});
    expect(bytes.requests.map(({body}) => [...body])).to.deep.equal([
      [0, 255, 1],
      [0, 255, 1],
    ]);
    const stream = server.place(503, 200);
    expect((await post(stream, Readable.from(['a', 'b']), {idempotency: {}})).statusCode).to.equal(503);
    expect(stream.bodies).to.deep.equal(['ab']);
    expect(lastReason()).to.match(/^the request body is a stream, or larger than \d+ bytes/);
    const reset = server.place('reset', 200);
    expect(await errorOf(() => post(reset, Readable.from(['a']), {idempotency: {}}))).to.have.property(
      'code',
      'ECONNRESET',
    );
  });

  it('takes headers as a record, a flat list and pairs', async () => {
    for (const headers of [
      {'X-A': '1', 'x-b': ['2', '3']},
      ['X-A', '1', 'x-b', '2, 3'],
      new Map([
        ['X-A', '1'],
        ['x-b', '2, 3'],
      ]),
    ]) {
      const place = server.place(503, 200);
      await request(place.url, {headers, dispatcher: dispatcher()});
      expect(place.header('x-a')).to.deep.equal(['1', '1']);
      expect(place.header('x-b')).to.deep.equal(['2, 3', '2, 3']);
    }
  });

  it('limits the time to the headers, and the silence of a body', async () => {
    const silent = await errorOf(() => get(server.place('hang'), {attemptTimeoutMs: 30, maxAttempts: 2}));
    expect(silent).to.include({name: 'TimeoutError', code: 'ATTEMPT_TIMEOUT'});
    expect(silent.resilience).to.include({attempts: 2});
    const half = server.place(response => void response.write('half'));
    const {body} = await get(half, {attemptTimeoutMs: 1000, idleTimeoutMs: 30});
    expect(await errorOf(() => body.text())).to.include({name: 'TimeoutError', code: 'IDLE_TIMEOUT'});
  });

  it('does not end a body that lasts longer than the attempt timeout and the deadline', async () => {
    const place = server.place(drip(12, 20));
    const {body} = await get(place, {attemptTimeoutMs: 100, deadlineMs: 150, idleTimeoutMs: 1000});
    expect(await body.text()).to.equal('.'.repeat(12));
  });

  it('passes on whole large bodies under backpressure', async () => {
    const size = 8 * 2 ** 20;
    const place = server.place(response => void response.end(Buffer.alloc(size, 7)));
    const {body} = await get(place);
    let seen = 0;
    for await (const chunk of body) {
      seen += chunk.length;
      await new Promise(setImmediate);
    }
    expect(seen).to.equal(size);
  });

  it('holds back a body of any size until classify has resolved', async () => {
    const size = 2 ** 20;
    const place = server.place(response => void response.end(Buffer.alloc(size, 7)));
    const classify = () => new Promise<undefined>(resolve => setImmediate(() => setImmediate(resolve, undefined)));
    const {body} = await get(place, {}, {classify});
    expect((await body.arrayBuffer()).byteLength).to.equal(size);
  });

  it('ends on the caller’s abort during an attempt, a wait and a body', async () => {
    const mine = new Error('mine');
    const abortAfter = async (place: Place, policy: PolicyInput, when: (controller: AbortController) => void) => {
      const controller = new AbortController();
      const {signal} = controller;
      const ended = errorOf(async () =>
        (await request(place.url, {signal, dispatcher: dispatcher(policy)})).body.text(),
      );
      await place.arrived(1);
      when(controller);
      return ended;
    };
    expect(await abortAfter(server.place('hang'), {}, controller => controller.abort(mine))).to.equal(mine);
    const waits = server.place(503);
    const inWait = abortAfter(waits, {backoff: {...AT_ONCE, delayMs: 5000}}, controller => {
      setTimeout(() => controller.abort(mine), 20);
    });
    expect(await inWait).to.equal(mine);
    expect(waits.requests).to.have.length(1);
    const half = server.place(response => void response.write('half'));
    expect(await abortAfter(half, {}, controller => setTimeout(() => controller.abort(mine), 20))).to.equal(mine);
  });

  for (const reason of [0, false, ''])
    it(`rejects if the caller aborts with the reason ${JSON.stringify(reason)}, which undici takes for no error`, async () => {
      const place = server.place('hang');
      const controller = new AbortController();
      const sent = errorOf(() => request(place.url, {signal: controller.signal, dispatcher: dispatcher()}));
      await place.arrived(1);
      controller.abort(reason);
      expect(await sent).to.have.property('name', 'AbortError');
    });

  it('sends nothing if the signal is already aborted', async () => {
    const place = server.place(200);
    await errorOf(() => request(place.url, {signal: AbortSignal.abort(), dispatcher: dispatcher()}));
    expect(place.requests).to.have.length(0);
  });

  it('refuses calls without a connection once the breaker is open', async () => {
    const place = server.place(500);
    const open = dispatcher({breaker: {kind: 'consecutive', failures: 1}, maxAttempts: 1});
    await (await request(place.url, {dispatcher: open})).body.dump();
    expect(await errorOf(() => request(place.url, {dispatcher: open}))).to.have.property('code', 'CIRCUIT_OPEN');
    expect(place.requests).to.have.length(1);
  });

  it('passes on the faster of two hedged attempts, and closes the connection of the other', async () => {
    let closed: Promise<unknown> | undefined;
    const place = server.place(
      response => {
        closed = once(response, 'close');
      },
      {body: 'fast'},
    );
    const {body} = await get(place, {hedge: {delayMs: 20, maxLoadRatio: 1}});
    expect(await body.text()).to.equal('fast');
    await closed;
  });

  it('reads the overrides of one call from resilience, and does not pass them on', async () => {
    const place = server.place(503, 200);
    const options = {dispatcher: dispatcher(), resilience: {maxAttempts: 1}};
    expect((await request(place.url, options)).statusCode).to.equal(503);
    const wrong = {dispatcher: dispatcher(), resilience: {attempts: 1}};
    expect(await errorOf(() => request(place.url, wrong))).to.have.property('code', 'INVALID_OVERRIDES');
  });

  it('works with undici’s fetch', async () => {
    const place = server.place(503, {body: '{"a":1}'});
    const response = await undiciFetch(place.url, {dispatcher: dispatcher()});
    expect(await response.json()).to.deep.equal({a: 1});
    expect(place.requests).to.have.length(2);
  });

  it('does not open a connection for each of 100 retried calls', async () => {
    const script = Array.from({length: 200}, (_, index) => (index % 2 === 0 ? 503 : 200));
    const place = server.place(...script);
    const shared = dispatcher({budget: null, breaker: null});
    const before = server.connections;
    for (let call = 0; call < 100; call++) await (await request(place.url, {dispatcher: shared})).body.dump();
    expect(place.requests).to.have.length(200);
    expect(server.connections - before).to.be.below(5);
  });

  it('refuses an invalid policy when it is created', () => {
    expect(() => resilienceInterceptor({maxAttempts: 0})).to.throw(/maxAttempts/);
  });

  // In a suite of its own: mocha runs it after the suites above.
  describe('afterwards', () => {
    it('every attempt was reported to its breaker', async () => {
      for (let round = 0; round < 100 && attemptsInFlight() > inFlightBefore; round++)
        await new Promise(done => setTimeout(done, 10));
      expect(attemptsInFlight()).to.equal(inFlightBefore);
    });
  });
});

/** A body of single bytes, one every so often. */
function drip(count: number, everyMs: number) {
  return (response: ServerResponse): void => {
    let left = count;
    const timer = setInterval(() => {
      response.write('.');
      if (--left === 0) {
        clearInterval(timer);
        response.end();
      }
    }, everyMs);
  };
}
