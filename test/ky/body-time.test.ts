/** The body of a response that an afterResponse hook made around another one is read under the time of its attempt. */
import {expect} from 'chai';
import ky from 'ky';
import {resilience} from '../../src/core.ts';
import {VirtualClock} from '../../src/testing.ts';
import {errorOf} from '../support/outcome.ts';

const URL = 'https://items.example/';

/** A chunk each 100 ms, without end. */
const dripping = (clock: VirtualClock) => async (): Promise<Response> =>
  new Response(
    new ReadableStream({
      async pull(controller) {
        await clock.sleep(100);
        controller.enqueue(new Uint8Array([120]));
      },
    }),
  );

describe('a response that an afterResponse hook made around the body of another one', () => {
  for (const [limit, policy, code] of [
    ['the attempt timeout', {attemptTimeoutMs: 500, deadlineMs: 60_000}, 'ATTEMPT_TIMEOUT'],
    ['the deadline', {attemptTimeoutMs: 60_000, deadlineMs: 500}, 'DEADLINE_EXCEEDED'],
  ] as const)
    it(`is read whole under ${limit}`, async () => {
      const clock = new VirtualClock();
      const api = ky.extend(resilience(policy, {clock})).extend({
        fetch: dripping(clock),
        hooks: {afterResponse: [({response}) => new Response(response.body, response)]},
      });
      const reading = errorOf(() => api.get(URL).text());
      await clock.advance(1000);
      expect((await reading) as Error).to.have.nested.property('cause.code', code);
    });

  it('is read as a stream for as long as chunks come', async () => {
    const clock = new VirtualClock();
    const api = ky.extend(resilience({attemptTimeoutMs: 500, deadlineMs: 60_000}, {clock})).extend({
      fetch: dripping(clock),
      hooks: {afterResponse: [({response}) => new Response(response.body, response)]},
    });
    const pending = api.get(URL);
    await clock.advance(0);
    const reader = (await pending).body!.getReader();
    for (let chunk = 0; chunk < 20; chunk++) {
      const read = reader.read();
      await clock.advance(100);
      expect((await read).value).to.have.length(1);
    }
    await reader.cancel();
  });
});
