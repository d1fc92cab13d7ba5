/** What a handler may do to its response while it is held, after it has ended, and after another answer was sent in its place. */
import type {IncomingMessage, ServerResponse} from 'node:http';
import {expect} from 'chai';
import {
  type IdempotencyEvent,
  type IdempotencyOptions,
  idempotencyMiddleware,
  type KeyContext,
  memoryStore,
} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {postTo, withServers} from './node-server.ts';
import {deferred, told} from './requests.ts';

const serve = withServers();

/** What late code may do to a response. Each throws in Node once the headers are sent, or would go into the next response. */
const LATE: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  setHeader: response => response.setHeader('x-late', '1'),
  appendHeader: response => response.appendHeader('x-late', '1'),
  setHeaders: response => response.setHeaders(new Map([['x-late', '1']])),
  removeHeader: response => response.removeHeader('content-type'),
  writeHead: response => response.writeHead(201, {'x-late': '1'}),
  flushHeaders: response => response.flushHeaders(),
  write: response => response.write('late'),
  end: response => response.end('late'),
  writeContinue: response => response.writeContinue(),
  writeProcessing: response => response.writeProcessing(),
  addTrailers: response => response.addTrailers({'x-late': '1'}),
  statusCode: response => {
    response.statusCode = 201;
  },
  destroy: response => response.destroy(),
};

describe('a run that has lost its key', () => {
  /** A handler that is told of the loss, and then acts. */
  async function lost(act: (response: ServerResponse, context: KeyContext) => unknown) {
    const clock = new VirtualClock();
    const acted = deferred<unknown>();
    const started = deferred<void>();
    const keyed = idempotencyMiddleware({
      store: memoryStore({clock}),
      scope: 'everyone',
      clock,
      leaseMs: 3000,
      maxRunMs: 10_000,
      on: () => {},
    });
    const answered = deferred<void>();
    const url = await serve((request, response) =>
      keyed(request, response, async () => {
        const context = keyed.contextOf(request)!;
        started.resolve();
        await answered.promise;
        try {
          acted.resolve(await act(response, context));
        } catch (error) {
          acted.resolve(error);
        }
      }),
    );
    const first = postTo(url, 'k');
    await started.promise;
    await clock.advance(10_000);
    return {url, first, acted: acted.promise, answered};
  }

  for (const [name, act] of Object.entries(LATE))
    it(`may still call ${name}: it is dropped`, async () => {
      const {url, first, acted, answered} = await lost(act);
      const response = await first;
      expect(await told(response)).to.equal('409 OUTCOME_UNKNOWN');
      expect(response.headers.get('x-late')).to.equal(null);
      answered.resolve();
      expect(await acted).not.to.be.instanceOf(Error);
      // The connection is still good, and has nothing of the late response.
      expect(await told(await postTo(url, 'k'))).to.equal('409 OUTCOME_UNKNOWN');
    });

  it('learns of it by its signal', async () => {
    const {first, acted, answered} = await lost((_response, {signal}) => signal.reason);
    await first;
    answered.resolve();
    expect(await acted).to.include({code: 'LEASE_LOST'});
  });

  it('calls the callbacks of what is dropped', async () => {
    const {first, acted, answered} = await lost(async response => {
      await new Promise<void>(resolve => response.write('late', () => resolve()));
      await new Promise<void>(resolve => response.end(() => resolve()));
      return 'called';
    });
    await first;
    answered.resolve();
    expect(await acted).to.equal('called');
  });

  it('looks unsent to an error handler, which would else close the connection of the next request', async () => {
    const {first, acted, answered} = await lost(response => response.headersSent);
    await first;
    answered.resolve();
    expect(await acted).to.equal(false);
  });
});

describe('a held response', () => {
  const keyed = async (
    handler: (response: ServerResponse, request: IncomingMessage) => unknown,
    options: Partial<IdempotencyOptions<IncomingMessage>> = {},
    around: (request: IncomingMessage, response: ServerResponse) => void = () => {},
  ) => {
    const events: IdempotencyEvent[] = [];
    const middleware = idempotencyMiddleware({
      store: memoryStore(),
      scope: 'everyone',
      on: event => events.push(event),
      ...options,
    });
    const url = await serve((request, response) => {
      around(request, response);
      middleware(request, response, () => handler(response, request));
    });
    return {url, events};
  };

  it('that has ended stays as it is, whatever an error handler writes later', async () => {
    const {url} = await keyed(response => {
      response.statusCode = 201;
      response.setHeader('content-type', 'application/json');
      response.end('{"id":1}');
      response.statusCode = 500;
      response.setHeader('content-type', 'text/plain');
      response.end('failed');
    });
    for (const replayed of [null, 'true']) {
      const response = await postTo(url, 'k');
      expect(response.headers.get('content-type')).to.equal('application/json');
      expect(response.headers.get('idempotent-replayed')).to.equal(replayed);
      expect(await told(response)).to.equal('201 {"id":1}');
    }
  });

  it('that has been sent ignores what is still written, and looks sent to a logger', async () => {
    const late = deferred<unknown>();
    const {url} = await keyed(response => {
      response.on('finish', () => {
        const seen = [response.headersSent, response.statusCode];
        try {
          response.statusCode = 500;
          response.removeHeader('content-type');
          response.writeHead(500).end('failed');
          late.resolve([...seen, response.statusCode]);
        } catch (error) {
          late.resolve(error);
        }
      });
      response.writeHead(201, {'content-type': 'text/plain'}).end('x');
    });
    expect(await told(await postTo(url, 'k'))).to.equal('201 x');
    expect(await late.promise).to.deep.equal([true, 201, 201]);
  });

  it('that has begun has its head, and ignores a later status', async () => {
    const {url} = await keyed(response => {
      response.writeHead(201, 'Made', {'x-charge': '1'});
      response.statusCode = 500;
      response.end(String(response.headersSent));
    });
    const response = await postTo(url, 'k');
    expect(response.headers.get('x-charge')).to.equal('1');
    expect(response.statusText).to.equal('Made');
    expect(await told(response)).to.equal('201 true');
  });

  describe('that has begun', () => {
    /** What fixes the head. */
    const begin: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
      write: response => response.write('part'),
      writeHead: response => response.writeHead(201),
      flushHeaders: response => response.flushHeaders(),
    };
    const change = ['setHeader', 'appendHeader', 'setHeaders', 'removeHeader', 'writeHead'] as const;
    const thrownBy = (response: ServerResponse, name: (typeof change)[number]): string => {
      try {
        LATE[name]!(response);
        return 'nothing was thrown';
      } catch (error) {
        const {name, message, code} = error as NodeJS.ErrnoException;
        return `${name} ${code}: ${message}`;
      }
    };
    for (const [how, beginWith] of Object.entries(begin))
      for (const name of change)
        it(`by ${how} throws from ${name} what Node throws`, async () => {
          const seen = {bare: '', held: ''};
          const act = (which: keyof typeof seen) => (response: ServerResponse) => {
            beginWith(response);
            seen[which] = thrownBy(response, name);
            response.end();
          };
          const {url} = await keyed(act('held'));
          for (const each of [url, await serve((_request, response) => act('bare')(response))])
            expect((await postTo(each, 'k')).headers.get('x-late')).to.equal(null);
          expect(seen.held).to.equal(seen.bare);
          expect(seen.held).to.include('ERR_HTTP_HEADERS_SENT');
        });

    it('is not stored where an error handler answers without a look at headersSent', async () => {
      const {url, events} = await keyed(response => {
        response.writeHead(201, {'content-type': 'text/plain'}).write('row 1, ');
        try {
          response.writeHead(502).end('failed'); // Throws, and Express closes the connection.
        } catch {
          if (response.headersSent) response.req.socket.destroy();
        }
      });
      expect(await postTo(url, 'k').then(told, () => 'reset')).to.equal('reset');
      expect((await postTo(url, 'k')).status).to.equal(409);
      expect(events.map(({type}) => type)).to.deep.equal(['lost', 'failed', 'refused']);
    });

    it('fails the run of a listener whose own error handler throws', async () => {
      const events: string[] = [];
      const middleware = idempotencyMiddleware({
        store: memoryStore(),
        scope: 'everyone',
        on: ({type}) => events.push(type),
      });
      const url = await serve(
        middleware.listener(async (_request, response) => {
          response.statusCode = 201;
          response.write('row 1, ');
          await Promise.reject(new Error('The upstream failed.')).catch(() => {
            response.writeHead(502, {'content-type': 'text/plain'});
            response.end('failed');
          });
        }),
      );
      expect((await postTo(url, 'k')).status).to.equal(500);
      expect((await postTo(url, 'k')).status).to.equal(409);
      expect(events).to.deep.equal(['lost', 'failed', 'refused']);
    });

    it('lets middleware within write that asks for the head before each write, as compression 1.7 does', async () => {
      type Within = ServerResponse & {readonly _header: string | null; _implicitHeader(): void};
      const {url} = await keyed(response => {
        const within = response as Within;
        response.statusCode = 201;
        for (const part of ['one ', 'two']) {
          if (within._header === null) within._implicitHeader();
          response.write(part);
        }
        response.end();
      });
      expect(await (await postTo(url, 'k')).text()).to.equal('one two');
      expect((await postTo(url, 'k')).status).to.equal(201);
    });
  });

  it('tells frameworks that it has ended', async () => {
    const seen: boolean[] = [];
    const {url} = await keyed(response => {
      seen.push(response.writableEnded);
      response.end('x');
      seen.push(response.writableEnded);
    });
    await (await postTo(url, 'k')).text();
    expect(seen).to.deep.equal([false, true]);
  });

  it('calls wrappers of writeHead that the handler has put around it, once, and keeps what they set', async () => {
    let calls = 0;
    const {url} = await keyed(response => {
      const before = response.writeHead;
      response.writeHead = (...all: unknown[]) => {
        calls++;
        response.setHeader('x-session', '1');
        return Reflect.apply(before, response, all);
      };
      response.end('x');
    });
    for (let at = 0; at < 2; at++) {
      const response = await postTo(url, 'k');
      expect(response.headers.get('x-session')).to.equal('1');
      expect(await told(response)).to.equal('200 x');
    }
    expect(calls).to.equal(1);
  });

  it('passes writes through wrappers that the handler has put around it, also once it is being sent', async () => {
    const {url} = await keyed(
      async response => {
        const {write} = response;
        response.write = ((chunk: string, ...rest: unknown[]) =>
          Reflect.apply(write, response, [chunk.toUpperCase(), ...rest])) as typeof write;
        for (const chunk of ['one ', 'two ']) response.write(chunk); // The second one passes the limit.
        await new Promise(resolve => response.once('drain', resolve));
        response.write('three');
        response.end();
      },
      {maxResponseBytes: 6},
    );
    expect(await told(await postTo(url, 'k'))).to.equal('200 ONE TWO THREE');
  });

  it('sends the head of an event stream before its first event', async () => {
    const event = deferred<void>();
    const {url} = await keyed(async response => {
      response.writeHead(200, {'content-type': 'text/event-stream'}).flushHeaders();
      await event.promise;
      response.end('data: 1\n\n');
    });
    const response = await postTo(url, 'k');
    event.resolve();
    expect(await told(response)).to.equal('200 data: 1\n\n');
  });

  it('that is destroyed by its handler leaves the outcome unknown at once', async () => {
    const {url, events} = await keyed(response => {
      response.destroy();
    });
    expect(await postTo(url, 'k').catch(() => 'reset')).to.equal('reset');
    expect(await told(await postTo(url, 'k'))).to.equal('409 OUTCOME_UNKNOWN');
    expect(events.map(({type}) => type)).to.deep.equal(['lost', 'failed', 'refused']);
  });

  it('that is destroyed by its handler with ECONNRESET, as of a service behind it, is no disconnect of the client', async () => {
    const {url, events} = await keyed(response => {
      response.destroy(Object.assign(new Error('read ECONNRESET'), {code: 'ECONNRESET'}));
    });
    expect(await postTo(url, 'k').catch(() => 'reset')).to.equal('reset');
    expect(await told(await postTo(url, 'k'))).to.equal('409 OUTCOME_UNKNOWN');
    expect(events.map(({type}) => type)).to.deep.equal(['lost', 'failed', 'refused']);
  });

  describe('and headers of the middleware around', () => {
    let requests = 0;
    const cors = (request: IncomingMessage, response: ServerResponse): void => {
      response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
      response.setHeader('vary', 'Origin');
      response.setHeader('x-request-id', String(++requests));
    };
    const ask = (url: string, key: string, origin: string, amount = '{"amount":1}'): Promise<Response> =>
      fetch(url, {method: 'POST', body: amount, headers: {'idempotency-key': key, origin}});
    const around = ({headers}: Response) => ({
      origin: headers.get('access-control-allow-origin'),
      vary: headers.get('vary'),
      request: headers.get('x-request-id'),
    });

    it('are those of each request, on the first response and on a replay', async () => {
      requests = 0;
      const {url} = await keyed(response => response.writeHead(201, {location: '/1'}).end('x'), {}, cors);
      const first = await ask(url, 'k', 'https://a.example');
      expect(around(first)).to.deep.equal({origin: 'https://a.example', vary: 'Origin', request: '1'});
      const second = await ask(url, 'k', 'https://b.example');
      expect(around(second)).to.deep.equal({origin: 'https://b.example', vary: 'Origin', request: '2'});
      expect(second.headers.get('location')).to.equal('/1');
      expect(await told(second)).to.equal('201 x');
    });

    it('are on a 400, a 409, a 413, a 422 and a 503', async () => {
      const finish = deferred<void>();
      const started = deferred<void>();
      const memory = memoryStore();
      const {url} = await keyed(
        async response => {
          started.resolve();
          await finish.promise;
          response.end('x');
        },
        {
          store: {
            claim: async claim => {
              if (isDown) throw new Error('down');
              return memory.claim(claim);
            },
            renew: (...all) => memory.renew(...all),
            complete: (...all) => memory.complete(...all),
            abandon: (...all) => memory.abandon(...all),
            release: (...all) => memory.release(...all),
          },
          maxRequestBytes: 100,
        },
        cors,
      );
      let isDown = false;
      const first = ask(url, 'k', 'https://a.example');
      await started.promise;
      const seen: [string, string | null][] = [];
      const look = async (response: Response): Promise<void> => {
        const {origin} = around(response);
        seen.push([await told(response), origin]);
      };
      await look(await ask(url, '"', 'https://a.example'));
      await look(await ask(url, 'k', 'https://a.example'));
      await look(await ask(url, 'k', 'https://a.example', 'z'.repeat(200)));
      await look(await ask(url, 'k', 'https://a.example', 'other'));
      isDown = true;
      await look(await ask(url, 'k', 'https://a.example'));
      finish.resolve();
      await look(await first);
      expect(seen).to.deep.equal(
        [
          '400 IDEMPOTENCY_KEY_INVALID',
          '409 REQUEST_RUNNING',
          '413 BODY_TOO_LARGE',
          '422 IDEMPOTENCY_KEY_REUSED',
          '503 STORE_UNAVAILABLE',
          '200 x',
        ].map(each => [each, 'https://a.example']),
      );
    });

    it('stay when another answer is sent in place of the handler’s, and those of the handler go', async () => {
      const clock = new VirtualClock();
      const started = deferred<void>();
      const {url} = await keyed(
        response => {
          response.setHeader('x-charge', '1');
          response.setHeader('vary', 'Origin, Accept');
          started.resolve();
        },
        {store: memoryStore({clock}), clock, maxRunMs: 10_000},
        cors,
      );
      const answer = ask(url, 'k', 'https://a.example');
      await started.promise;
      await clock.advance(10_000);
      const response = await answer;
      expect(await told(response)).to.equal('409 OUTCOME_UNKNOWN');
      expect(response.headers.get('x-charge')).to.equal(null);
      expect(around(response)).to.include({origin: 'https://a.example', vary: 'Origin'});
    });
  });
});

describe('an answer in place of the handler’s, behind middleware that ends it a while later', () => {
  const serve = withServers();
  type Write = (...values: unknown[]) => unknown;
  const around: Readonly<Record<string, (response: ServerResponse) => void>> = {
    // As express-session while it saves.
    'after the body': response => {
      const [write, end] = [response.write.bind(response), response.end.bind(response)] as [Write, Write];
      response.end = ((chunk?: unknown) => {
        if (chunk !== undefined) write(chunk);
        setImmediate(() => end());
        return response;
      }) as ServerResponse['end'];
    },
    'with head and body': response => {
      const [head, end] = [response.writeHead.bind(response), response.end.bind(response)] as [Write, Write];
      response.writeHead = ((status: number) => {
        response.setHeader('x-around', '1');
        return head(status);
      }) as ServerResponse['writeHead'];
      response.end = ((chunk?: unknown) => {
        setImmediate(() => {
          response.writeHead(response.statusCode);
          end(chunk);
        });
        return response;
      }) as ServerResponse['end'];
    },
  };
  for (const [how, wrap] of Object.entries(around))
    it(`is sent where it is ended ${how}, and the handler’s late writes are not`, async () => {
      const clock = new VirtualClock();
      const started = deferred<ServerResponse>();
      const keyed = idempotencyMiddleware({
        store: memoryStore({clock}),
        scope: 'everyone',
        clock,
        maxRunMs: 10_000,
        on: () => {},
      });
      const listener = keyed.listener((_request, response) => {
        keyed
          .contextOf(_request)!
          .signal.addEventListener('abort', () =>
            setImmediate(() => response.writeHead(201, {'x-charge': '1'}).end('late')),
          );
        started.resolve(response);
      });
      const url = await serve((request, response) => {
        wrap(response);
        listener(request, response);
      });
      const answer = postTo(url, 'k');
      await started.promise;
      await clock.advance(10_000);
      const response = await answer;
      expect(await told(response)).to.equal('409 OUTCOME_UNKNOWN');
      expect(response.headers.get('x-charge')).to.equal(null);
      expect(response.headers.get('x-around')).to.equal(how === 'after the body' ? null : '1');
      expect(await told(await postTo(url, 'k'))).to.equal('409 OUTCOME_UNKNOWN');
    });
});

describe('a request that is answered by a timeout middleware while the store is asked', () => {
  it('does not run its handler, and leaves the key free', async () => {
    const asked = deferred<void>();
    const answers = deferred<void>();
    const memory = memoryStore();
    let runs = 0;
    let isSlow = true;
    const keyed = idempotencyMiddleware({
      store: {
        claim: async claim => {
          asked.resolve();
          if (isSlow) await answers.promise;
          return memory.claim(claim);
        },
        renew: (...all) => memory.renew(...all),
        complete: (...all) => memory.complete(...all),
        abandon: (...all) => memory.abandon(...all),
        release: (...all) => memory.release(...all),
      },
      scope: 'everyone',
      on: () => {},
    });
    const url = await serve((request, response) => {
      void asked.promise.then(() => isSlow && response.writeHead(503).end('timeout'));
      keyed(request, response, () => {
        runs++;
        response.end('done');
      });
    });
    expect(await told(await postTo(url, 'k'))).to.equal('503 timeout');
    isSlow = false;
    answers.resolve();
    let second = await told(await postTo(url, 'k'));
    while (second.startsWith('409')) second = await told(await postTo(url, 'k'));
    expect(second).to.equal('200 done');
    expect(runs).to.equal(1);
  });
});

describe('a request that is answered by a timeout middleware while the handler works, with methods that it took before', () => {
  /** What the handler has done by then, and does after it. */
  const handlers: Readonly<Record<string, [(response: ServerResponse) => void, (response: ServerResponse) => void]>> = {
    'nothing, and sets a header later': [() => {}, response => response.setHeader('x-late', '1')],
    'nothing, and answers later': [() => {}, response => response.writeHead(201).end('done')],
    'a part, and ends it later': [response => response.writeHead(201).write('do'), response => response.end('ne')],
    'all, which the store has not kept yet': [response => response.writeHead(201).end('done'), () => {}],
  };
  for (const [what, [early, late]] of Object.entries(handlers))
    it(`and the handler has written ${what}: the process goes on, the response looks sent, and the connection is free`, async () => {
      const started = deferred<void>();
      const gate = deferred<void>();
      const seen: unknown[] = [];
      const memory = memoryStore();
      const keyed = idempotencyMiddleware({
        store: {
          claim: claim => memory.claim(claim),
          renew: (...all) => memory.renew(...all),
          complete: async (...all) => {
            await gate.promise;
            return memory.complete(...all);
          },
          abandon: (...all) => memory.abandon(...all),
          release: (...all) => memory.release(...all),
        },
        scope: 'everyone',
        on: () => {},
      });
      const handle = keyed.listener(async (_request, response) => {
        early(response);
        started.resolve();
        await gate.promise;
        seen.push(response.headersSent);
        late(response);
      });
      const url = await serve((request, response) => {
        const writeHead = response.writeHead.bind(response);
        const end = response.end.bind(response);
        response.on('error', (error: Error) => seen.push(error.message));
        handle(request, response);
        if (request.headers['x-quick'] !== undefined) return;
        void started.promise.then(() => {
          seen.push(response.headersSent);
          writeHead(503);
          end('timeout');
        });
      });
      expect(await told(await postTo(url, 'k'))).to.equal('503 timeout');
      // The handler is at work, and a second request on the connection does not wait for it.
      expect(await told(await postTo(url, 'k', {'x-quick': '1'}))).to.equal('409 REQUEST_RUNNING');
      gate.resolve();
      let second = '409';
      while (second.startsWith('409 REQUEST')) second = await told(await postTo(url, 'k', {'x-quick': '1'}));
      const isKept = !what.includes('header');
      expect(await told(await postTo(url, 'k', {'x-quick': '1'}))).to.equal(
        isKept ? '201 done' : '409 OUTCOME_UNKNOWN',
      );
      expect(seen).to.deep.equal([what.startsWith('a part'), true]);
    });
});

describe('listener', () => {
  const open = async (
    handler: (request: IncomingMessage, response: ServerResponse, context: KeyContext) => unknown,
    options: Partial<IdempotencyOptions<IncomingMessage>> = {},
  ) => {
    const events: IdempotencyEvent[] = [];
    let runs = 0;
    const keyed = idempotencyMiddleware({
      store: memoryStore(),
      scope: 'everyone',
      on: event => events.push(event),
      ...options,
    });
    const url = await serve(
      keyed.listener((...all) => {
        runs++;
        return handler(...all);
      }),
    );
    return {url, events, runs: () => runs};
  };

  it('gives the handler its context', async () => {
    const {url} = await open((_request, response, {key}) => response.end(key));
    expect(await told(await postTo(url, 'k'))).to.equal('200 k');
  });

  for (const [how, fail] of [
    [
      'throws',
      () => {
        throw new Error('after the charge');
      },
    ],
    ['rejects', () => Promise.reject(new Error('after the charge'))],
  ] as const)
    it(`answers 500 where the handler ${how}, which runs once`, async () => {
      const {url, events, runs} = await open(fail);
      expect(await told(await postTo(url, 'k'))).to.equal('500 HANDLER_FAILED');
      expect(await told(await postTo(url, 'k'))).to.equal('409 OUTCOME_UNKNOWN');
      expect(runs()).to.equal(1);
      expect(events[0]).to.have.property('error').that.has.property('message', 'after the charge');
    });

  for (const [how, fail] of [
    [
      'throws',
      () => {
        throw new Error('no key');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no key'))],
  ] as const)
    it(`answers 500 where the handler of a request without a key ${how}`, async () => {
      const {url, events} = await open(fail, {required: false});
      expect(await told(await fetch(url, {method: 'POST', body: 'x'}))).to.equal('500 HANDLER_FAILED');
      expect(events).to.have.length(1);
      expect(events[0]).to.include({type: 'failed'});
    });

  it('closes the connection where the handler of a request without a key fails halfway', async () => {
    const {url} = await open(
      (_request, response) => {
        response.write('x');
        throw new Error('no key');
      },
      {required: false},
    );
    const sent = fetch(url, {method: 'POST', body: 'x'});
    expect(await sent.then(told).catch(() => 'cut')).to.equal('cut');
  });

  it('reports an error that comes after the response, and the process goes on', async () => {
    const {url, events} = await open(async (_request, response) => {
      response.end('done');
      await new Promise(resolve => setImmediate(resolve));
      throw new Error('after the response');
    });
    expect(await told(await postTo(url, 'k'))).to.equal('200 done');
    while (events.length < 2) await new Promise(resolve => setImmediate(resolve));
    expect(events.map(({type}) => type)).to.have.members(['stored', 'failed']);
  });

  it('answers 500 where scope throws, and the handler does not run', async () => {
    const {url, events, runs} = await open((_request, response) => response.end('x'), {
      scope: () => {
        throw new Error('no account');
      },
    });
    expect(await told(await postTo(url, 'k'))).to.equal('500 HANDLER_FAILED');
    expect(runs()).to.equal(0);
    expect(events).to.have.length(1);
    expect(events[0]).to.include({type: 'failed'});
  });
});

describe('a handler that throws within next', () => {
  it('is not run a second time by a caller that ignores the error of next', async () => {
    let runs = 0;
    const keyed = idempotencyMiddleware({store: memoryStore(), scope: 'everyone', on: () => {}});
    const url = await serve((request, response) =>
      keyed(request, response, () => {
        runs++;
        throw new Error('after the charge');
      }),
    );
    expect(await told(await postTo(url, 'k'))).to.equal('500 HANDLER_FAILED');
    expect(runs).to.equal(1);
  });
});
