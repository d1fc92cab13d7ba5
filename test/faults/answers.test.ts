/** Faults that have no row of sockets of their own: addresses that lead nowhere, connections that were kept, callers that leave. */
import {once} from 'node:events';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {expect} from 'chai';
import {Agent} from 'undici';
import {deadUrl, LoopbackServer} from '../support/loopback-server.ts';
import {broken, respond} from './servers.ts';
import {ADAPTERS, type Adapter, CALLERS, type Caller, type Init, meet, networkErrorOf} from './trial.ts';

describe('an address that leads nowhere', () => {
  interface Row {
    readonly what: string;
    readonly url: () => Promise<string> | string;
    readonly adapters: readonly Adapter[];
    readonly reason: RegExp;
    /** What the network error says, where it has no code of that name. */
    readonly says?: string;
    readonly sends: 1 | 3;
  }
  const rows: readonly Row[] = [
    {what: 'a closed port', url: deadUrl, adapters: ADAPTERS, reason: /^ECONNREFUSED$/, sends: 3},
    // Happy eyeballs tries ::1 and 127.0.0.1, and throws an AggregateError where there are both.
    {
      what: 'a name whose every address is closed',
      url: async () => (await deadUrl()).replace('127.0.0.1', 'localhost'),
      adapters: ADAPTERS,
      reason: /^ECONNREFUSED$/,
      sends: 3,
    },
    // Too long a label for any resolver: refused without asking a server.
    {
      what: 'an unknown host',
      url: () => `http://${'a'.repeat(64)}.invalid/`,
      adapters: ADAPTERS,
      reason: /^(ENOTFOUND|EAI_AGAIN)$/,
      sends: 3,
    },
    // undici itself forbids none.
    {
      what: 'a port that fetch forbids',
      url: () => 'http://127.0.0.1:6667/',
      adapters: ['fetch', 'ky'],
      reason: /^not a transient error$/,
      says: 'bad port',
      sends: 1,
    },
    // undici, and ky where there is no URL at all, refuse before a call of ours begins.
    {
      what: 'a scheme that is none',
      url: () => 'gopher://127.0.0.1/',
      adapters: ['fetch', 'ky'],
      reason: /^not a transient error$/,
      says: 'unknown scheme',
      sends: 1,
    },
    {what: 'a URL that is none', url: () => 'http://[', adapters: ['fetch'], reason: /^ERR_INVALID_URL$/, sends: 1},
  ];
  for (const {what, url, adapters, reason, says, sends} of rows)
    for (const adapter of adapters)
      for (const [caller, init] of Object.entries(CALLERS))
        it(`${what}, ${adapter}, ${caller}: sent ${sends === 1 ? 'once' : `${sends} times`}`, async () => {
          const seen = await meet(adapter, await url(), {init});
          expect(seen.reason).to.match(reason);
          expect(seen.got).to.match(networkErrorOf(adapter, says ?? seen.reason));
          expect(seen.report).to.include({
            attempts: sends,
            refusal: sends === 1 ? 'not-transient' : 'attempts-exhausted',
          });
        });
});

describe('a redirect loop', () => {
  // undici itself follows none.
  for (const adapter of ['fetch', 'ky'] as const)
    for (const [caller, init] of Object.entries(CALLERS))
      it(`${adapter}, ${caller}: is followed once to its end, and not retried`, async () => {
        const server = await LoopbackServer.start();
        try {
          const place = server.place({status: 307, headers: {location: '#again'}});
          const {reason, got, report} = await meet(adapter, place.url, {init});
          expect(reason).to.equal('not a transient error');
          expect(got).to.match(networkErrorOf(adapter, 'redirect count exceeded'));
          expect(report).to.include({attempts: 1, refusal: 'not-transient'});
          expect(place.requests).to.have.length(21);
        } finally {
          await server.close();
        }
      });
});

describe('a connection that was kept', () => {
  let agent: Agent | undefined;
  afterEach(() => agent?.destroy());
  const kept = (adapter: Adapter): Agent | undefined => {
    agent = adapter === 'undici' ? new Agent() : undefined; // fetch, and ky on it, keep their own.
    return agent;
  };

  for (const adapter of ADAPTERS) {
    for (const [caller, init] of Object.entries(CALLERS) as [Caller, Init][])
      it(`breaks at its second request, ${adapter}, ${caller}: the request counts as sent`, async () => {
        const server = await broken({
          onRequest: (socket, count) => (count === 1 ? socket.write(respond(200)) : socket.resetAndDestroy()),
        });
        try {
          const trial = {init, agent: kept(adapter)};
          expect((await meet(adapter, server.url, {...trial, init: {}})).got).to.equal('200');
          await nextTurn(); // Until then fetch holds the connection for busy.
          const {got, report} = await meet(adapter, server.url, trial);
          // The retry goes over a new connection, whose first request is answered.
          if (caller === 'POST') expect(got).to.match(networkErrorOf(adapter, 'ECONNRESET'));
          else expect(got).to.equal('200');
          expect(report?.attempts).to.equal(caller === 'POST' ? 1 : 2);
          expect(server.requests).to.equal(caller === 'POST' ? 2 : 3);
        } finally {
          await server.close();
        }
      });

    it(`was closed by the server while it was idle, ${adapter}: the next request opens another`, async () => {
      let ended: Promise<unknown> | undefined;
      const server = await broken({
        onRequest: socket => {
          ended = once(socket, 'close');
          socket.end(respond(200));
        },
      });
      try {
        const trial = {agent: kept(adapter)};
        await meet(adapter, server.url, trial);
        await ended;
        const {got, report} = await meet(adapter, server.url, {...trial, init: CALLERS.POST});
        expect(got).to.equal('200');
        expect(report?.attempts).to.equal(1);
      } finally {
        await server.close();
      }
    });
  }
});

describe('a caller that leaves', () => {
  /** Aborts once the server has the request, in the way a user would. */
  const leaving: Record<string, (here: Promise<void>) => AbortSignal> = {
    'with a reason of its own': here => {
      const controller = new AbortController();
      here.then(() => controller.abort(new Error('enough')));
      return controller.signal;
    },
    'without one': here => {
      const controller = new AbortController();
      here.then(() => controller.abort());
      return controller.signal;
    },
    'by AbortSignal.timeout': () => AbortSignal.timeout(30),
  };
  const words: Record<string, string> = {
    'with a reason of its own': 'Error enough',
    'without one': 'AbortError This operation was aborted',
    'by AbortSignal.timeout': 'TimeoutError The operation was aborted due to timeout',
  };
  /** Its time is real: on a busy machine it may be over before there is a connection. */
  const TIMED = 'by AbortSignal.timeout';
  for (const adapter of ADAPTERS)
    for (const [how, signalWhen] of Object.entries(leaving)) {
      it(`${adapter}, ${how}, before the headers: gets its own reason, without a retry`, async () => {
        const {promise: here, resolve: arrived} = Promise.withResolvers<void>();
        const server = await broken({onRequest: () => arrived()});
        try {
          const {reason, got, report} = await meet(adapter, server.url, {init: {signal: signalWhen(here)}});
          expect(got).to.equal(words[how]);
          expect(reason).to.equal('aborted by the caller');
          expect(report).to.include({result: 'cancelled', attempts: 1});
          expect(server.requests).to.be.within(how === TIMED ? 0 : 1, 1);
        } finally {
          await server.close();
        }
      });

      it(`${adapter}, ${how}, while the body arrives: gets its own reason`, async () => {
        const {promise: here, resolve: arrived} = Promise.withResolvers<void>();
        const server = await broken({
          onRequest: socket =>
            socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort', () => setImmediate(arrived)),
        });
        try {
          const {got, body, report} = await meet(adapter, server.url, {init: {signal: signalWhen(here)}});
          // The abort may also be there before the answer is.
          expect(body ?? got).to.equal(words[how]);
          expect(report?.attempts).to.equal(1);
          expect(server.requests).to.be.within(how === TIMED ? 0 : 1, 1);
        } finally {
          await server.close();
        }
      });
    }
});
