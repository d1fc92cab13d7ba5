/** The middleware on a real server of node:http. Express and Fastify: test/clients. */
import {once} from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';
import {expect} from 'chai';
import {
  currentDeadline,
  deadlineMiddleware,
  type IdempotencyOptions,
  idempotencyMiddleware,
  memoryStore,
  type TransactionalStore,
} from '../../src/server.ts';
import {told} from './requests.ts';

/** Headers that a framework sets before the handler runs. */
const withHtml = (response: ServerResponse): ServerResponse =>
  response.setHeader('content-type', 'text/html').setHeader('set-cookie', ['a=1', 'b=2']);

const PAIR = ['content-type', 'text/plain'];

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

describe('idempotencyMiddleware', () => {
  const servers: Server[] = [];
  after(() => {
    for (const server of servers) server.close().closeAllConnections();
  });
  const errors: unknown[] = [];

  async function serve(listener: Listener): Promise<string> {
    const server = createServer((request, response) => void listener(request, response)).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/charges`;
  }

  /** @param listener The handler. */
  async function keyed(
    listener: Listener,
    options: Partial<IdempotencyOptions<IncomingMessage>> = {},
  ): Promise<{url: string; runs: () => number}> {
    let runs = 0;
    const middleware = idempotencyMiddleware({store: memoryStore(), scope: 'everyone', on: () => {}, ...options});
    const url = await serve((request, response) =>
      middleware(request, response, error => {
        if (error !== undefined) {
          errors.push(error);
          response.writeHead(500).end('failed');
          return;
        }
        runs++;
        void listener(request, response);
      }),
    );
    return {url, runs: () => runs};
  }

  const post = (
    url: string,
    key: string | null,
    body: BodyInit | null = '{"amount":1}',
    init: RequestInit = {},
  ): Promise<Response> =>
    fetch(url, {method: 'POST', body, ...(key !== null && {headers: {'idempotency-key': key}}), ...init});

  /** A response, but for the headers that frame its body and keep its connection. */
  const sentBy = async (url: string) => {
    const response = await post(url, 'k');
    const framing = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'];
    const headers = [...response.headers].filter(([name]) => !framing.includes(name));
    return {status: response.status, message: response.statusText, headers, body: await response.text()};
  };

  it('runs the handler once, and replays what it wrote', async () => {
    const {url, runs} = await keyed(async (request, response) => {
      const body = await text(request);
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.writeHead(201, {'content-type': 'text/plain', location: '/charges/1'});
      response.write('charged ');
      response.end(body);
    });
    const first = await post(url, 'k');
    const second = await post(url, 'k');
    expect(await told(first)).to.equal('201 charged {"amount":1}');
    expect(first.headers.getSetCookie()).to.deep.equal(['a=1', 'b=2']);
    expect(await told(second)).to.equal('201 charged {"amount":1}');
    expect(second.headers.getSetCookie()).to.deep.equal([]);
    expect(second.headers.get('location')).to.equal('/charges/1');
    expect(second.headers.get('idempotent-replayed')).to.equal('true');
    expect(runs()).to.equal(1);
  });

  const heads: [string, (response: ServerResponse) => ServerResponse][] = [
    ['a status and a message', response => response.writeHead(201, 'Made').end()],
    ['a message and an object', response => response.writeHead(201, 'Made', {'x-n': 1, 'x-list': ['a', 'b']}).end()],
    ['an object over headers before', response => withHtml(response).writeHead(200, {'Content-Type': 'a/b'}).end()],
    ['a flat list', response => response.writeHead(200, ['x-a', '1', 'X-A', '2', 'x-n', 3, 'set-cookie', 'a=1']).end()],
    ['a flat list over headers before', response => withHtml(response).writeHead(200, ['Content-Type', 'a/b']).end()],
    [
      'a list in a flat list',
      response =>
        withHtml(response)
          .writeHead(200, ['set-cookie', ['c=3', 'd=4']])
          .end(),
    ],
    ['a list of pairs', response => response.writeHead(200, [PAIR, ['x-b', '2']]).end()],
    ['a property', response => Object.assign(withHtml(response), {statusCode: 202, statusMessage: 'Later'}).end()],
    ['headers that are appended', response => withHtml(response).appendHeader('set-cookie', 'e=5').end()],
    [
      'a flushed head',
      response => {
        withHtml(response).flushHeaders();
        return response.end('x');
      },
    ],
    ['a text in another encoding', response => response.writeHead(200, {'content-length': 2}).end('c3a4', 'hex')],
    [
      'bytes',
      response => {
        response.write(new Uint8Array([97]));
        return response.end(Buffer.from('b'));
      },
    ],
  ];
  for (const [what, write] of heads)
    it(`sends ${what} as without the middleware, and replays it without cookies`, async () => {
      const bare = await sentBy(await serve((_request, response) => write(response)));
      const {url} = await keyed((_request, response) => write(response));
      expect(await sentBy(url)).to.deep.equal(bare);
      const {headers, ...replayed} = await sentBy(url);
      const kept = bare.headers.filter(([name]) => name !== 'set-cookie');
      expect(headers).to.have.deep.members([...kept, ['idempotent-replayed', 'true']]);
      expect(replayed).to.include({status: bare.status, body: bare.body});
    });

  it('refuses without a key, with another body, and while the first runs', async () => {
    let finish = () => {};
    const {url, runs} = await keyed((_request, response) => {
      finish = () => response.end('done');
    });
    expect(await told(await post(url, null))).to.equal('400 IDEMPOTENCY_KEY_MISSING');
    const first = post(url, 'k');
    while (runs() === 0) await new Promise(resolve => setTimeout(resolve, 5));
    expect(await told(await post(url, 'k'))).to.equal('409 REQUEST_RUNNING');
    expect(await told(await post(url, 'k', 'other'))).to.equal('422 IDEMPOTENCY_KEY_REUSED');
    finish();
    expect(await told(await first)).to.equal('200 done');
    expect(runs()).to.equal(1);
  });

  const bodies: [string, BodyInit | null][] = [
    ['without content', null],
    ['of no bytes', ''],
    ['of 300 kB', 'z'.repeat(300_000)],
    ['in chunks', new Blob(['a'.repeat(70_000), 'b']).stream()],
  ];
  for (const [what, body] of bodies)
    it(`leaves a body ${what} for the handler`, async () => {
      const {url} = await keyed((request, response) => {
        let size = 0;
        request.on('data', (chunk: Buffer) => {
          size += chunk.byteLength;
        });
        // A request without a body may have ended before.
        if (request.readableEnded) response.end('0');
        else request.on('end', () => response.end(String(size)));
        request.resume();
      });
      const response = await post(url, what, body, {duplex: 'half', headers: {'idempotency-key': 'b'}} as RequestInit);
      const expected = body === null || body === '' ? 0 : typeof body === 'string' ? body.length : 70_001;
      expect(await told(response)).to.equal(`200 ${expected}`);
    });

  it('refuses a body above the limit, and goes on serving', async () => {
    const {url, runs} = await keyed((_request, response) => response.end('x'), {maxRequestBytes: 1000});
    const init = {duplex: 'half', headers: {'idempotency-key': 'k'}} as RequestInit;
    expect(await told(await post(url, 'k', 'z'.repeat(1001), init))).to.equal('413 BODY_TOO_LARGE');
    expect(await told(await post(url, 'k', new Blob(['z'.repeat(5000)]).stream(), init))).to.equal(
      '413 BODY_TOO_LARGE',
    );
    expect(await told(await post(url, 'k', 'z'))).to.equal('200 x');
    expect(runs()).to.equal(1);
  });

  it('closes the connection where a body above the limit is still sent, so that the next request does not wait behind it', async () => {
    const {url} = await keyed((_request, response) => response.end('x'), {maxRequestBytes: 1000});
    const agent = new Agent({keepAlive: true, maxSockets: 1});
    const send = () => sendRequest(url, {method: 'POST', agent, headers: {'idempotency-key': 'k'}});
    try {
      const large = send();
      large.on('error', () => {}); // Writes into the closed connection.
      large.write('z'.repeat(2000));
      const [refused] = (await once(large, 'response')) as [IncomingMessage];
      expect(refused.statusCode).to.equal(413);
      expect(refused.headers.connection).to.equal('close');
      refused.resume();
      const [next] = (await once(send().end('z'), 'response')) as [IncomingMessage];
      expect(next.statusCode).to.equal(200);
    } finally {
      agent.destroy();
    }
  });

  it('sends a response above the limit whole, and does not keep it', async () => {
    const {url, runs} = await keyed(
      async (_request, response) => {
        for (let at = 0; at < 50; at++) if (!response.write('y'.repeat(1000))) await once(response, 'drain');
        response.end();
      },
      {maxResponseBytes: 3000},
    );
    expect((await (await post(url, 'k')).text()).length).to.equal(50_000);
    expect(await told(await post(url, 'k'))).to.equal('409 RESPONSE_NOT_KEPT');
    expect(runs()).to.equal(1);
  });

  it('sends an event stream before its end', async () => {
    let end = () => {};
    const {url} = await keyed((_request, response) => {
      response.writeHead(200, {'content-type': 'text/event-stream'}).write('data: 1\n\n');
      end = () => response.end('data: 2\n\n');
    });
    const response = await post(url, 'k');
    const reader = response.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).to.equal('data: 1\n\n');
    end();
    expect(new TextDecoder().decode((await reader.read()).value)).to.equal('data: 2\n\n');
  });

  it('does not keep an event stream that is written at once', async () => {
    const {url} = await keyed((_request, response) => {
      response.writeHead(200, {'content-type': 'text/event-stream'}).end('data: 1\n\n');
    });
    expect(await told(await post(url, 'k'))).to.equal('200 data: 1\n\n');
    expect(await told(await post(url, 'k'))).to.equal('409 RESPONSE_NOT_KEPT');
  });

  it('leaves out a header that is undefined, and what is written after the end', async () => {
    const {url} = await keyed((_request, response) => {
      response.writeHead(200, {'x-a': undefined, 'x-b': '1'}).end('whole');
      response.write('late');
    });
    const response = await post(url, 'k');
    expect(await told(response)).to.equal('200 whole');
    expect([response.headers.get('x-a'), response.headers.get('x-b')]).to.deep.equal([null, '1']);
  });

  it('holds nothing for a request of another method', async () => {
    const {url} = await keyed((_request, response) => {
      response.write('x');
      response.end(String(response.headersSent));
    });
    expect(await told(await fetch(url))).to.equal('200 xtrue');
  });

  it('calls the callbacks of write and end', async () => {
    const calls: string[] = [];
    const {url} = await keyed((_request, response) => {
      response.write('a', () => calls.push('write'));
      response.end('b', 'latin1', () => calls.push('end'));
    });
    expect(await told(await post(url, 'k'))).to.equal('200 ab');
    while (calls.length < 2) await new Promise(resolve => setTimeout(resolve, 5));
    expect(calls).to.deep.equal(['write', 'end']);
  });

  it('answers 503 where the store fails, and the handler has not run', async () => {
    const store = {...memoryStore(), claim: () => Promise.reject(new Error('down'))};
    const {url, runs} = await keyed((_request, response) => response.end('x'), {store, scope: 'everyone'});
    expect(await told(await post(url, 'k'))).to.equal('503 STORE_UNAVAILABLE');
    expect(runs()).to.equal(0);
  });

  it('passes an error of scope to next', async () => {
    const {url} = await keyed((_request, response) => response.end('x'), {
      scope: () => {
        throw new Error('no account');
      },
    });
    expect(await told(await post(url, 'k'))).to.equal('500 failed');
    expect(errors.pop()).to.have.property('message', 'no account');
  });

  it('finishes and keeps the response where the client has gone', async () => {
    let arrived = () => {};
    const here = new Promise<void>(resolve => {
      arrived = resolve;
    });
    let gone: Promise<unknown> = Promise.resolve();
    const {url, runs} = await keyed(async (request, response) => {
      const {socket} = request;
      gone = new Promise(resolve => socket.once('close', resolve));
      arrived();
      await gone;
      response.end('charged');
    });
    const {port} = new URL(url);
    const first = sendRequest({
      port,
      host: '127.0.0.1',
      path: '/charges',
      method: 'POST',
      headers: {'idempotency-key': 'k'},
    });
    first.on('error', () => {});
    first.end();
    await here;
    first.destroy();
    await gone;
    let second = await told(await post(url, 'k', null));
    while (second.startsWith('409')) second = await told(await post(url, 'k', null));
    expect(second).to.equal('200 charged');
    expect(runs()).to.equal(1);
  });

  it('gives the handler its context, and a failed commit replaces the response', async () => {
    const store: TransactionalStore<string> = {
      transact: async (_claim, work) => {
        await work('tx', {state: 'claimed'}, async () => {});
        throw new Error('commit failed');
      },
    };
    const middleware = idempotencyMiddleware({store, scope: 'everyone', on: () => {}});
    let seen: unknown;
    const url = await serve((request, response) =>
      middleware(request, response, () => {
        const {key, transaction} = middleware.contextOf(request)!;
        seen = {key, transaction};
        response.setHeader('x-charge', '1');
        response.statusMessage = 'Charged';
        response.flushHeaders();
        response.end('charged');
      }),
    );
    const response = await post(url, 'k');
    expect(response.headers.get('x-charge')).to.equal(null);
    expect(response.statusText).to.equal('Service Unavailable');
    expect(await told(response)).to.equal('503 STORE_UNAVAILABLE');
    expect(seen).to.deep.equal({key: 'k', transaction: 'tx'});
  });

  describe('deadlineMiddleware', () => {
    it('refuses a request whose time is over, and gives others what is left', async () => {
      const middleware = deadlineMiddleware();
      const url = await serve((request, response) =>
        middleware(request, response, async () => {
          await new Promise(resolve => setTimeout(resolve, 2));
          const {attempt, signal} = currentDeadline()!;
          response.end(`${currentDeadline()!.remainingMs() < 60_000} ${attempt} ${signal.aborted}`);
        }),
      );
      const ask = async (ms: string) =>
        told(await fetch(url, {headers: {'x-request-timeout-ms': ms, 'x-request-attempt': '2'}}));
      expect(await ask('60000')).to.equal('200 true 2 false');
      expect(await ask('0')).to.equal('504 DEADLINE_PASSED');
    });
  });
});
