/** Bodies that break: those of answers that began well, and those of requests that the server does not want. */
import {expect} from 'chai';
import type {PolicyInput} from '../../src/core.ts';
import {runs} from '../support/runs.ts';
import {type Break, broken, respond} from './servers.ts';
import {ADAPTERS, type Adapter, type Init, meet, networkErrorOf} from './trial.ts';

describe('the body of an answer', () => {
  interface Row extends Break {
    readonly what: string;
    readonly adapters?: readonly Adapter[];
    /** What its reader is thrown, or `ok`. */
    readonly body: (adapter: Adapter) => RegExp;
    readonly attemptTimeoutMs?: number;
    readonly idleTimeoutMs?: number;
  }
  const brokenWith = (code: string) => (adapter: Adapter) => networkErrorOf(adapter === 'ky' ? 'fetch' : adapter, code);
  const head = (headers: string): string => `HTTP/1.1 200 OK\r\n${headers}\r\n\r\n`;
  const rows: readonly Row[] = [
    {
      what: 'shorter than its length, then a FIN',
      onRequest: socket => socket.end(`${head('content-length: 10')}short`),
      body: brokenWith('UND_ERR_SOCKET'),
    },
    {
      what: 'shorter than its length, then a reset',
      onRequest: socket => socket.write(`${head('content-length: 10')}short`, () => socket.resetAndDestroy()),
      body: brokenWith('(ECONNRESET|UND_ERR_SOCKET)'),
    },
    {
      what: 'longer than its length',
      onRequest: socket => socket.write(`${head('content-length: 2')}ok, and much more`),
      body: () => /^ok$/,
    },
    {
      what: 'chunked, and a chunk of no size',
      onRequest: socket => socket.end(`${head('transfer-encoding: chunked')}zz\r\n`),
      body: brokenWith('.*Invalid character in chunk size'),
    },
    {
      what: 'chunked, and a chunk longer than it said',
      onRequest: socket => socket.end(`${head('transfer-encoding: chunked')}2\r\nokay\r\n0\r\n\r\n`),
      body: brokenWith('.*(chunk|CRLF|LF)'),
    },
    {
      what: 'chunked, and no last chunk',
      onRequest: socket => socket.end(`${head('transfer-encoding: chunked')}2\r\nok\r\n`),
      body: brokenWith('UND_ERR_SOCKET'),
    },
    {
      what: 'gzip by its header, and none',
      // undici itself decodes nothing.
      adapters: ['fetch', 'ky'],
      onRequest: socket => socket.write(respond(200, 'no gzip at all', 'content-encoding: gzip\r\n')),
      body: brokenWith('Z_DATA_ERROR'),
    },
    {
      what: 'dripping for ever',
      // undici's own adapter hands every body on as a stream, which may take as long as it comes.
      adapters: ['fetch', 'ky'],
      onRequest: socket => {
        const drip = setInterval(() => socket.write('1\r\nx\r\n'), 5);
        socket.write(head('transfer-encoding: chunked'));
        socket.on('close', () => clearInterval(drip));
      },
      attemptTimeoutMs: 250,
      body: () => /^TimeoutError ATTEMPT_TIMEOUT$/,
    },
    {
      what: 'silent after the headers',
      onRequest: socket => socket.write(head('content-length: 10')),
      attemptTimeoutMs: 250,
      idleTimeoutMs: 250,
      body: adapter => (adapter === 'undici' ? /^TimeoutError IDLE_TIMEOUT$/ : /^TimeoutError ATTEMPT_TIMEOUT$/),
    },
  ];
  for (const {what, adapters = ADAPTERS, body, attemptTimeoutMs, idleTimeoutMs, ...fault} of rows)
    for (const adapter of adapters)
      it(`${what}, ${adapter}: the caller has the answer, its reader what became of it, and nothing is sent again`, async () => {
        const server = await broken(fault);
        try {
          const policy = {
            maxAttempts: 1,
            ...(attemptTimeoutMs !== undefined && {attemptTimeoutMs}),
            ...(idleTimeoutMs !== undefined && {idleTimeoutMs}),
          };
          const seen = await meet(adapter, server.url, {policy});
          expect(seen.got).to.equal('200');
          expect(seen.report).to.include({result: 'success', attempts: 1});
          expect(seen.body).to.match(body(adapter));
          expect(server.requests).to.equal(1);
        } finally {
          await server.close();
        }
      });

  for (const adapter of ADAPTERS)
    it(`of a response that is retried, ${adapter}: the rest is discarded`, async () => {
      const server = await broken({
        onRequest: socket =>
          server.requests < 3
            ? socket.end('HTTP/1.1 503 Busy\r\ncontent-length: 10\r\n\r\nshort')
            : socket.write(respond(200)),
      });
      try {
        const {got, report} = await meet(adapter, server.url);
        expect(got).to.equal('200');
        expect(report?.attempts).to.equal(3);
      } finally {
        await server.close();
      }
    });
});

/** Much more than was sent when the answer comes. */
const LARGE_MB = runs(16, 64);

describe(`a POST of ${LARGE_MB} MB that the server does not want`, () => {
  const policy: PolicyInput = {attemptTimeoutMs: null};
  const body = new Uint8Array(LARGE_MB * 1024 * 1024);
  const refusing: Record<string, Break> = {
    'and goes on reading': {
      onAccept: socket => {
        socket.once('data', () => socket.write(respond(413, 'too large', 'connection: close\r\n')));
        socket.resume();
      },
    },
    'and reads no further': {
      onAccept: socket =>
        socket.once('data', () => {
          socket.pause();
          socket.end(respond(413, 'too large', 'connection: close\r\n'));
        }),
    },
  };
  for (const adapter of ADAPTERS) {
    for (const [how, fault] of Object.entries(refusing))
      for (const keyed of [false, true])
        it(`gets an early 413, ${how}, as its response, ${adapter}, ${keyed ? 'with' : 'without'} a key`, async () => {
          const server = await broken(fault);
          try {
            const init: Init = {method: 'POST', body, headers: keyed ? {'idempotency-key': 'one'} : {}};
            const {got, report} = await meet(adapter, server.url, {init, policy});
            expect(got).to.equal('413');
            expect(report).to.include({attempts: 1, refusal: 'not-transient'});
            expect(server.connections).to.equal(1);
          } finally {
            await server.close();
          }
        });

    it(`a reset on the way is no proof that nothing was done; and what is too large to keep is not sent again, ${adapter}`, async () => {
      const server = await broken({onAccept: socket => socket.once('data', () => socket.resetAndDestroy())});
      try {
        const init: Init = {method: 'POST', body, headers: {'idempotency-key': 'one'}};
        const {reason, report} = await meet(adapter, server.url, {init, policy});
        expect(reason).to.match(/^(ECONNRESET|EPIPE)$/);
        expect(report).to.include({attempts: 1, refusal: 'body-not-replayable'});
      } finally {
        await server.close();
      }
    });
  }
});
