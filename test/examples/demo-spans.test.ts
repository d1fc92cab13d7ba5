/** The spans of the demonstration: their names, types and values are those that the conventions declare. */
import {expect} from 'chai';
import {startReceiver} from '../../examples/before-after/otlp-receiver.ts';
import {startServer} from '../../examples/before-after/server.ts';
import {steadfetch} from '../../examples/before-after/steadfetch.ts';
import {startTracing} from '../../examples/before-after/tracing.ts';
import {runTraffic, traffic} from '../../examples/before-after/traffic.ts';
import {unregister} from '../support/otel.ts';
import {checkSpan} from '../support/otlp/checks.ts';
import type {TracesPayload} from '../support/otlp/payload.ts';

const SEED = 3;

describe('the spans of the demonstration', () => {
  it('follow the conventions', async () => {
    const server = await startServer(SEED);
    const receiver = await startReceiver();
    try {
      const tracing = startTracing(receiver.tracesUrl, false);
      const calls = traffic({seed: SEED, calls: 60, perSecond: 100});
      await runTraffic(
        'steadfetch',
        server.origin,
        calls,
        steadfetch(() => {}),
      );
      await tracing.stop();
      const sent: TracesPayload = JSON.parse(JSON.stringify({resourceSpans: receiver.resourceSpans}));
      const spans = sent.resourceSpans.flatMap(({scopeSpans}) => scopeSpans.flatMap(each => each.spans));
      expect(spans.length).to.be.above(120);
      for (const span of spans) checkSpan(span);
    } finally {
      unregister();
      await Promise.all([server.close(), receiver.close()]);
    }
  });
});
