/**
 * Bodies that take their time. What is read as a stream is bounded by silence only; what is read by a method, or is an
 * error's, by the attempt's time. Real bytes on a real connection where bytes matter, virtual time where durations do.
 */
import {spawn} from 'node:child_process';
import {getEventListeners, once} from 'node:events';
import {createServer, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import ky, {TimeoutError as KyTimeoutError} from 'ky';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {createFetch, type PolicyInput, type Ports, resilience} from '../../src/core.ts';
import {type Answer, LoopbackServer} from '../support/loopback-server.ts';
import {type Caught, errorOf, type Settled, settle} from '../support/outcome.ts';
import {runs} from '../support/runs.ts';

const CHUNKS = 11;
/** Of fifty calls each. */
const ROUNDS = runs(2, 20);
const UNREAD_CALLS = runs(30, 100);
/** 0.4 s apart. */
const WORDS = runs(300, 900);
/** Of 64 KiB each: 100 MB, or 200 MB. */
const UPLOADED_CHUNKS = runs(1600, 3200);
const EVERY_MS = 20;
/** Ends after some 200 ms: longer than an attempt, the call and, all in all, than any silence may last. */
const tight: PolicyInput = {maxAttempts: 1, attemptTimeoutMs: 150, deadlineMs: 180, idleTimeoutMs: 150};
const ALL = Array.from({length: CHUNKS}, (_, index) => `data: ${index}\n\n`).join('');

/** One chunk at a time; `until` of them, then silence. */
const drip =
  (until = CHUNKS, status = 200): Answer =>
  (response: ServerResponse) => {
    response.writeHead(status, {'content-type': 'text/event-stream'});
    response.flushHeaders();
    let index = 0;
    const timer = setInterval(() => {
      if (index < until) response.write(`data: ${index++}\n\n`);
      else if (until === CHUNKS) response.end();
      if (index >= until && until < CHUNKS) clearInterval(timer);
    }, EVERY_MS);
    response.on('close', () => clearInterval(timer));
  };

const read = async (stream: AsyncIterable<Uint8Array | string>): Promise<string> => {
  const decoder = new TextDecoder();
  let all = '';
  for await (const chunk of stream) all += typeof chunk === 'string' ? chunk : decoder.decode(chunk, {stream: true});
  return all;
};
const readByReader = async (body: ReadableStream<Uint8Array>): Promise<string> => {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let all = '';
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return all;
    all += decoder.decode(value, {stream: true});
  }
};

const adapters: Record<
  string,
  (url: string, policy: PolicyInput, init?: RequestInit, ports?: Ports) => Promise<Response>
> = {
  fetch: (url, policy, init, ports) => createFetch(policy, ports)(url, init),
  ky: (url, policy, init, {fetch, ...ports} = {}) =>
    ky.extend(resilience(policy, ports)).get(url, {...init, ...(fetch && {fetch})}),
  "ky's loop, driven": (url, policy, init, {fetch, ...ports} = {}) =>
    ky
      .extend(resilience(policy, ports))
      .get(url, {...init, ...(fetch && {fetch}), hooks: {beforeError: [({error}) => error]}}),
};

for (const [adapter, get] of Object.entries(adapters)) {
  describe(`streaming through ${adapter}`, () => {
    let server: LoopbackServer;
    before(async () => {
      server = await LoopbackServer.start();
    });
    after(() => server.close());

    const ways: Record<string, (body: ReadableStream<Uint8Array>) => Promise<string>> = {
      'for await': read,
      'values()': body => read(body.values()),
      'getReader()': readByReader,
      'pipeThrough()': body =>
        read(body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)),
      'pipeTo()': async body => {
        let all = '';
        const decoder = new TextDecoder();
        await body.pipeTo(
          new WritableStream({
            write(chunk) {
              all += decoder.decode(chunk, {stream: true});
            },
          }),
        );
        return all;
      },
      'Readable.fromWeb()': body => read(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])),
      'tee()': async body => {
        const [one, two] = body.tee();
        const [first, second] = await Promise.all([read(one), read(two)]);
        expect(first).to.equal(second);
        return first;
      },
      'new Response(body)': body => new Response(body).text(),
    };
    describe('all ways to read', () => {
      // Side by side: each takes as long as its stream.
      const whole: Record<string, Promise<Settled<string>>> = {};
      const silent: Record<string, Promise<Settled<string>>> = {};
      before(() => {
        for (const [way, consume] of Object.entries(ways)) {
          const readAll = async (answer: Answer, policy: PolicyInput) =>
            consume((await get(server.place(answer).url, policy)).body!);
          whole[way] = settle(() => readAll(drip(), tight));
          silent[way] = settle(() => readAll(drip(2), {...tight, idleTimeoutMs: 60}));
        }
      });
      for (const way of Object.keys(ways)) {
        it(`${way}: a stream may last longer than the attempt timeout and the deadline`, async () => {
          expect(await whole[way]).to.deep.equal({value: ALL, threw: false});
        });

        it(`${way}: a stream that falls silent ends with IDLE_TIMEOUT`, async () => {
          const error = (await silent[way]!).error as Caught;
          expect(error.name).to.equal('TimeoutError');
          expect(adapter === 'fetch' ? error : error.cause).to.include({code: 'IDLE_TIMEOUT', limitMs: 60});
        });
      }
    });

    it('a stream that is silent from the start ends after the idle timeout', async () => {
      const response = await get(server.place(drip(0)).url, {...tight, idleTimeoutMs: 40});
      const error = await errorOf(() => response.body!.getReader().read());
      expect(adapter === 'fetch' ? error : error.cause).to.include({code: 'IDLE_TIMEOUT'});
    });

    it('a body that hangs and is read by a method ends with the attempt timeout', async () => {
      const methods = ['json', 'text', 'arrayBuffer', 'blob', 'bytes', 'formData'] as const;
      const errors = methods.map(async method => {
        const clock = new VirtualClock();
        const policy = {...tight, attemptTimeoutMs: 90};
        const response = await get(server.place(drip(1)).url, policy, {}, {clock});
        const error = errorOf(() => response[method]());
        await clock.advance(90);
        return error;
      });
      for (const error of await Promise.all(errors)) {
        expect(error.name).to.equal('TimeoutError');
        if (adapter !== 'fetch') expect(error).to.be.instanceOf(KyTimeoutError);
        expect(adapter === 'fetch' ? error : error.cause).to.include({code: 'ATTEMPT_TIMEOUT', limitMs: 90});
      }
    });

    it('a clone ends with the attempt timeout, like its original', async () => {
      const response = await get(server.place(drip(1)).url, {...tight, attemptTimeoutMs: 60});
      const clone = response.clone();
      const errors = await Promise.all([errorOf(() => clone.text()), errorOf(() => response.text())]);
      for (const error of errors) expect(error.name).to.equal('TimeoutError');
    });

    it('a clone may be read as a stream beside its original', async () => {
      const response = await get(server.place(drip()).url, tight);
      const clone = response.clone();
      expect(await Promise.all([read(response.body!), read(clone.body!)])).to.deep.equal([ALL, ALL]);
    });

    it('a clone that is read whole does not make its original hang', async () => {
      const response = await get(server.place(drip(1)).url, {...tight, attemptTimeoutMs: 60});
      response
        .clone()
        .body!.cancel()
        .catch(() => {});
      expect((await errorOf(() => response.text())).name).to.equal('TimeoutError');
    });

    it('the body of an error ends with the attempt timeout in every way to read', async () => {
      for (const consume of [readByReader, read]) {
        const {url} = server.place(drip(CHUNKS, 500));
        const init: object = adapter === 'fetch' ? {} : {throwHttpErrors: false};
        const response = await get(url, {...tight, attemptTimeoutMs: 70, idleTimeoutMs: 10_000}, init);
        expect(response.status).to.equal(500);
        expect((await errorOf(() => consume(response.body!))).name).to.equal('TimeoutError');
      }
    });

    it("the caller's abort in the middle of a body reaches its reader", async () => {
      for (const consume of [read, readByReader]) {
        const controller = new AbortController();
        const reason = new Error('mine');
        const response = await get(server.place(drip()).url, tight, {signal: controller.signal});
        setTimeout(() => controller.abort(reason), 40);
        const error = await errorOf(() => consume(response.body!));
        expect(error).to.equal(reason);
      }
    });

    it("the caller's abort in the middle of .text() ends it", async () => {
      const controller = new AbortController();
      const reason = new Error('mine');
      const response = await get(server.place(drip(1)).url, {maxAttempts: 1}, {signal: controller.signal});
      setTimeout(() => controller.abort(reason), 20);
      expect(await errorOf(() => response.text())).to.equal(reason);
    });

    it('a break out of for await closes the connection to the server', async () => {
      let closed: () => void;
      const gone = new Promise<void>(resolve => {
        closed = resolve;
      });
      const controller = new AbortController();
      const place = server.place((response, seen) => {
        response.on('close', () => closed());
        (drip(CHUNKS - 1) as (response: ServerResponse, seen: unknown) => void)(response, seen);
      });
      const response = await get(place.url, tight, {signal: controller.signal});
      for await (const chunk of response.body!) {
        expect(chunk).to.have.property('byteLength');
        break;
      }
      await gone;
      expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
    });

    it(`${50 * ROUNDS} calls leave no listener on a signal`, async () => {
      const {signal} = new AbortController();
      const place = server.place({body: 'x'.repeat(100)});
      const endings: ((response: Response) => unknown)[] = [
        response => response.text(),
        response => response.json().catch(() => {}),
        response => response.body!.cancel(),
        response => read(response.body!),
        async response => Promise.all([response.clone().text(), read(response.body!)]),
      ];
      for (let round = 0; round < ROUNDS; round++) {
        await Promise.all(
          Array.from({length: 50}, async (_, index) =>
            endings[index % endings.length]!(await get(place.url, {budget: null, breaker: null}, {signal})),
          ),
        );
      }
      expect(place.requests).to.have.length(50 * ROUNDS);
      expect(getEventListeners(signal, 'abort')).to.have.length(0);
    });

    it('responses that are not read do not hold a connection each', async () => {
      const own = await LoopbackServer.start();
      try {
        for (let call = 0; call < UNREAD_CALLS; call++) {
          const place = own.place({status: 503, body: 'x'.repeat(2000)}, 200);
          const policy: PolicyInput = {budget: null, breaker: null, backoff: {kind: 'constant', delayMs: 0}};
          await (await get(place.url, policy)).text();
          expect(place.requests).to.have.length(2);
        }
        expect(own.connections).to.be.below(10);
      } finally {
        await own.close();
      }
    });
  });

  describe(`streaming on virtual time through ${adapter}`, () => {
    /** Chunks at these times after the headers, then the end; the signal breaks it. */
    const sending =
      (clock: VirtualClock, waits: readonly number[]): typeof globalThis.fetch =>
      async (input, init) => {
        const {signal} = new Request(input, init);
        async function* chunks(): AsyncGenerator<Uint8Array> {
          for (const ms of waits) {
            await clock.sleep(ms, signal);
            yield new Uint8Array(1);
          }
        }
        return new Response(Readable.toWeb(Readable.from(chunks())) as ReadableStream<Uint8Array<ArrayBuffer>>);
      };
    const URL_OF_NOBODY = 'http://nowhere.invalid/';
    const policy: PolicyInput = {maxAttempts: 1, attemptTimeoutMs: 1000, deadlineMs: 3000, idleTimeoutMs: 500};

    it('a model may respond for minutes, one word at a time', async () => {
      const clock = new VirtualClock();
      const fetch = sending(clock, Array(WORDS).fill(400));
      const count = await clock.run(async () => {
        const {body} = await get(URL_OF_NOBODY, policy, {}, {clock, fetch});
        let chunks = 0;
        for await (const _ of body!) chunks++;
        return chunks;
      });
      expect(count).to.equal(WORDS);
      expect(clock.now()).to.equal(WORDS * 400);
      expect(clock.pending).to.equal(0);
    });

    it('a silent stream ends exactly one idle timeout after the last chunk', async () => {
      const clock = new VirtualClock();
      const fetch = sending(clock, [100, 100, Number.POSITIVE_INFINITY]);
      const error = await clock.run(() =>
        errorOf(async () => readByReader((await get(URL_OF_NOBODY, policy, {}, {clock, fetch})).body!)),
      );
      expect(error.name).to.equal('TimeoutError');
      expect(clock.now()).to.equal(700);
      expect(clock.pending).to.equal(0);
    });

    it('a slow reader causes no idle timeout', async () => {
      const clock = new VirtualClock();
      const fetch = sending(clock, [10, 10, 10]);
      const count = await clock.run(async () => {
        const {body} = await get(URL_OF_NOBODY, policy, {}, {clock, fetch});
        let chunks = 0;
        for await (const _ of body!) {
          chunks++;
          await clock.sleep(60_000);
        }
        return chunks;
      });
      expect(count).to.equal(3);
      expect(clock.pending).to.equal(0);
    });

    it('.text() of a long stream ends with the attempt timeout', async () => {
      const clock = new VirtualClock();
      const fetch = sending(clock, Array(100).fill(100));
      const error = await clock.run(() =>
        errorOf(async () => (await get(URL_OF_NOBODY, policy, {}, {clock, fetch})).text()),
      );
      expect(error.name).to.equal('TimeoutError');
      expect(clock.now()).to.equal(1000);
    });

    it('without limits, no stream ends early', async () => {
      const clock = new VirtualClock();
      const fetch = sending(clock, [100_000, 100_000]);
      const free: PolicyInput = {maxAttempts: 1, attemptTimeoutMs: null, deadlineMs: null, idleTimeoutMs: null};
      const body = await clock.run(async () =>
        readByReader((await get(URL_OF_NOBODY, free, {}, {clock, fetch})).body!),
      );
      expect(body).to.have.length(2);
    });
  });
}

describe('streaming: a large upload', () => {
  for (const adapter of ['fetch', 'ky', 'undici']) {
    it(`${adapter}: is not kept in memory`, async () => {
      let received = 0;
      const server = createServer((request, response) => {
        request.on('data', (chunk: Buffer) => {
          received += chunk.length;
        });
        request.on('end', () => response.end('{}'));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      try {
        const script = fileURLToPath(new URL('../support/large-upload.ts', import.meta.url));
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
        const child = spawn(process.execPath, ['--expose-gc', script, adapter, url, String(UPLOADED_CHUNKS)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const said = JSON.parse(await text(child.stdout));
        expect(said.status).to.equal(200);
        expect(received).to.equal(UPLOADED_CHUNKS * 65_536);
        expect(said.mostMb).to.be.below(40);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    });
  }
});
