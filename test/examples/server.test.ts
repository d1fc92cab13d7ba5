import {expect} from 'chai';
import type {Fate} from '../../examples/before-after/faults.ts';
import {type FaultyServer, startServer} from '../../examples/before-after/server.ts';

/** A server that meets the first arrival with this fate and answers every later one. */
const serverWith = (fate: Fate): Promise<FaultyServer> =>
  startServer((_, arrival) => (arrival === 1 ? fate : {kind: 'answer', afterMs: 0}));

describe('before-after: the server over HTTP', () => {
  let server: FaultyServer;
  afterEach(() => server.close());

  const post = (key?: string, order = 'order-1', signal: AbortSignal | null = null): Promise<Response> =>
    fetch(`${server.origin}/orders/${order}?run=r`, {
      method: 'POST',
      body: '{}',
      signal,
      headers: key === undefined ? {} : {'Idempotency-Key': key},
    });
  const charged = (): number => server.stats('r').charges.get('order-1') ?? 0;

  for (const worked of [false, true]) {
    const when = worked ? 'after' : 'before';
    const charges = worked ? 1 : 0;

    it(`answers 503 ${when} the work`, async () => {
      server = await serverWith({kind: 'status', status: 503, worked, afterMs: 0});
      expect((await post()).status).to.equal(503);
      expect(charged()).to.equal(charges);
    });

    it(`resets the connection ${when} the work`, async () => {
      server = await serverWith({kind: 'reset', worked, afterMs: 0});
      const error = await post().catch((thrown: Error) => thrown);
      expect(error).to.be.instanceOf(TypeError).with.nested.property('cause.code', 'ECONNRESET');
      expect(charged()).to.equal(charges);
    });

    it(`hangs ${when} the work, until the client gives up`, async () => {
      server = await serverWith({kind: 'hang', worked, afterMs: 0});
      const error = await post(undefined, 'order-1', AbortSignal.timeout(60)).catch((thrown: Error) => thrown);
      expect(error).to.have.property('name', 'TimeoutError');
      expect(charged()).to.equal(charges);
    });
  }

  it('charges again without a key, and says how many charges were too many', async () => {
    server = await serverWith({kind: 'status', status: 500, worked: true, afterMs: 0});
    await post();
    await post();
    expect(charged()).to.equal(2);
    expect(server.stats('r').duplicates).to.equal(1);
  });

  it('finds the answer that was lost, when the key comes again', async () => {
    server = await serverWith({kind: 'reset', worked: true, afterMs: 0});
    await post('k1').catch(() => {});
    const retried = await post('k1');
    expect(retried.status).to.equal(200);
    expect(retried.headers.get('idempotent-replayed')).to.equal('true');
    expect(await retried.json()).to.deep.equal({id: 'order-1', receipt: 'order-1-1'});
    expect(server.stats('r')).to.deep.include({requests: 2, duplicates: 0});
  });

  it('refuses a key that belongs to another order', async () => {
    server = await serverWith({kind: 'answer', afterMs: 0});
    await post('k1', 'order-1');
    expect((await post('k1', 'order-2')).status).to.equal(422);
  });

  for (const [hint, name, form] of [
    ['retry-after-ms', 'retry-after-ms', /^1[12]\d$/],
    ['seconds', 'retry-after', /^1$/],
    ['date', 'retry-after', /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/],
  ] as const) {
    it(`says when to come back: ${hint}`, async () => {
      server = await serverWith({kind: 'throttled', hint, afterMs: 0});
      const answer = await post();
      expect(answer.status).to.equal(429);
      expect(answer.headers.get(name)).to.match(form);
    });
  }

  it('repeats its response to a client that comes too early, and counts it', async () => {
    server = await serverWith({kind: 'throttled', hint: 'seconds', afterMs: 0});
    await post();
    const early = await post();
    expect([early.status, early.headers.get('retry-after')]).to.deep.equal([429, '1']);
    expect(server.stats('r')).to.deep.include({requests: 2, early: 1});
  });

  it('keeps runs apart', async () => {
    server = await serverWith({kind: 'answer', afterMs: 0});
    await post();
    expect(server.stats('another')).to.deep.include({requests: 0, duplicates: 0});
  });

  it('closes under a hanging request', async () => {
    server = await serverWith({kind: 'hang', worked: false, afterMs: 0});
    const hanging = post().catch((thrown: Error) => thrown);
    while (server.stats('r').requests === 0) await new Promise(setImmediate);
    await server.close();
    expect(await hanging).to.be.instanceOf(TypeError);
  });
});
