/** Bodies of a fetch of the user's that do not listen to the signal: the caller gets its answer in time all the same. */
import {expect} from 'chai';
import ky, {TimeoutError as KyTimeoutError} from 'ky';
import {createFetch, resilience} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {errorOf} from '../support/outcome.ts';

const NOWHERE = 'http://nowhere.invalid/';
/** Begins, and never goes on. */
const deaf = async () => new Response(new ReadableStream({start: controller => controller.enqueue(new Uint8Array(1))}));

describe('a body that does not listen to its signal', () => {
  for (const method of ['json', 'text', 'arrayBuffer', 'blob', 'bytes'] as const) {
    it(`.${method}() ends with the time of the attempt`, async () => {
      const clock = new VirtualClock();
      const fetch = createFetch({attemptTimeoutMs: 100}, {clock, fetch: deaf});
      const error = await clock.run(() => errorOf(async () => (await fetch(NOWHERE))[method]()));
      expect(error).to.include({name: 'TimeoutError', code: 'ATTEMPT_TIMEOUT'});
      expect([clock.now(), clock.pending]).to.deep.equal([100, 0]);
    });
  }

  it('a reader gets the idle timeout, after the chunk that arrived', async () => {
    const clock = new VirtualClock();
    const fetch = createFetch({idleTimeoutMs: 50}, {clock, fetch: deaf});
    const seen: number[] = [];
    const error = await clock.run(() =>
      errorOf(async () => {
        for await (const chunk of (await fetch(NOWHERE)).body!) seen.push(chunk.byteLength);
      }),
    );
    expect(error).to.include({code: 'IDLE_TIMEOUT'});
    expect([seen, clock.now(), clock.pending]).to.deep.equal([[1], 50, 0]);
  });

  it('the caller’s abort ends a pending read, with its reason', async () => {
    const clock = new VirtualClock();
    const fetch = createFetch({}, {clock, fetch: deaf});
    const controller = new AbortController();
    const mine = new Error('mine');
    const reading = errorOf(async () => (await fetch(NOWHERE, {signal: controller.signal})).text());
    await clock.advance(10);
    controller.abort(mine);
    expect(await reading).to.equal(mine);
  });

  it('through ky, it ends with ky’s TimeoutError', async () => {
    const clock = new VirtualClock();
    const api = ky.extend(resilience({attemptTimeoutMs: 100}, {clock}));
    const error = await clock.run(() => errorOf(() => api.get(NOWHERE, {fetch: deaf}).json()));
    expect(error).to.be.instanceOf(KyTimeoutError);
  });

  it('an object like a Response keeps its own methods', async () => {
    const like = {status: 200, ok: true, headers: new Headers(), body: {}, text: async () => 'own'};
    const fetch = createFetch({}, {fetch: async () => like as unknown as Response});
    expect(await (await fetch(NOWHERE)).text()).to.equal('own');
  });
});
