/** Responses that are sent as they come, under a key: what a repetition gets after a crash, a disconnect or a failure halfway. */
import {type IncomingMessage, type ServerResponse, request as sendRequest} from 'node:http';
import {expect} from 'chai';
import {
  type IdempotencyEvent,
  type IdempotencyOptions,
  type IdempotencyStore,
  idempotencyMiddleware,
  idempotent,
  type KeyContext,
  memoryStore,
} from '../../src/server.ts';
import {VirtualClock} from '../../src/testing.ts';
import {documentedTable} from './documented-table.ts';
import {postTo, withServers} from './node-server.ts';
import {deferred, post, told} from './requests.ts';

const serve = withServers();
/** Servers that share a store have different ports. */
const LIMITS = {leaseMs: 3000, maxRunMs: 10_000, maxResponseBytes: 100, fingerprint: () => 'the same'} as const;
const RUN_AGAIN = {...LIMITS, afterLoss: 'run-again'} as const;
const EVENTS = {'content-type': 'text/event-stream'};
/** Beginnings of responses that are sent before their end. */
const BEGINNINGS = {
  'an event stream': {headers: EVENTS, first: 'data: working\n\n'},
  'a body above maxResponseBytes': {headers: {}, first: 'x'.repeat(101)},
};

/** One step of a handler: writes, waits or fails. */
type Step = (write: (text: string) => void, context: KeyContext) => unknown;

interface Server {
  /** Answers a request with the key k. */
  send(): Promise<Response>;
  readonly events: readonly IdempotencyEvent[];
}

/** A server whose handler sends the beginning, then does the step, and then ends. */
type Adapter = (
  beginning: {readonly headers: Record<string, string>; readonly first: string},
  options: Omit<IdempotencyOptions<never>, 'scope'>,
  step: Step,
) => Promise<Server>;

const ADAPTERS: Readonly<Record<string, Adapter>> = {
  'node:http': async ({headers, first}, options, step) => {
    const events: IdempotencyEvent[] = [];
    const on = (event: IdempotencyEvent): unknown => events.push(event);
    const keyed = idempotencyMiddleware<IncomingMessage>({...options, scope: 'everyone', on});
    const url = await serve(
      keyed.listener(async (_request, response, context) => {
        response.writeHead(200, headers).write(first);
        await step(text => void response.write(text), context);
        response.end('end');
      }),
    );
    return {send: () => postTo(url, 'k'), events};
  },
  'a fetch handler': async ({headers, first}, options, step) => {
    const events: IdempotencyEvent[] = [];
    const on = (event: IdempotencyEvent): unknown => events.push(event);
    const handler = idempotent(
      (_request, context) => {
        const encoder = new TextEncoder();
        const parts = [
          (controller: ReadableStreamDefaultController) => controller.enqueue(encoder.encode(first)),
          async (controller: ReadableStreamDefaultController) => {
            await step(text => controller.enqueue(encoder.encode(text)), context);
            controller.enqueue(encoder.encode('end'));
            controller.close();
          },
        ];
        return new Response(new ReadableStream({pull: controller => parts.shift()!(controller)}), {headers});
      },
      {...options, scope: 'everyone', on},
    );
    return {send: () => handler(post('k')), events};
  },
};

/** The answer, until it is another one than that a run has the key. */
async function settled({send}: Server): Promise<string> {
  let answer = await told(await send());
  // A bound, so that a key that stays taken fails the test.
  for (let tries = 0; tries < 200 && answer === '409 REQUEST_RUNNING'; tries++) {
    await new Promise(resolve => setImmediate(resolve));
    answer = await told(await send());
  }
  return answer;
}

describe('the table of responses that are sent as they come', () => {
  it('has the rows that are tested here and in disconnect.test.ts', () => {
    expect(documentedTable('A response that is sent as it comes').map(([row]) => row)).to.deep.equal([
      'effects',
      'a repetition while the response is sent',
      'a repetition after its end',
      'a repetition after a crash halfway',
      'a repetition after the handler has failed or destroyed the response halfway',
      'a repetition after `maxRunMs`, which counts from the beginning of the handler',
      'the client disconnects halfway',
    ]);
  });
});

for (const [adapter, open] of Object.entries(ADAPTERS))
  for (const [what, beginning] of Object.entries(BEGINNINGS))
    describe(`${what} of ${adapter}`, () => {
      /** Reads the first bytes of the answer. */
      async function firstBytes(response: Response) {
        const reader = response.body!.getReader();
        const {value} = await reader.read();
        expect(new TextDecoder().decode(value)).to.equal(beginning.first);
        return reader;
      }

      const rest = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> => {
        let text = '';
        for (let read = await reader.read(); !read.done; read = await reader.read())
          text += new TextDecoder().decode(read.value);
        return text;
      };

      /** A process that has crashed halfway: its clock renews no lease, and its handler never goes on. */
      async function crashed(options: Omit<IdempotencyOptions<never>, 'scope' | 'store'>) {
        const clock = new VirtualClock();
        const store = memoryStore({clock});
        const dead = await open(beginning, {...options, store, clock: new VirtualClock()}, () => new Promise(() => {}));
        const reader = await firstBytes(await dead.send());
        let effects = 0;
        const next = await open(beginning, {...options, store, clock}, () => {
          effects++;
        });
        const early = await told(await next.send());
        await clock.advance(LIMITS.leaseMs + 1);
        const late = await told(await next.send());
        void reader.cancel();
        return {early, late, effects: () => effects};
      }

      it("has at least one effect with afterLoss 'run-again' where the process crashes after the first byte", async () => {
        const {early, late, effects} = await crashed(RUN_AGAIN);
        expect(early).to.equal('409 REQUEST_RUNNING');
        expect(late).to.equal(`200 ${beginning.first}end`);
        expect(effects()).to.equal(1);
      });

      it("has at most one effect with afterLoss 'refuse': its key is used up at the first byte", async () => {
        const {early, late, effects} = await crashed(LIMITS);
        expect([early, late]).to.deep.equal(['409 RESPONSE_NOT_KEPT', '409 RESPONSE_NOT_KEPT']);
        expect(effects()).to.equal(0);
      });

      /** A server whose handler waits halfway, on its first run. */
      async function halfway(options: Omit<IdempotencyOptions<never>, 'scope' | 'store'>, step: Step = () => {}) {
        const clock = new VirtualClock();
        const goOn = deferred<void>();
        let effects = 0;
        const server = await open(
          beginning,
          {...options, store: memoryStore({clock}), clock},
          async (write, context) => {
            if (effects++ > 0) return;
            await goOn.promise;
            await step(write, context);
          },
        );
        return {server, clock, goOn, reader: await firstBytes(await server.send()), effects: () => effects};
      }

      it("has used up its key with afterLoss 'refuse' while it is sent, after maxRunMs, and after its end", async () => {
        const {server, clock, goOn, reader, effects} = await halfway(LIMITS, (write, {signal}) =>
          write(`${signal.aborted} `),
        );
        const answers = [await told(await server.send())];
        await clock.advance(LIMITS.maxRunMs);
        answers.push(await told(await server.send()));
        goOn.resolve();
        expect(await rest(reader)).to.equal('false end');
        answers.push(await told(await server.send()));
        expect(new Set(answers)).to.deep.equal(new Set(['409 RESPONSE_NOT_KEPT']));
        expect(effects()).to.equal(1);
      });

      describe("with afterLoss 'run-again'", () => {
        it('keeps its key to its end, and renews the lease', async () => {
          const {server, clock, goOn, reader, effects} = await halfway(RUN_AGAIN, write => write('more '));
          await clock.advance(LIMITS.leaseMs * 2);
          expect(await told(await server.send())).to.equal('409 REQUEST_RUNNING');
          goOn.resolve();
          expect(await rest(reader)).to.equal('more end');
          expect(await settled(server)).to.equal('409 RESPONSE_NOT_KEPT');
          expect(effects()).to.equal(1);
          expect(clock.pending).to.equal(0);
        });

        it('goes on to its end where the client disconnects', async () => {
          const {server, goOn, reader, effects} = await halfway(RUN_AGAIN, async write => {
            for (let part = 0; part < 20; part++) {
              write('x'.repeat(50_000));
              await new Promise(resolve => setImmediate(resolve));
            }
          });
          await reader.cancel();
          goOn.resolve();
          expect(await settled(server)).to.equal('409 RESPONSE_NOT_KEPT');
          expect(effects()).to.equal(1);
        });

        it('is cut where the handler fails, and a retry runs the handler', async () => {
          const {server, goOn, reader, effects} = await halfway(RUN_AGAIN, () => {
            throw new Error('halfway');
          });
          goOn.resolve();
          expect(await rest(reader).catch(() => 'cut')).to.equal('cut');
          expect(await settled(server)).to.equal(`200 ${beginning.first}end`);
          expect(effects()).to.equal(2);
          expect(server.events.map(({type}) => type)).to.include('lost');
        });

        it('loses its key after maxRunMs: the signal aborts, a retry runs the handler, and the client gets the rest', async () => {
          const {server, clock, goOn, reader, effects} = await halfway(RUN_AGAIN, (write, {signal}) =>
            write(`${(signal.reason as {code?: string} | undefined)?.code} `),
          );
          await clock.advance(LIMITS.maxRunMs);
          expect(await settled(server)).to.equal(`200 ${beginning.first}end`);
          goOn.resolve();
          expect(await rest(reader)).to.equal('LEASE_LOST end');
          expect(effects()).to.equal(2);
        });
      });
    });

describe('a response of node:http that is sent as it comes', () => {
  const open = async (
    handler: (response: ServerResponse, request: IncomingMessage) => unknown,
    options: Partial<IdempotencyOptions<IncomingMessage>> & {readonly store?: IdempotencyStore} = {},
  ) => {
    const keyed = idempotencyMiddleware<IncomingMessage>({
      store: memoryStore(),
      scope: 'everyone',
      on: () => {},
      ...options,
    });
    const url = await serve(keyed.listener((request, response) => handler(response, request)));
    return {url, send: () => postTo(url, 'k'), events: []};
  };

  it('is cut where the handler fails, whatever afterLoss is', async () => {
    const server = await open(async response => {
      response.writeHead(200, EVENTS).write('data: 1\n\n');
      await new Promise(resolve => setImmediate(resolve));
      throw new Error('halfway');
    });
    expect(
      await server
        .send()
        .then(told)
        .catch(() => 'cut'),
    ).to.equal('cut');
    expect(await settled(server)).to.equal('409 RESPONSE_NOT_KEPT');
  });

  it('is cut where the handler fails at once after its first write', async () => {
    const server = await open(response => {
      response.writeHead(200, EVENTS).write('data: 1\n\n');
      throw new Error('halfway');
    });
    expect(
      await server
        .send()
        .then(told)
        .catch(() => 'cut'),
    ).to.equal('cut');
  });

  it("frees its key at once where an error handler closes the connection, with afterLoss 'run-again'", async () => {
    let runs = 0;
    const server = await open(
      (response, {socket}) => {
        response.writeHead(200, EVENTS).write('data: 1\n\n', () => {
          if (++runs === 1)
            socket.destroy(); // As the error handler of Express does.
          else response.end('done');
        });
      },
      {afterLoss: 'run-again'},
    );
    expect(
      await server
        .send()
        .then(told)
        .catch(() => 'cut'),
    ).to.equal('cut');
    expect(await settled(server)).to.equal('200 data: 1\n\ndone');
  });

  it("does not take what a framework ends after a disconnect for the end, with afterLoss 'run-again'", async () => {
    const began = deferred<void>();
    const left = deferred<void>();
    const seen = deferred<unknown>();
    const {url} = await open(
      async (response, {socket}) => {
        socket.once('close', () => left.resolve());
        response.on('close', () => response.end());
        response.writeHead(200, EVENTS).write('data: 1\n\n', () => began.resolve());
        await left.promise;
        seen.resolve([response.destroyed, response.headersSent, response.writableEnded, response.write('data: 2\n\n')]);
        response.end();
      },
      {afterLoss: 'run-again'},
    );
    const client = sendRequest(url, {method: 'POST', headers: {'idempotency-key': 'k'}})
      .on('error', () => {})
      .end();
    await began.promise;
    client.destroy();
    expect(await seen.promise).to.deep.equal([false, true, false, true]);
  });

  it('flushes where the handler flushes, for compression around', async () => {
    const calls: string[] = [];
    const middleware = idempotencyMiddleware<IncomingMessage>({store: memoryStore(), scope: 'everyone', on: () => {}});
    const goOn = deferred<void>();
    const url = await serve((request, response) => {
      const {write} = response;
      Object.assign(response, {
        write: (...values: unknown[]) => {
          calls.push('write');
          return Reflect.apply(write, response, values) as boolean;
        },
        flush: () => calls.push('flush'),
      });
      middleware(request, response, async () => {
        const flushing = response as ServerResponse & {flush(): void};
        flushing.flush(); // Nothing was written.
        flushing.writeHead(200, EVENTS).write('data: 1\n\n');
        flushing.flush();
        await goOn.promise;
        flushing.write('data: 2\n\n');
        flushing.flush();
        flushing.end();
        flushing.flush();
      });
    });
    const response = await postTo(url, 'k');
    expect(calls).to.deep.equal(['write', 'flush']);
    goOn.resolve();
    await response.text();
    expect(calls.slice(0, 4)).to.deep.equal(['write', 'flush', 'write', 'flush']);
  });
});
