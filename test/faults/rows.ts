/** The faults of sockets.test.ts: what a server does to each connection or request, and what has to become of the call. */
import {type Break, respond} from './servers.ts';

export interface Row extends Break {
  readonly fault: string;
  /** What the fault does is known only to the server: how many requests it must have read, per send. */
  readonly reads: 0 | 1;
  /** The code of a network error, or a reason of the engine. */
  readonly reason: RegExp | string;
  /** What the network error says, where it has no code. */
  readonly says?: RegExp;
  /** Sends of a GET, of a POST, of a POST with a key. */
  readonly sends: readonly [number, number, number];
  readonly attemptTimeoutMs?: number;
}

export const REPEATABLE = [3, 1, 3] as const;
const ANY = [3, 3, 3] as const;
export const NEVER = [1, 1, 1] as const;

export const ROWS: readonly Row[] = [
  {
    fault: 'a TLS handshake that is closed',
    scheme: 'https',
    onAccept: socket => socket.end(),
    reads: 0,
    reason: 'ECONNRESET',
    sends: ANY,
  },
  {
    fault: 'a TLS handshake that is reset',
    scheme: 'https',
    onAccept: socket => socket.once('data', () => socket.resetAndDestroy()),
    reads: 0,
    reason: 'ECONNRESET',
    sends: ANY,
  },
  {
    fault: 'TLS to a plain port',
    scheme: 'https',
    onAccept: socket => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    reads: 0,
    reason: /^ERR_SSL_/,
    sends: NEVER,
  },
  {
    fault: 'a FIN at accept, nothing read',
    onAccept: socket => socket.end(),
    reads: 0,
    reason: 'UND_ERR_SOCKET',
    sends: REPEATABLE,
  },
  {
    fault: 'a FIN after the work',
    onRequest: socket => socket.end(),
    reads: 1,
    reason: 'UND_ERR_SOCKET',
    sends: REPEATABLE,
  },
  {
    fault: 'a reset after the work',
    onRequest: socket => socket.resetAndDestroy(),
    reads: 1,
    reason: 'ECONNRESET',
    sends: REPEATABLE,
  },
  {
    fault: 'half of the headers, then a FIN',
    onRequest: socket => socket.end('HTTP/1.1 200 OK\r\ncontent-le'),
    reads: 1,
    reason: 'UND_ERR_SOCKET',
    sends: REPEATABLE,
  },
  {
    fault: 'half of the headers, then a reset',
    onRequest: socket => socket.write('HTTP/1.1 200 OK\r\ncontent-le', () => socket.resetAndDestroy()),
    reads: 1,
    reason: /^(?:ECONNRESET|UND_ERR_SOCKET)$/, // Node 22.23 has the second.
    sends: REPEATABLE,
  },
  {
    fault: 'headers that are too large',
    onRequest: socket => socket.end(respond(200, 'ok', `x-large: ${'x'.repeat(40_000)}\r\n`)),
    reads: 1,
    reason: 'UND_ERR_HEADERS_OVERFLOW',
    sends: NEVER,
  },
  {
    fault: 'an answer that is no HTTP',
    onRequest: socket => socket.end('220 mail.test ESMTP\r\n'),
    reads: 1,
    reason: 'not a transient error',
    says: /does not match the HTTP/,
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
    attemptTimeoutMs: 100,
    reason: 'attempt timeout',
    sends: REPEATABLE,
  },
  {
    fault: 'a peer that accepts and never reads',
    deaf: true,
    reads: 0,
    attemptTimeoutMs: 100,
    reason: 'attempt timeout',
    sends: REPEATABLE,
  },
  {
    fault: 'a TLS handshake without a response',
    scheme: 'https',
    deaf: true,
    reads: 0,
    attemptTimeoutMs: 100,
    // After the call of fetch, code outside of fetch cannot know whether the request was sent.
    reason: 'attempt timeout',
    sends: REPEATABLE,
  },
  {
    fault: 'a half-open socket: the peer reads, and says nothing more',
    onRequest: () => {},
    reads: 1,
    attemptTimeoutMs: 100,
    reason: 'attempt timeout',
    sends: REPEATABLE,
  },
  {
    fault: 'a half-closed socket: the peer ended its side before the request came',
    onAccept: socket => void socket.write('', () => socket.end()),
    onRequest: () => {},
    reads: 0,
    reason: 'UND_ERR_SOCKET',
    sends: REPEATABLE,
  },
  {
    fault: 'an interim answer for ever',
    onRequest: socket => {
      const drip = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 5);
      socket.on('close', () => clearInterval(drip));
    },
    reads: 1,
    attemptTimeoutMs: 100,
    reason: 'attempt timeout',
    sends: REPEATABLE,
  },
];
