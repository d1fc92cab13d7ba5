/**
 * The caller aborts, and has not read the response. Its copy was cancelled: with an afterResponse hook, ky gives each response in that state.
 * Under Node 22, an unhandled rejection would end the process.
 */
import {expect} from 'chai';
import ky from 'ky';
import {createFetch, type PolicyInput, resilience} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {errorOf} from '../support/outcome.ts';

const policy: PolicyInput = {attemptTimeoutMs: 1000, deadlineMs: null};

type Get = (place: Place, clock: VirtualClock, signal?: AbortSignal) => Promise<Response>;

const cloneAndCancel = (response: Response): Response => {
  response
    .clone()
    .body!.cancel()
    .catch(() => {});
  return response;
};

const gets: Readonly<Record<string, Get>> = {
  'fetch, cloned': async ({url}, clock, signal) =>
    cloneAndCancel(await createFetch(policy, {clock})(url, signal && {signal})),
  'fetch, cloned twice': async ({url}, clock, signal) =>
    cloneAndCancel(cloneAndCancel(await createFetch(policy, {clock})(url, signal && {signal}))),
  'ky with an afterResponse hook': ({url}, clock, signal) =>
    ky
      .extend(resilience(policy, {clock}))
      .get(url, {...(signal && {signal}), hooks: {afterResponse: [() => undefined]}}),
};

/** Unhandled rejections are reported when all promise jobs have run. */
const untilReported = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

describe('a response that was cloned and is not read', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());
  const unfinished = (): Place =>
    server.place(response => void response.writeHead(200, {'content-type': 'application/json'}).write('{"a":'));

  for (const [name, get] of Object.entries(gets)) {
    it(`${name}: has its time from the first read on`, async () => {
      const clock = new VirtualClock();
      const response = await get(unfinished(), clock);
      await clock.advance(5000);
      await untilReported();
      expect(clock.pending).to.equal(0);
      const reading = errorOf(() => response.text());
      await clock.advance(1001);
      expect(await reading).to.have.property('name', 'TimeoutError');
      expect(clock.pending).to.equal(0);
    });

    it(`${name}: ends with the caller's abort`, async () => {
      const controller = new AbortController();
      const response = await get(unfinished(), new VirtualClock(), controller.signal);
      controller.abort(new Error('enough'));
      await untilReported();
      expect((await errorOf(() => response.text())).message).to.match(/enough|abort/);
    });
  }
});
