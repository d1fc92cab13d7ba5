/** Faults that have no row of sockets of their own: addresses that lead nowhere, and answers that begin well. */
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {expect} from 'chai';
import {createFetch, reportOf} from '../../src/core.ts';
import {errorOf} from '../support/outcome.ts';
import {deadUrl, WireServer} from '../support/wire-server.ts';
import {type Break, broken, closed, listening, respond} from './servers.ts';
import {CALLERS, inWords, meet} from './trial.ts';

describe('an address that leads nowhere', () => {
  const rows: readonly [what: string, url: () => Promise<string> | string, reason: RegExp, sends: 1 | 3][] = [
    ['a closed port', deadUrl, /^ECONNREFUSED$/, 3],
    // Too long a label for any resolver: refused without asking a server.
    ['an unknown host', () => `http://${'a'.repeat(64)}.invalid/`, /^(ENOTFOUND|EAI_AGAIN)$/, 3],
    ['a port that fetch forbids', () => 'http://127.0.0.1:6667/', /^not a transient error$/, 1],
    ['a scheme that is none', () => 'gopher://127.0.0.1/', /^not a transient error$/, 1],
    ['a URL that is none', () => 'http://[', /^ERR_INVALID_URL$/, 1],
  ];
  for (const [what, url, reason, sends] of rows)
    for (const [caller, init] of Object.entries(CALLERS))
      it(`${what}, ${caller}: sent ${sends === 1 ? 'once' : `${sends} times`}`, async () => {
        const seen = await meet(await url(), init);
        expect(seen.reason).to.match(reason);
        expect(seen.got).to.match(/^TypeError/);
        expect(seen.report).to.include({
          attempts: sends,
          refusal: sends === 1 ? 'not-transient' : 'attempts-exhausted',
        });
      });
});

describe('a redirect loop', () => {
  for (const [caller, init] of Object.entries(CALLERS))
    it(`${caller}: followed once to its end, and not again`, async () => {
      const server = await WireServer.start();
      try {
        const place = server.place({status: 307, headers: {location: '#again'}});
        const {reason, got, report} = await meet(place.url, init);
        expect(reason).to.equal('not a transient error');
        expect(got).to.equal('TypeError redirect count exceeded');
        expect(report).to.include({attempts: 1, refusal: 'not-transient'});
        expect(place.requests).to.have.length(21);
      } finally {
        await server.close();
      }
    });
});

describe('a connection that was kept', () => {
  for (const [caller, init] of Object.entries(CALLERS))
    it(`breaks at its second request, ${caller}: that request counts as sent`, async () => {
      const server = await broken({
        onRequest: (socket, count) => (count === 1 ? socket.write(respond(200)) : socket.resetAndDestroy()),
      });
      try {
        expect((await meet(server.url)).got).to.equal('200');
        await nextTurn(); // Until then fetch holds the connection for busy.
        const {got, report} = await meet(server.url, init);
        // The resend goes over a new connection, whose first request is answered.
        expect(got).to.equal(caller === 'POST' ? 'TypeError ECONNRESET' : '200');
        expect(report?.attempts).to.equal(caller === 'POST' ? 1 : 2);
        expect(server.requests).to.equal(caller === 'POST' ? 2 : 3);
      } finally {
        await server.close();
      }
    });

  it('was closed by the server while it idled: the next request opens another', async () => {
    let ended: Promise<unknown> | undefined;
    const server = await broken({
      onRequest: socket => {
        ended = once(socket, 'close');
        socket.end(respond(200));
      },
    });
    try {
      await meet(server.url);
      await ended;
      const {got, report} = await meet(server.url, CALLERS.POST);
      expect(got).to.equal('200');
      expect(report?.attempts).to.equal(1);
    } finally {
      await server.close();
    }
  });
});

describe('a body that does not end as it should', () => {
  const rows: readonly [what: string, fault: Break, error: RegExp][] = [
    [
      'shorter than its length, then a FIN',
      {onRequest: socket => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort')},
      /^TypeError UND_ERR_SOCKET$/,
    ],
    [
      'shorter than its length, then a reset',
      {
        onRequest: socket =>
          socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort', () => socket.resetAndDestroy()),
      },
      /^TypeError (ECONNRESET|UND_ERR_SOCKET)$/,
    ],
    [
      'chunked, and no chunk',
      {onRequest: socket => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n')},
      /^TypeError/,
    ],
    [
      'dripping for ever',
      {
        onRequest: socket => {
          const drip = setInterval(() => socket.write('1\r\nx\r\n'), 5);
          socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
          socket.on('close', () => clearInterval(drip));
        },
      },
      /^TimeoutError ATTEMPT_TIMEOUT$/,
    ],
    [
      'silent after the headers',
      {onRequest: socket => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n')},
      /^TimeoutError ATTEMPT_TIMEOUT$/,
    ],
  ];
  for (const [what, fault, error] of rows)
    it(`${what}: the caller has the answer, its reader the error, and nothing is sent again`, async () => {
      const server = await broken(fault);
      try {
        const fetch = createFetch({attemptTimeoutMs: 50, backoff: {baseMs: 0}});
        const response = await fetch(server.url);
        expect(response.status).to.equal(200);
        expect(reportOf(response)).to.include({result: 'success', attempts: 1});
        expect(inWords(await errorOf(() => response.text()))).to.match(error);
        expect(server.requests).to.equal(1);
      } finally {
        await server.close();
      }
    });

  it('of an answer that is resent anyway: what is left of it is let go of', async () => {
    const server = await broken({
      onRequest: socket =>
        server.requests < 3
          ? socket.end('HTTP/1.1 503 Busy\r\ncontent-length: 10\r\n\r\nshort')
          : socket.write(respond(200)),
    });
    try {
      const {got, report} = await meet(server.url);
      expect(got).to.equal('200');
      expect(report?.attempts).to.equal(3);
    } finally {
      await server.close();
    }
  });
});

describe('a POST of 64 MB that the server does not want', () => {
  const body = new Uint8Array(64 * 1024 * 1024);
  for (const keyed of [false, true])
    it(`an early 413 is the answer, ${keyed ? 'with' : 'without'} a key`, async () => {
      const server = createServer((request, response) => {
        response.writeHead(413, {connection: 'close'}).end('too large');
        request.resume();
      });
      await listening(server);
      try {
        const headers: Record<string, string> = keyed ? {'idempotency-key': 'one'} : {};
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
        const {got, report} = await meet(url, {method: 'POST', body, headers});
        expect(got).to.equal('413');
        expect(report).to.include({attempts: 1, refusal: 'not-transient'});
      } finally {
        server.closeAllConnections();
        await closed(server);
      }
    });

  it('a reset on the way is no proof that nothing was done; and what is too large to keep is not sent again', async () => {
    const server = await broken({onAccept: socket => socket.once('data', () => socket.resetAndDestroy())});
    try {
      const {reason, report} = await meet(server.url, {method: 'POST', body, headers: {'idempotency-key': 'one'}});
      expect(reason).to.match(/^(ECONNRESET|EPIPE)$/);
      expect(report).to.include({attempts: 1, refusal: 'body-not-replayable'});
    } finally {
      await server.close();
    }
  });
});
