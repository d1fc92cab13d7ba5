/** An observer whose methods are async: what they reject with ends neither the call nor the process. */
import {expect} from 'chai';
import type {CallObserver, Observer} from '../../src/core.ts';
import {createFetch, type Ports} from '../../src/index.ts';

const rejects = (): Promise<never> => Promise.reject(new Error('the database of the observer is down'));

describe('an observer', () => {
  const {error} = console;
  before(() => {
    console.error = () => {}; // The first exception of all observers is reported there.
  });
  after(() => {
    console.error = error;
  });

  /** The process would end: mocha takes an unhandled rejection for a failure only while a test runs. */
  async function unhandledOf(observer: Observer): Promise<unknown[]> {
    const unhandled: unknown[] = [];
    const keep = (reason: unknown): void => void unhandled.push(reason);
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', keep);
    try {
      const statuses = [503, 200];
      const answer = async () => new Response('{}', {status: statuses.shift()!});
      const ports: Ports = {observer, fetch: answer};
      const response = await createFetch({backoff: {baseMs: 0}}, ports)('http://shop.test/');
      expect(response.status).to.equal(200);
      await response.text();
      await new Promise(resolve => setImmediate(resolve)); // Node reports unhandled rejections before it.
    } finally {
      process.off('unhandledRejection', keep);
      for (const other of others) process.on('unhandledRejection', other);
    }
    return unhandled;
  }

  const call: CallObserver = {startAttempt: () => null, run: work => work(), event: () => {}, end: () => {}};
  const attempt = {run: <T>(send: () => T): T => send(), end: () => {}};
  const observers: Record<string, Observer> = {
    'watch rejects': {startCall: () => null, watch: rejects},
    'startCall rejects': {startCall: rejects as unknown as Observer['startCall']},
    'event and end of a call reject': {startCall: () => ({...call, event: rejects, end: rejects})},
    'startAttempt rejects': {
      startCall: () => ({...call, startAttempt: rejects as unknown as CallObserver['startAttempt']}),
    },
    'end of an attempt and of a body reject': {
      startCall: () => ({
        ...call,
        startAttempt: () => ({...attempt, end: rejects, startBody: () => ({end: rejects})}),
      }),
    },
  };
  for (const [what, observer] of Object.entries(observers))
    it(`whose ${what} leaves no rejection unhandled`, async () => {
      expect(await unhandledOf(observer)).to.deep.equal([]);
    });
});
