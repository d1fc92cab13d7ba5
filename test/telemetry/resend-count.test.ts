/** The attribute http.request.resend_count, with OpenTelemetry's own SDK. */
import {expect} from 'chai';
import {createFetch} from '../../src/index.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {Tracing} from '../support/otel.ts';

describe('http.request.resend_count', () => {
  let tracing: Tracing;
  let server: LoopbackServer;
  before(async () => {
    tracing = new Tracing();
    server = await LoopbackServer.start();
  });
  after(async () => {
    await tracing.stop();
    await server.close();
  });

  it('is absent on the first attempt and counts from 1, and no attempt includes a wait @T56', async () => {
    const fetch = createFetch({backoff: {kind: 'constant', delayMs: 80, throttledBaseMs: 0, jitter: 'none'}});
    await (await fetch(server.place(503, 503, 200).url)).text();
    expect(tracing.attempts.map(({attributes}) => attributes['http.request.resend_count'])).to.deep.equal([
      undefined,
      1,
      2,
    ]);
    const ms = ([seconds, nanos]: readonly [number, number]): number => seconds * 1000 + nanos / 1e6;
    const [first, second] = tracing.attempts;
    expect(ms(second!.startTime) - ms(first!.endTime)).to.be.at.least(70);
    expect(tracing.open).to.deep.equal([]);
  });
});
