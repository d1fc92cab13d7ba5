/** Faults of the wire, on real sockets, one row each: what Node's own fetch throws, and what is made of it. */
import {expect} from 'chai';
import {type Break, type Broken, broken, respond} from './servers.ts';
import {CALLERS, type Caller, meet} from './trial.ts';

interface Row extends Break {
  readonly fault: string;
  /** What the fault does is known only to the server: how many requests it must have read, per send. */
  readonly reads: 0 | 1;
  readonly reason: string | RegExp;
  readonly got: string | RegExp;
  /** Sends of a GET, of a POST, of a POST with a key. */
  readonly sends: readonly [number, number, number];
  readonly attemptTimeoutMs?: number;
}

const REPEATABLE = [3, 1, 3] as const;
const ANY = [3, 3, 3] as const;
const NEVER = [1, 1, 1] as const;

const rows: readonly Row[] = [
  {
    fault: 'a TLS handshake that is closed',
    scheme: 'https',
    onAccept: socket => socket.end(),
    reads: 0,
    reason: 'ECONNRESET',
    got: 'TypeError ECONNRESET',
    sends: ANY,
  },
  {
    fault: 'a TLS handshake that is reset',
    scheme: 'https',
    onAccept: socket => socket.once('data', () => socket.resetAndDestroy()),
    reads: 0,
    reason: 'ECONNRESET',
    got: 'TypeError ECONNRESET',
    sends: REPEATABLE,
  },
  {
    fault: 'TLS to a plain port',
    scheme: 'https',
    onAccept: socket => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    reads: 0,
    reason: /^ERR_SSL_/,
    got: /^TypeError ERR_SSL_/,
    sends: NEVER,
  },
  {
    fault: 'a FIN at accept, nothing read',
    onAccept: socket => socket.end(),
    reads: 0,
    reason: 'UND_ERR_SOCKET',
    got: 'TypeError UND_ERR_SOCKET',
    sends: REPEATABLE,
  },
  {
    fault: 'a FIN after the work',
    onRequest: socket => socket.end(),
    reads: 1,
    reason: 'UND_ERR_SOCKET',
    got: 'TypeError UND_ERR_SOCKET',
    sends: REPEATABLE,
  },
  {
    fault: 'a reset after the work',
    onRequest: socket => socket.resetAndDestroy(),
    reads: 1,
    reason: 'ECONNRESET',
    got: 'TypeError ECONNRESET',
    sends: REPEATABLE,
  },
  {
    fault: 'half of the headers, then a FIN',
    onRequest: socket => socket.end('HTTP/1.1 200 OK\r\ncontent-le'),
    reads: 1,
    reason: 'UND_ERR_SOCKET',
    got: 'TypeError UND_ERR_SOCKET',
    sends: REPEATABLE,
  },
  {
    fault: 'half of the headers, then a reset',
    onRequest: socket => socket.write('HTTP/1.1 200 OK\r\ncontent-le', () => socket.resetAndDestroy()),
    reads: 1,
    reason: 'ECONNRESET',
    got: 'TypeError ECONNRESET',
    sends: REPEATABLE,
  },
  {
    fault: 'headers that are too large',
    onRequest: socket => socket.end(respond(200, 'ok', `x-large: ${'x'.repeat(40_000)}\r\n`)),
    reads: 1,
    reason: 'UND_ERR_HEADERS_OVERFLOW',
    got: 'TypeError UND_ERR_HEADERS_OVERFLOW',
    sends: NEVER,
  },
  {
    fault: 'an answer that is no HTTP',
    onRequest: socket => socket.end('220 mail.test ESMTP\r\n'),
    reads: 1,
    reason: /^HPE_|not a transient error/,
    got: /^TypeError/,
    sends: NEVER,
  },
  {
    fault: 'headers that drip for ever',
    onRequest: socket => {
      const drip = setInterval(() => socket.write('x-more: 1\r\n'), 5);
      socket.write('HTTP/1.1 200 OK\r\n');
      socket.on('close', () => clearInterval(drip));
    },
    reads: 1,
    attemptTimeoutMs: 40,
    reason: 'attempt timeout',
    got: 'TimeoutError ATTEMPT_TIMEOUT',
    sends: REPEATABLE,
  },
  {
    fault: 'a peer that accepts and never reads',
    deaf: true,
    reads: 0,
    attemptTimeoutMs: 40,
    reason: 'attempt timeout',
    got: 'TimeoutError ATTEMPT_TIMEOUT',
    sends: REPEATABLE,
  },
  {
    fault: 'a TLS handshake that nobody answers',
    scheme: 'https',
    deaf: true,
    reads: 0,
    attemptTimeoutMs: 40,
    // Handed to fetch, it may have been sent for all that anyone outside of fetch can tell.
    reason: 'attempt timeout',
    got: 'TimeoutError ATTEMPT_TIMEOUT',
    sends: REPEATABLE,
  },
  {
    fault: 'a half-open socket: the peer reads, and says nothing more',
    onRequest: () => {},
    reads: 1,
    attemptTimeoutMs: 40,
    reason: 'attempt timeout',
    got: 'TimeoutError ATTEMPT_TIMEOUT',
    sends: REPEATABLE,
  },
  {
    fault: 'a half-closed socket: the peer ended its side before the request came',
    onAccept: socket => void socket.write('', () => socket.end()),
    onRequest: () => {},
    reads: 0,
    reason: 'UND_ERR_SOCKET',
    got: 'TypeError UND_ERR_SOCKET',
    sends: REPEATABLE,
  },
  {
    fault: 'an interim answer for ever',
    onRequest: socket => {
      const drip = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 5);
      socket.on('close', () => clearInterval(drip));
    },
    reads: 1,
    attemptTimeoutMs: 40,
    reason: 'attempt timeout',
    got: 'TimeoutError ATTEMPT_TIMEOUT',
    sends: REPEATABLE,
  },
];

describe('faults on real sockets', () => {
  // The kernel reports it while connecting or at the first read, as it happens: only the former proves that nothing was sent.
  for (const [caller, init] of Object.entries(CALLERS))
    it(`a reset at accept, ${caller}: only a failed connect is proof that nothing was sent`, async () => {
      const server = await broken({onAccept: socket => socket.resetAndDestroy()});
      const calls: (string | undefined)[] = [];
      try {
        const {reason, report} = await meet(server.url, init, {}, async (...request) => {
          try {
            return await fetch(...request);
          } catch (error) {
            calls.push((error as {cause?: {syscall?: string}}).cause?.syscall);
            throw error;
          }
        });
        expect(reason).to.equal('ECONNRESET');
        const stopsAt = caller === 'POST' ? calls.findIndex(syscall => syscall !== 'connect') + 1 : 0;
        expect(report?.attempts).to.equal(stopsAt === 0 ? 3 : stopsAt);
        expect(server.connections).to.equal(report?.attempts);
      } finally {
        await server.close();
      }
    });

  for (const row of rows) {
    describe(row.fault, () => {
      Object.entries(CALLERS).forEach(([caller, init], index) => {
        const sends = row.sends[index]!;
        it(`${caller}: sent ${sends === 1 ? 'once' : `${sends} times`}`, async () => {
          const server = await broken(row);
          try {
            const {attemptTimeoutMs} = row;
            const policy = attemptTimeoutMs === undefined ? {} : {attemptTimeoutMs};
            const {reason, got, report} = await meet(server.url, init, policy);
            expectLike(reason, row.reason);
            expectLike(got, row.got);
            expect(report).to.include({attempts: sends, refusal: refusalOf(row, caller as Caller)});
            expectSeen(server, row, sends);
          } finally {
            await server.close();
          }
        });
      });
    });
  }
});

function refusalOf({sends}: Row, caller: Caller): string {
  if (sends === NEVER) return 'not-transient';
  return sends === REPEATABLE && caller === 'POST' ? 'may-have-acted' : 'attempts-exhausted';
}

/** The server's own count agrees with what the report says. */
function expectSeen(server: Broken, {reads, onRequest}: Row, sends: number): void {
  // undici opens one more connection in place of one that it gave up in time; nothing is sent over it.
  expect(server.connections, 'connections').to.be.within(sends, sends + 1);
  if (onRequest !== undefined && reads === 1) expect(server.requests, 'requests').to.equal(sends);
}

function expectLike(text: string, pattern: string | RegExp): void {
  if (typeof pattern === 'string') expect(text).to.equal(pattern);
  else expect(text).to.match(pattern);
}
