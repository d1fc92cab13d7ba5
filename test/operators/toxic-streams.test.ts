/** Event streams over links that Toxiproxy slows, cuts and breaks: what the caller gets, what is sent again, and that nothing is left behind. */
import {channel} from 'node:diagnostics_channel';
import type {Socket} from 'node:net';
import {expect} from 'chai';
import {Agent} from 'undici';
import {type PolicyInput, reportOf, type SteadfetchEvent} from '../../src/core.ts';
import {findGoTool, toxiproxy} from '../../tools/go/find.ts';
import {type Link, startToxiproxy, type Toxic, type Toxiproxy} from '../../tools/toxiproxy/start.ts';
import {broken} from '../faults/servers.ts';
import {ADAPTERS, type Adapter, type Answer, CLIENTS, type Init, inWords, reportIn} from '../faults/trial.ts';
import {settle} from '../support/outcome.ts';
import {DONE, PING, ROLE, text} from '../support/streamed-fetch.ts';
import {WatchedClock} from './watched-clock.ts';

const BEGINNING = PING + ROLE;
const CONTENT = ['日本 🚀', 'naïve', 'x'.repeat(100), '!'].map(text).join('');
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
const CHUNKED = `${HEAD}transfer-encoding: chunked\r\n\r\n`;
const chunk = (data: string): string => `${Buffer.byteLength(data).toString(16)}\r\n${data}\r\n`;
const LAST = '0\r\n\r\n';
const WHOLE = CHUNKED + chunk(BEGINNING) + chunk(CONTENT + DONE) + LAST;

type Serve = (socket: Socket, link: Link) => unknown;
const whole: Serve = socket => socket.write(WHOLE);
const beginning: Serve = socket => socket.write(CHUNKED + chunk(BEGINNING));
const firstContent: Serve = socket => socket.write(CHUNKED + chunk(BEGINNING) + chunk(text('Hi')));

/** What is done to the link once the client has the headers, while the server goes on. */
const onceBegun =
  (start: Serve, toxic: Toxic): Serve =>
  async (socket, link) => {
    const arrived = headersArrived();
    start(socket, link);
    await arrived;
    await link.add(toxic);
    socket.write(chunk(CONTENT + DONE) + LAST);
  };
const SILENT: Toxic = {type: 'timeout', attributes: {timeout: 0}};
const RESET: Toxic = {type: 'reset_peer', attributes: {timeout: 0}};

function headersArrived(): Promise<void> {
  const headers = channel('undici:request:headers');
  return new Promise(resolve => {
    const heard = (): void => {
      headers.unsubscribe(heard);
      resolve();
    };
    headers.subscribe(heard);
  });
}

interface Trial {
  readonly init?: Init;
  readonly policy?: PolicyInput;
  /** From the start. Left out: the link is as good as new. */
  readonly toxic?: Toxic;
  readonly serve?: Serve;
  /** The second attempt finds a link without toxics, and a server that answers. */
  readonly heals?: boolean;
}

const GET: Init = {};
const POST: Init = {method: 'POST', body: '{}'};
const PAID: PolicyInput = {idempotentMethods: ['POST'], paid: {}, maxAttempts: 4};
const POLICY: PolicyInput = {
  stream: {},
  attemptTimeoutMs: 10_000,
  maxAttempts: 3,
  backoff: {kind: 'constant', delayMs: 0, jitter: 'none'},
};

describe('an event stream over a link of Toxiproxy', function () {
  this.timeout(30 * 60_000);
  let proxy: Toxiproxy;

  before(async function () {
    const found = await findGoTool(toxiproxy, true);
    if ('missing' in found) {
      console.log(`    skipped: ${found.missing}`);
      return this.skip();
    }
    proxy = await startToxiproxy(found.binary);
  });
  after(() => proxy?.stop());

  async function meet(adapter: Adapter, {init = GET, policy, toxic, serve = whole, heals = false}: Trial) {
    const connections = new Set<Socket>();
    let isHealed = false;
    const server = await broken({
      onAccept: socket => {
        connections.add(socket);
        socket.once('end', () => connections.delete(socket)).once('close', () => connections.delete(socket));
      },
      onRequest: socket => void (isHealed ? whole : serve)(socket, link),
    });
    const link: Link = await proxy.link(server.url);
    if (toxic !== undefined) await link.add(toxic);
    const clock = new WatchedClock();
    const events: SteadfetchEvent[] = [];
    const prepareAttempt = async ({attempt}: {readonly attempt: number}): Promise<void> => {
      if (attempt === 1 || !heals || isHealed) return;
      isHealed = true;
      await link.heal();
    };
    const agent = new Agent();
    const ports = {clock, prepareAttempt, on: (event: SteadfetchEvent) => void events.push(event)};
    const send = CLIENTS[adapter]({...POLICY, ...policy}, ports, agent);
    try {
      const {value, error} = await settle(() => send(link.url, init));
      const read = value === undefined ? undefined : await readAll(value);
      const failure = read === undefined ? error : read.error;
      // One connection is kept for the next call, if the answer was read to its end.
      await until(() => connections.size <= (failure === undefined ? 1 : 0));
      return {
        got: read?.text ?? '',
        failure: failure === undefined ? '' : inWords(failure),
        report: reportOf(value ?? error) ?? reportIn(events),
        requests: server.requests,
        timers: clock.armed,
        connections: connections.size - (failure === undefined ? 1 : 0),
      };
    } finally {
      await agent.destroy();
      await server.close();
    }
  }

  const CLEAN = {timers: 0, connections: 0};
  for (const adapter of ADAPTERS)
    describe(`through ${adapter}`, () => {
      for (const [how, toxic] of Object.entries<Toxic>({
        'with latency and jitter': {type: 'latency', attributes: {latency: 40, jitter: 30}},
        'of 1 kB a second': {type: 'bandwidth', attributes: {rate: 1}},
        'that slices it into single bytes': {type: 'slicer', attributes: {average_size: 1, delay: 0}},
        'that closes slowly': {type: 'slow_close', attributes: {delay: 100}},
      }))
        it(`is whole, and sent once: ${how}`, async () => {
          const seen = await meet(adapter, {toxic});
          expect(seen).to.include({got: BEGINNING + CONTENT + DONE, failure: '', requests: 1, ...CLEAN});
          expect(seen.report?.firstContentMs).to.be.a('number');
        });

      for (const [where, toxic] of Object.entries<Toxic>({
        'in its headers': {type: 'limit_data', attributes: {bytes: 40}},
        'in the middle of its beginning': {type: 'limit_data', attributes: {bytes: CHUNKED.length + 30}},
        'in the middle of its first content': {
          type: 'limit_data',
          attributes: {bytes: CHUNKED.length + chunk(BEGINNING).length + 25},
        },
      })) {
        it(`is retried where the link breaks ${where}`, async () => {
          const seen = await meet(adapter, {toxic, heals: true});
          expect(seen).to.include({got: BEGINNING + CONTENT + DONE, failure: '', requests: 2, ...CLEAN});
        });
        it(`is not retried where the link breaks ${where} and the call may not be repeated`, async () => {
          const seen = await meet(adapter, {toxic, heals: true, init: POST});
          expect(seen).to.include({got: '', requests: 1, ...CLEAN});
          expect(seen.failure).to.match(BROKEN);
          expect(seen.report).to.include({refusal: 'may-have-acted'});
        });
        it(`is paid for twice at the most where every link breaks ${where}, and its report says so`, async () => {
          const seen = await meet(adapter, {toxic, init: POST, policy: PAID});
          expect(seen).to.include({got: '', requests: 2, ...CLEAN});
          expect(seen.report).to.include({paidAttempts: 2, refusal: 'paid-attempts-exhausted'});
        });
      }

      it('gives every byte up to the place after its first content where the link breaks, then fails', async () => {
        const before = chunk(BEGINNING + text('Hi'));
        const serve: Serve = socket => socket.write(CHUNKED + before + chunk(CONTENT));
        const toxic: Toxic = {type: 'limit_data', attributes: {bytes: CHUNKED.length + before.length + 40}};
        const seen = await meet(adapter, {toxic, serve, heals: true, init: POST, policy: PAID});
        const sizeLine = chunk(CONTENT).indexOf('\r\n') + 2;
        const got = Buffer.concat([
          Buffer.from(BEGINNING + text('Hi')),
          Buffer.from(CONTENT).subarray(0, 40 - sizeLine),
        ]);
        expect(seen).to.include({got: got.toString(), requests: 1, ...CLEAN});
        expect(seen.failure).to.match(BROKEN);
        expect(seen.report).to.include({paidAttempts: 1});
      });

      it('is retried where its connection is reset before its headers', async () => {
        const seen = await meet(adapter, {toxic: RESET, heals: true});
        expect(seen).to.include({got: BEGINNING + CONTENT + DONE, failure: '', requests: 2, ...CLEAN});
      });
      it('is retried where its connection is reset before its first content', async () => {
        const seen = await meet(adapter, {serve: onceBegun(beginning, RESET), heals: true});
        expect(seen).to.include({got: BEGINNING + CONTENT + DONE, failure: '', requests: 2, ...CLEAN});
      });
      it('is not retried where its connection is reset after its first content', async () => {
        const serve = onceBegun(firstContent, RESET);
        const seen = await meet(adapter, {serve, heals: true, init: POST, policy: PAID});
        expect(seen).to.include({got: BEGINNING + text('Hi'), requests: 1, ...CLEAN});
        expect(seen.failure).to.match(BROKEN);
        expect(seen.report).to.include({paidAttempts: 1});
      });

      const impatient: PolicyInput = {stream: {firstContentMs: 400}, idleTimeoutMs: 400};
      it('ends after firstContentMs where the link goes silent before its first content, and is retried', async () => {
        const seen = await meet(adapter, {serve: onceBegun(beginning, SILENT), heals: true, policy: impatient});
        expect(seen).to.include({got: BEGINNING + CONTENT + DONE, failure: '', requests: 2, ...CLEAN});
      });
      it('ends after firstContentMs where the link is too slow for its first content', async () => {
        const pings: Serve = socket => socket.write(CHUNKED + chunk(PING.repeat(300)) + chunk(CONTENT) + LAST);
        const toxic: Toxic = {type: 'bandwidth', attributes: {rate: 1}};
        const seen = await meet(adapter, {toxic, serve: pings, policy: {...impatient, maxAttempts: 1}});
        expect(seen).to.include({got: '', requests: 1, ...CLEAN});
        expect(seen.failure).to.match(/CONTENT_TIMEOUT$/);
      });
      it('is not retried, and fails with IDLE_TIMEOUT, where the link goes silent after its first content', async () => {
        const serve = onceBegun(firstContent, SILENT);
        const seen = await meet(adapter, {serve, heals: true, init: POST, policy: {...PAID, ...impatient}});
        expect(seen).to.include({got: BEGINNING + text('Hi'), requests: 1, ...CLEAN});
        expect(seen.failure).to.match(/IDLE_TIMEOUT$/);
        expect(seen.report).to.include({paidAttempts: 1});
      });
      it('is paid for once where the link lets nothing through at all', async () => {
        const policy: PolicyInput = {...PAID, attemptTimeoutMs: 100};
        const seen = await meet(adapter, {toxic: SILENT, init: POST, policy});
        expect(seen).to.include({got: '', requests: 1, ...CLEAN});
        expect(seen.report).to.include({paidAttempts: 1, refusal: 'paid-timeout'});
      });
    });
});

const BROKEN = /ECONNRESET|UND_ERR_SOCKET|terminated|aborted/;

async function readAll({body}: Answer): Promise<{text: string; error: unknown}> {
  const chunks: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const chunk of body ?? []) chunks.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  return {text: Buffer.concat(chunks).toString(), error};
}

/** Polls for up to 2 s. */
async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo() && tries < 200; tries++) await new Promise(next => setTimeout(next, 10));
}
