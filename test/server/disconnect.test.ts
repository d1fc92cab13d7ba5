/** A client that disconnects stops nothing: the retry gets the whole response, however the handler sends it. */
import {once} from 'node:events';
import {type ClientRequest, type IncomingMessage, type ServerResponse, request as sendRequest} from 'node:http';
import {connect, createServer as createHttp2Server} from 'node:http2';
import {type AddressInfo, connect as connectTcp, type Socket} from 'node:net';
import {Readable, Writable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {finished, pipeline} from 'node:stream/promises';
import {expect} from 'chai';
import {type IdempotencyOptions, idempotencyMiddleware, memoryStore} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {postTo, withServers} from './node-server.ts';
import {deferred, told} from './requests.ts';

const serve = withServers();
const WHOLE = 'one two three';

/** A handler, and what it waits for: the disconnect of the first request. */
type Handler = (response: ServerResponse, disconnected: Promise<unknown>, request: IncomingMessage) => unknown;

/** Sends a request, and disconnects once the handler has begun. The server has noticed it when the promise of the handler resolves. */
async function interrupted(
  handler: Handler,
  options: Partial<IdempotencyOptions<IncomingMessage>> = {},
  disconnect: (client: ClientRequest, server: Socket) => unknown = client => client.destroy(),
) {
  const began = deferred<Socket>();
  const done = deferred<unknown>();
  const left = deferred<void>();
  const keyed = idempotencyMiddleware({store: memoryStore(), scope: 'everyone', on: () => {}, ...options});
  const listener = keyed.listener(async (request, response) => {
    const {socket} = request;
    const disconnected = new Promise(resolve => socket.once('close', resolve)).then(() => left.resolve());
    began.resolve(socket);
    try {
      done.resolve(await handler(response, disconnected, request));
    } catch (error) {
      done.resolve(error);
      throw error;
    }
  });
  const url = await serve(listener);
  const client = sendRequest(url, {
    method: 'POST',
    headers: {'idempotency-key': 'k', 'content-type': 'text/plain;charset=UTF-8'},
  }).on('error', () => {});
  client.end('{"amount":1}');
  disconnect(client, await began.promise);
  await left.promise;
  return {url, done: done.promise};
}

/** The answer of a retry, once the first run has ended. */
async function retried(url: string, key = 'k'): Promise<string> {
  let response = await postTo(url, key);
  // A bound, so that a key that stays taken fails the test.
  for (let tries = 0; tries < 300 && response.headers.has('retry-after'); tries++) response = await postTo(url, key);
  return `${response.headers.has('idempotent-replayed') ? 'replayed ' : ''}${await told(response)}`;
}

/** Its first part comes before the disconnect. */
async function* parts(disconnected: Promise<unknown>) {
  yield 'one ';
  await disconnected;
  for (const part of ['two ', 'three']) {
    await new Promise(resolve => setImmediate(resolve));
    yield part;
  }
}

describe('a client that disconnects while the response is held', () => {
  const handlers: Readonly<Record<string, Handler>> = {
    'pipes a stream into it': async (response, disconnected) => {
      Readable.from(parts(disconnected)).pipe(response.writeHead(201));
      await finished(response).catch(() => {});
    },
    'pipes with pipeline': (response, disconnected) =>
      pipeline(Readable.from(parts(disconnected)), response.writeHead(201)),
    'begins to pipe after it': async (response, disconnected) => {
      await disconnected;
      await pipeline(Readable.from(parts(disconnected)), response.writeHead(201));
    },
    'pipes a web stream into it': async (response, disconnected) => {
      response.writeHead(201);
      const body = Readable.toWeb(Readable.from(parts(disconnected)).map(part => Buffer.from(String(part))));
      await body.pipeTo(Writable.toWeb(response));
    },
    'ends it at close': async (response, disconnected) => {
      response.writeHead(201).write('one ');
      response.on('close', () => response.end());
      await disconnected;
      response.write('two ');
      await new Promise(resolve => setImmediate(resolve));
      response.end('three');
    },
    'stops where the response is destroyed or closed': async (response, disconnected) => {
      response.writeHead(201);
      for await (const part of parts(disconnected)) {
        if (response.destroyed || response.closed || response.socket?.destroyed) break;
        response.write(part);
      }
      response.end();
    },
    'reads the body after it': async (response, disconnected, request) => {
      await disconnected;
      const wasOpen = !request.destroyed && !request.aborted;
      response.writeHead(201).end(wasOpen && (await text(request)) === '{"amount":1}' ? WHOLE : 'cut');
    },
  };
  for (const [name, handler] of Object.entries(handlers))
    it(`does not cut a response whose handler ${name}`, async () => {
      const {url} = await interrupted(handler);
      expect(await retried(url)).to.equal(`replayed 201 ${WHOLE}`);
    });

  it('reads on over HTTP/2 what is sent of a body above the limit, so that the stream ends', async () => {
    const keyed = idempotencyMiddleware({store: memoryStore(), scope: 'everyone', on: () => {}, maxRequestBytes: 1000});
    const server = createHttp2Server((request, response) => {
      const [incoming, outgoing] = [request, response] as unknown as [IncomingMessage, ServerResponse];
      keyed(incoming, outgoing, () => outgoing.end('x'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const upload = session.request({':method': 'POST', ':path': '/charges', 'idempotency-key': 'k'});
      upload.end('z'.repeat(2_000_000));
      let body = '';
      upload.setEncoding('utf8').on('data', part => (body += part));
      const [headers] = (await once(upload, 'response')) as [{':status': number}];
      await once(upload, 'close');
      expect(body).to.include('BODY_TOO_LARGE');
      expect(headers[':status']).to.equal(413);
    } finally {
      session.destroy();
      server.close();
    }
  });

  it('is not noticed by a handler over HTTP/2', async () => {
    const keyed = idempotencyMiddleware({store: memoryStore(), scope: 'everyone', on: () => {}});
    const began = deferred<void>();
    const left = deferred<unknown>();
    const server = createHttp2Server((request, response) => {
      const [incoming, outgoing] = [request, response] as unknown as [IncomingMessage, ServerResponse];
      keyed(incoming, outgoing, () => {
        const {stream} = response;
        began.resolve();
        if (!stream.closed) void once(stream, 'close').then(left.resolve);
        Readable.from(parts(left.promise)).pipe(outgoing.writeHead(201));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const head = {':method': 'POST', ':path': '/charges', 'idempotency-key': 'k'};
      const send = () => session.request(head, {endStream: true});
      const first = send().on('error', () => {});
      await began.promise;
      first.close(8); // CANCEL
      await left.promise;
      let status = 409;
      let body = '';
      for (let tries = 0; tries < 300 && status === 409; tries++) {
        const retry = send();
        const [headers] = (await once(retry, 'response')) as [{':status': number}];
        status = headers[':status'];
        body = await text(retry);
      }
      expect(`${status} ${body}`).to.equal(`201 ${WHOLE}`);
    } finally {
      session.destroy();
      server.close();
    }
  });

  it('is told to the handler after the end of the response, once', async () => {
    const closes = deferred<string[]>();
    const {url} = await interrupted(async (response, disconnected) => {
      const order: string[] = [];
      response.on('close', () => {
        order.push(`close, ${response.destroyed ? 'destroyed' : 'alive'}`);
        setImmediate(() => closes.resolve(order));
      });
      await disconnected;
      order.push('end');
      response.end('x');
    });
    expect(await closes.promise).to.deep.equal(['end', 'close, destroyed']);
    expect(await retried(url)).to.equal('replayed 200 x');
  });

  it('lets a handler go on that waits until its response has finished', async () => {
    const {url, done} = await interrupted(async (response, disconnected) => {
      await pipeline(Readable.from(parts(disconnected)), response);
      await new Promise(resolve => setImmediate(resolve));
      return 'went on';
    });
    expect(await done).to.equal('went on');
    expect(await retried(url)).to.equal(`replayed 200 ${WHOLE}`);
  });

  it('lets a handler go on that waits for the callback of end', async () => {
    const {done} = await interrupted(async (response, disconnected) => {
      await disconnected;
      await new Promise<void>(resolve => response.end('x', resolve));
      return 'went on';
    });
    expect(await done).to.equal('went on');
  });

  it('lets a handler go on that waits for the callback of end, where the connection fails while the response is sent', async () => {
    const known = deferred<ClientRequest>();
    const {done, url} = await interrupted(
      async response => {
        (await known.promise).destroy();
        await new Promise<void>(resolve => response.end(Buffer.alloc(8_000_000), () => resolve()));
        return 'called';
      },
      {maxResponseBytes: 10_000_000},
      known.resolve,
    );
    expect(await done).to.equal('called');
    const replayed = await postTo(url, 'k');
    expect((await replayed.arrayBuffer()).byteLength).to.equal(8_000_000);
  });

  it('is told to a handler that has lost its key', async () => {
    const clock = new VirtualClock();
    const closed = deferred<void>();
    const {url} = await interrupted(
      async (response, disconnected) => {
        response.on('close', () => closed.resolve());
        await disconnected;
        await new Promise(() => {});
      },
      {clock, store: memoryStore({clock}), leaseMs: 3000, maxRunMs: 10_000},
    );
    await clock.advance(10_000);
    await closed.promise;
    expect(await retried(url)).to.equal('409 OUTCOME_UNKNOWN');
  });

  it('is told to the handler of an event stream that is being sent, as in Node', async () => {
    const sent = deferred<void>();
    const {done} = await interrupted(
      async (response, disconnected) => {
        const closed = once(response, 'close');
        response.writeHead(200, {'content-type': 'text/event-stream'}).write('data: 1\n\n', () => sent.resolve());
        await disconnected;
        await closed;
        return 'told';
      },
      {},
      client => sent.promise.then(() => client.destroy()),
    );
    expect(await done).to.equal('told');
  });
});

describe('a client that disconnects while a response is held that then passes maxResponseBytes', () => {
  const write = (response: ServerResponse, chunk: string): Promise<void> =>
    new Promise((resolve, reject) => {
      response.write(chunk, error => (error ? reject(error) : resolve()));
    });

  it('fails the write that passes the limit, and each later one, as in Node', async () => {
    const codes: unknown[] = [];
    const {url, done} = await interrupted(
      async (response, disconnected) => {
        await write(response, 'one ');
        await disconnected;
        await write(response, 'two ');
        for (let count = 0; count < 3; count++)
          await write(response, 'x'.repeat(100)).catch((error: NodeJS.ErrnoException) => codes.push(error.code));
      },
      {maxResponseBytes: 100},
    );
    await done;
    expect(codes).to.deep.equal(Array(3).fill('ERR_STREAM_DESTROYED'));
    expect(await retried(url)).to.equal('409 RESPONSE_NOT_KEPT');
  });

  it('calls the callbacks of a handler that has ended the response, without an error', async () => {
    const {done} = await interrupted(
      async (response, disconnected) => {
        await disconnected;
        const written = write(response, 'x'.repeat(101));
        response.end();
        await written;
        return 'called';
      },
      {maxResponseBytes: 100},
    );
    expect(await done).to.equal('called');
  });

  it('fails the write of a handler of an event stream whose connection this server closes', async () => {
    const {done} = await interrupted(
      async (response, disconnected) => {
        response.writeHead(200, {'content-type': 'text/event-stream'});
        await write(response, 'data: 1\n\n');
        await disconnected;
        for (let count = 0; count < 100; count++) {
          await write(response, 'data: 2\n\n');
          await new Promise(resolve => setImmediate(resolve));
        }
      },
      {afterLoss: 'run-again'},
      (_client, server) => setTimeout(() => server.destroy(), 20),
    );
    expect(await done).to.include({code: 'ERR_STREAM_DESTROYED'});
  });
});

describe('a client that disconnects before the handler runs', () => {
  it('leaves the key free, because the body cannot be read any more', async () => {
    const memory = memoryStore();
    const asked = deferred<void>();
    const left = deferred<void>();
    const freed = deferred<void>();
    let runs = 0;
    const keyed = idempotencyMiddleware({
      scope: 'everyone',
      on: event => event.type === 'released' && freed.resolve(),
      store: {
        claim: async claim => {
          asked.resolve();
          await left.promise;
          return memory.claim(claim);
        },
        renew: (...all) => memory.renew(...all),
        abandon: (...all) => memory.abandon(...all),
        release: (...all) => memory.release(...all),
        complete: (...all) => memory.complete(...all),
      },
    });
    const listener = keyed.listener(async (request, response) => {
      runs++;
      response.writeHead(201).end(await text(request));
    });
    const url = await serve((request, response) => {
      if (request.headers['x-first'] !== undefined) response.on('close', () => left.resolve());
      listener(request, response);
    });
    const headers = {'idempotency-key': 'k', 'content-type': 'text/plain;charset=UTF-8', 'x-first': 'yes'};
    const client = sendRequest(url, {method: 'POST', headers}).on('error', () => {});
    client.end('{"amount":1}');
    await asked.promise;
    client.destroy();
    await freed.promise;
    expect(await retried(url)).to.equal('201 {"amount":1}');
    expect(runs).to.equal(1);
  });
});

describe('a client that disconnects between the body parser and the handler', () => {
  it('gets the whole response again, and its disconnect is told once', async () => {
    const ended = deferred<void>();
    const closes: string[] = [];
    const keyed = idempotencyMiddleware({store: memoryStore(), scope: 'everyone', on: () => {}});
    const listener = keyed.listener(async (_request, response) => {
      response.on('close', () => closes.push('handler'));
      await pipeline(Readable.from(['one ', 'two ', 'three']), response.writeHead(201));
      setImmediate(() => ended.resolve());
    });
    const url = await serve(async (request, response) => {
      const rawBody = Buffer.from(await text(request));
      if (request.headers['x-first'] !== undefined) {
        response.once('close', () => closes.push('around'));
        client.destroy();
        await once(response, 'close');
      }
      listener(Object.assign(request, {rawBody}), response);
    });
    const headers = {'idempotency-key': 'k', 'content-type': 'text/plain;charset=UTF-8', 'x-first': 'yes'};
    const client = sendRequest(url, {method: 'POST', headers}).on('error', () => {});
    client.end('{"amount":1}');
    await ended.promise;
    expect(await retried(url)).to.equal(`replayed 201 ${WHOLE}`);
    expect(closes).to.deep.equal(['around', 'handler']);
  });
});

describe('a client that disconnects from a handler that destroys the source of its response then', () => {
  const sources: Readonly<Record<string, () => Readable>> = {
    'before its first part': () => new Readable({read() {}}),
    'after a part': () => {
      const source = new Readable({read() {}});
      source.push('one ');
      return source;
    },
  };
  for (const [when, make] of Object.entries(sources))
    it(`leaves the outcome unknown at once, ${when}`, async () => {
      const {url} = await interrupted((response, disconnected) => {
        const source = make();
        source.pipe(response.writeHead(201));
        void disconnected.then(() => source.destroy());
      });
      expect(await retried(url)).to.equal('409 OUTCOME_UNKNOWN');
    });

  it('keeps the response of a handler that sends another source instead', async () => {
    const {url} = await interrupted(async (response, disconnected) => {
      const source = new Readable({read() {}});
      source.pipe(response.writeHead(201));
      await disconnected;
      source.unpipe(response);
      source.destroy();
      await new Promise(resolve => setImmediate(() => setImmediate(resolve)));
      Readable.from([WHOLE]).pipe(response);
    });
    expect(await retried(url)).to.equal(`replayed 201 ${WHOLE}`);
  });
});

/** Node 22 forgets the responses that wait behind another one of their connection: they never close, and a handler that waits for that waits for ever. */
const FORGETS_WAITING = Number(process.versions.node.split('.')[0]) < 24;

describe('a client that disconnects from pipelined requests', () => {
  const HEAD = 'HTTP/1.1\r\nhost: a\r\ncontent-type: text/plain;charset=UTF-8\r\n';
  const sent = (key: string): string =>
    `POST /charges ${HEAD}idempotency-key: ${key}\r\ncontent-length: 12\r\n\r\n{"amount":1}`;
  const REQUESTS: Readonly<Record<string, string>> = {
    'with keys': sent('a') + sent('b') + sent('c'),
    'after one without a key': `GET /charges ${HEAD}\r\n${sent('a')}${sent('b')}${sent('c')}`,
  };
  const handlers: Readonly<Record<string, Handler>> = {
    'that ends at once': response => response.writeHead(201).end(WHOLE),
    'that waits': async (response, disconnected) => {
      await disconnected;
      response.writeHead(201).end(WHOLE);
    },
    'that streams': (response, disconnected) => pipeline(Readable.from(parts(disconnected)), response.writeHead(201)),
    'that waits for the callback of end': async (response, disconnected) => {
      response.writeHead(201).write('one ');
      await disconnected;
      await new Promise<void>(resolve => response.end('two three', resolve));
    },
  };
  for (const [what, requests] of Object.entries(REQUESTS))
    for (const [name, handler] of Object.entries(handlers))
      it(`${what} gets each response again from a handler ${name}`, async () => {
        const expected = requests.split('HTTP/1.1').length - 1;
        const seenToEnd = FORGETS_WAITING && /streams|callback/.test(name) ? 1 : expected;
        const begun = deferred<void>();
        const done = deferred<void>();
        let [begins, ends, closes] = [0, 0, 0];
        const failures: unknown[] = [];
        const keyed = idempotencyMiddleware({
          store: memoryStore(),
          scope: 'everyone',
          on: event => event.type === 'lost' && failures.push(event.error),
        });
        const url = await serve(
          keyed.listener(async (request, response, context) => {
            response.on('close', () => closes++);
            const disconnected = new Promise(resolve => request.socket.once('close', resolve)).then(
              () => new Promise(resolve => setImmediate(resolve)),
            );
            if (++begins === expected) begun.resolve();
            await (context.key === undefined
              ? disconnected.then(() => response.end())
              : handler(response, disconnected, request));
            if (++ends === seenToEnd) done.resolve();
          }),
        );
        const {host, port} = new URL(url);
        const client = connectTcp(Number(port), '127.0.0.1').on('error', () => {});
        client.write(requests.replaceAll('host: a', `host: ${host}`));
        await begun.promise;
        client.destroy();
        await done.promise;
        for (const key of ['a', 'b', 'c']) expect(await retried(url, key)).to.equal(`replayed 201 ${WHOLE}`);
        expect(failures).to.deep.equal([]);
        if (!FORGETS_WAITING) expect(closes).to.equal(expected);
      });
});

describe('a server that closes the connection while the response is held', () => {
  // The error handler of Express does so where the head was written.
  it('leaves the outcome unknown at once', async () => {
    const {url} = await interrupted(
      async (response, disconnected) => {
        response.write('one ');
        await disconnected;
      },
      {},
      (_client, server) => server.destroy(),
    );
    expect(await retried(url)).to.equal('409 OUTCOME_UNKNOWN');
  });
});

describe('a server that closes the connection of a response that has not begun', () => {
  // As with the timeout of a server, or its end: the handler goes on.
  it('keeps the response', async () => {
    const {url} = await interrupted(
      async (response, disconnected) => {
        await disconnected;
        response.end('x');
      },
      {},
      (_client, server) => server.destroy(),
    );
    expect(await retried(url)).to.equal('replayed 200 x');
  });
});

describe('a server that closes the connection of a response that has ended', () => {
  it('keeps the response', async () => {
    const asked = deferred<void>();
    const goOn = deferred<void>();
    const memory = memoryStore();
    const {url} = await interrupted(
      async (response, disconnected) => {
        response.end('x');
        await disconnected;
        goOn.resolve();
      },
      {
        store: {
          claim: claim => memory.claim(claim),
          renew: (...all) => memory.renew(...all),
          abandon: (...all) => memory.abandon(...all),
          release: (...all) => memory.release(...all),
          complete: async (...all) => {
            asked.resolve();
            await goOn.promise;
            return memory.complete(...all);
          },
        },
      },
      (_client, server) => asked.promise.then(() => server.destroy()),
    );
    expect(await retried(url)).to.equal('replayed 200 x');
  });
});
