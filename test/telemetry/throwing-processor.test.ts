/** A span processor of the user that throws: calls go on, and metrics stay right. */
import {metrics} from '@opentelemetry/api';
import {type HistogramMetricData, MeterProvider} from '@opentelemetry/sdk-metrics';
import {expect} from 'chai';
import {createFetch} from '../../src/fetch.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {ManualReader, Tracing} from '../support/otel.ts';
import {quick} from '../support/policies.ts';

describe('telemetry: a span processor that throws', () => {
  let server: LoopbackServer;
  before(async () => {
    server = await LoopbackServer.start();
  });
  after(() => server.close());

  for (const which of ['call', 'attempt'])
    it(`at the end of the span of each ${which} leaves the metrics right`, async () => {
      const done = async (): Promise<void> => {};
      const onEnd = ({name}: {name: string}): void => {
        if (name.startsWith('steadfetch') === (which === 'call')) throw new Error('mine');
      };
      const tracing = new Tracing({spanProcessors: [{onStart: () => {}, onEnd, forceFlush: done, shutdown: done}]});
      const reader = new ManualReader();
      const provider = new MeterProvider({readers: [reader]});
      metrics.disable();
      metrics.setGlobalMeterProvider(provider);
      try {
        const fetch = createFetch({...quick, name: `throwing-${which}`});
        for (let n = 0; n < 3; n++) await (await fetch(server.place(200).url)).text();
        const {resourceMetrics} = await reader.collect();
        const value = (name: string) =>
          resourceMetrics.scopeMetrics
            .flatMap(scope => scope.metrics)
            .find(({descriptor}) => descriptor.name === name)!
            .dataPoints.find(({attributes}) => attributes['steadfetch.policy.name'] === `throwing-${which}`)?.value;
        const count = (name: string) => (value(name) as HistogramMetricData['dataPoints'][number]['value']).count;
        expect(value('steadfetch.client.active_calls')).to.equal(0);
        expect(count('steadfetch.client.call.duration')).to.equal(3);
        expect(count('steadfetch.client.attempt.duration')).to.equal(3);
      } finally {
        await provider.shutdown();
        await tracing.stop();
      }
    });
});
