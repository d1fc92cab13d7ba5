/** Metrics: every instrument with its unit, its buckets and its attributes. */
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {metrics} from '@opentelemetry/api';
import {DataPointType, type HistogramMetricData, MeterProvider, type MetricData} from '@opentelemetry/sdk-metrics';
import {expect} from 'chai';
import {definePolicy, type PolicyInput, type Ports} from '../../src/core.ts';
import {observed} from '../../src/telemetry/observed.ts';
import {otelObserver} from '../../src/telemetry.ts';
import type {SeenRequest} from '../../src/testing.ts';
import {ITEMS, later, World} from '../call/world.ts';
import {ManualReader} from '../support/otel.ts';
import {AT_ONCE} from '../support/policies.ts';
import {DONE, PING, streamedFetch, text} from '../support/streamed-fetch.ts';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const COMMON = {
  'http.request.method': 'GET',
  'server.address': 'api.test',
  'server.port': 443,
  'steadfetch.policy.name': 'shop',
};
const named: PolicyInput = {name: 'shop', backoff: AT_ONCE};

/** Each policy has a name of its own, so that no test sees the guards of another. */
const world = (policy: PolicyInput, ports: Ports = {}): World => new World(policy, observed(ports));

describe('telemetry: metrics', () => {
  let reader: ManualReader;
  let provider: MeterProvider;
  beforeEach(() => {
    reader = new ManualReader();
    provider = new MeterProvider({readers: [reader]});
    metrics.setGlobalMeterProvider(provider);
  });
  afterEach(async () => {
    metrics.disable();
    await provider.shutdown();
  });

  async function all(): Promise<MetricData[]> {
    const {resourceMetrics} = await reader.collect();
    return resourceMetrics.scopeMetrics
      .filter(({scope}) => scope.name === 'steadfetch')
      .flatMap(scope => scope.metrics);
  }
  async function points(name: string) {
    const metric = (await all()).find(({descriptor}) => descriptor.name === name);
    return (metric?.dataPoints ?? []).map(({attributes, value}) => ({attributes, value}));
  }
  const sums = async (name: string) =>
    (await points(name)).map(({attributes, value}) => {
      const {sum, count} = value as HistogramMetricData['dataPoints'][number]['value'];
      return {attributes, sum, count};
    });

  describe('each instrument', () => {
    const table: [string, DataPointType, string, number[]?][] = [
      ['steadfetch.client.call.duration', DataPointType.HISTOGRAM, 's', [...SECONDS, 30, 60]],
      ['steadfetch.client.attempt.duration', DataPointType.HISTOGRAM, 's', SECONDS],
      ['steadfetch.client.call.retries', DataPointType.HISTOGRAM, '{retry}', [1, 2, 3, 4, 5, 10]],
      ['steadfetch.client.call.hedges', DataPointType.HISTOGRAM, '{hedge}', [1, 2, 3, 4, 5]],
      ['steadfetch.client.call.retry_delay', DataPointType.HISTOGRAM, 's', [...SECONDS, 30, 60]],
      ['steadfetch.client.call.paid_attempts', DataPointType.SUM, '{attempt}'],
      ['steadfetch.client.call.queue_time', DataPointType.HISTOGRAM, 's', [...SECONDS, 30, 60]],
      ['steadfetch.client.attempt.time_to_first_content', DataPointType.HISTOGRAM, 's', [...SECONDS, 30, 60]],
      ['steadfetch.client.call.rejected', DataPointType.SUM, '{call}'],
      ['steadfetch.client.active_calls', DataPointType.SUM, '{call}'],
      ['steadfetch.client.endpoint.out', DataPointType.SUM, '{endpoint}'],
      ['steadfetch.client.call.failovers', DataPointType.SUM, '{failover}'],
      ['steadfetch.client.endpoint.transition', DataPointType.SUM, '{transition}'],
      ['steadfetch.client.retry_budget.remaining', DataPointType.GAUGE, '1'],
      ['steadfetch.client.concurrency.limit', DataPointType.SUM, '{attempt}'],
      ['steadfetch.client.concurrency.waiting', DataPointType.SUM, '{attempt}'],
      ['steadfetch.client.quota.remaining', DataPointType.GAUGE, '1'],
      ['steadfetch.client.quota.waiting', DataPointType.SUM, '{attempt}'],
      ['steadfetch.circuit_breaker.state', DataPointType.SUM, '{breaker}'],
      ['steadfetch.circuit_breaker.waiting', DataPointType.SUM, '{attempt}'],
      ['steadfetch.circuit_breaker.transition', DataPointType.SUM, '{transition}'],
    ];
    let found: MetricData[];

    it('exists after calls that fail, wait, hedge and are refused', async () => {
      const {run, serve, clock} = handy(
        world({
          ...named,
          backoff: {kind: 'constant', delayMs: 10, throttledBaseMs: 0, jitter: 'none'},
          hedge: {delayMs: 5, maxLoadRatio: 1},
          concurrency: {},
          paid: {maxPaidAttempts: 10},
          idempotentMethods: ['POST'],
          quota: {limits: [{unit: 'requests', max: 2, perMs: 100}], learn: false},
          breaker: {kind: 'consecutive', failures: 2, openMs: 60_000},
        }),
      );
      serve(later(clock, 50, 200), 200);
      await run(undefined, {method: 'POST'});
      serve(503);
      await run(undefined, {method: 'POST'});
      await run(undefined, {method: 'POST'});
      await streamed();
      await ejecting();
      found = await all();
      expect(found.map(({descriptor}) => descriptor.name).sort()).to.deep.equal(table.map(([name]) => name).sort());
    });

    for (const [name, type, unit, buckets] of table) {
      it(`${name}: ${unit}`, () => {
        const metric = found.find(({descriptor}) => descriptor.name === name)!;
        expect([metric.dataPointType, metric.descriptor.unit]).to.deep.equal([type, unit]);
        expect(metric.descriptor.description).to.match(/\.$/);
        if (buckets !== undefined)
          expect((metric as HistogramMetricData).dataPoints[0]!.value.buckets.boundaries).to.deep.equal(buckets);
      });
    }

    it('has only attributes of low cardinality', () => {
      expect(found.flatMap(({dataPoints}) => dataPoints as unknown[])).not.to.be.empty;
      for (const {descriptor, dataPoints} of found)
        for (const {attributes} of dataPoints)
          for (const name of Object.keys(attributes))
            expect(name, descriptor.name).not.to.match(/call\.id|url\.(?!template)|attempt\.number|reason\.|trace/);
    });
  });

  it('count paid attempts by outcome, for policies that have paid', async () => {
    const backoff = {kind: 'constant', delayMs: 10, jitter: 'none'} as const;
    const {run, serve} = handy(world({...named, paid: {}, idempotentMethods: ['POST'], backoff}));
    serve(429, 500, 200);
    await run(undefined, {method: 'POST'});
    serve(200);
    await run(undefined, {method: 'POST'});
    await run();
    const paid = await points('steadfetch.client.call.paid_attempts');
    expect(paid.map(({attributes, value}) => [attributes['steadfetch.call.outcome'], value])).to.deep.equal([
      ['success', 3],
    ]);
  });

  it('measure a call by outcome, waits included, and its attempts by kind and status', async () => {
    const {run, serveSlowly} = handy(
      world({...named, backoff: {kind: 'constant', delayMs: 300, throttledBaseMs: 0, jitter: 'none'}}),
    );
    serveSlowly(20, 503, 200);
    await run();
    expect(await sums('steadfetch.client.call.duration')).to.deep.equal([
      {attributes: {...COMMON, 'steadfetch.call.outcome': 'success'}, sum: 0.34, count: 1},
    ]);
    expect(await sums('steadfetch.client.attempt.duration')).to.deep.equal([
      {
        attributes: {
          ...COMMON,
          'steadfetch.attempt.kind': 'initial',
          'http.response.status_code': 503,
          'error.type': '503',
        },
        sum: 0.02,
        count: 1,
      },
      {
        attributes: {...COMMON, 'steadfetch.attempt.kind': 'retry', 'http.response.status_code': 200},
        sum: 0.02,
        count: 1,
      },
    ]);
    expect(await sums('steadfetch.client.call.retries')).to.deep.equal([
      {attributes: {...COMMON, 'steadfetch.call.outcome': 'success'}, sum: 1, count: 1},
    ]);
    expect(await sums('steadfetch.client.call.retry_delay')).to.deep.equal([{attributes: COMMON, sum: 0.3, count: 1}]);
  });

  it('do not count calls with one attempt in the histogram of retries', async () => {
    await handy(world(named)).run();
    for (const name of ['retries', 'hedges', 'retry_delay'])
      expect(await points(`steadfetch.client.call.${name}`), name).to.deep.equal([]);
  });

  it('set error.type of a failed call to that of its last response, and none for an aborted call', async () => {
    const {run, serve} = handy(world(named));
    serve(503);
    await run();
    await run(ITEMS, {signal: AbortSignal.abort()});
    const ends = (await points('steadfetch.client.call.duration')).map(({attributes}) => [
      attributes['steadfetch.call.outcome'],
      attributes['error.type'],
    ]);
    expect(ends).to.deep.equal([
      ['failure', '503'],
      ['cancelled', undefined],
    ]);
    expect(await sums('steadfetch.client.call.retries')).to.deep.equal([
      {attributes: {...COMMON, 'steadfetch.call.outcome': 'failure'}, sum: 2, count: 1},
    ]);
  });

  it('have the template of a route, and _OTHER for an unknown method', async () => {
    const {run} = handy(world({...named, routes: [{match: {path: '/items/*'}, name: 'item'}]}));
    await run(`${ITEMS}/4711`, {method: 'PURGE'});
    const [point] = await points('steadfetch.client.call.duration');
    expect(point!.attributes).to.include({
      'url.template': '/items/*',
      'steadfetch.policy.name': 'item',
      'http.request.method': '_OTHER',
    });
  });

  it('count active calls, never below zero', async () => {
    const {serve, clock, end} = handy(world({...named, name: 'active'}));
    const active = async () =>
      (await points('steadfetch.client.active_calls')).find(
        ({attributes}) => attributes['steadfetch.policy.name'] === 'active',
      )?.value;
    serve(later(clock, 100, 200));
    const both = [end(), end()];
    expect(await active()).to.equal(2);
    await clock.advance(100);
    await Promise.all(both);
    expect(await active()).to.equal(0);
  });

  it('count the active calls of all unknown methods together', async () => {
    const {serve, clock, end} = handy(world({...named, name: 'dav'}));
    const active = async () =>
      (await points('steadfetch.client.active_calls')).flatMap(({attributes, value}) =>
        attributes['steadfetch.policy.name'] === 'dav' ? [value] : [],
      );
    serve(later(clock, 100, 200));
    const slow = ['PROPFIND', 'PROPFIND', 'LOCK'].map(method => end(ITEMS, {method}));
    serve(200);
    await end(ITEMS, {method: 'MKCOL'});
    expect(await active()).to.deep.equal([3]);
    await clock.advance(100);
    await Promise.all(slow);
    expect(await active()).to.deep.equal([0]);
  });

  it('have one series per state of a breaker, and each change', async () => {
    const policy: PolicyInput = {
      ...named,
      name: 'breaking',
      maxAttempts: 1,
      breaker: {kind: 'consecutive', failures: 1, openMs: 1000, probes: 1},
    };
    const {run, serve, clock} = handy(world(policy));
    const states = async () =>
      Object.fromEntries(
        (await points('steadfetch.circuit_breaker.state'))
          .filter(({attributes}) => attributes['steadfetch.policy.name'] === 'breaking')
          .map(({attributes, value}) => [attributes['steadfetch.circuit_breaker.state'], value]),
      );
    await run();
    expect(await states()).to.deep.equal({closed: 1, open: 0, half_open: 0});
    serve(503);
    await run();
    expect(await states()).to.deep.equal({closed: 0, open: 1, half_open: 0});
    await run();
    await clock.advance(1200);
    expect(await states()).to.deep.equal({closed: 0, open: 0, half_open: 1});
    serve(200);
    await run();
    expect(await points('steadfetch.circuit_breaker.transition')).to.deep.equal(
      [
        ['closed', 'open'],
        ['open', 'half_open'],
        ['half_open', 'closed'],
      ].map(([from, to]) => ({
        attributes: {
          'steadfetch.policy.name': 'breaking',
          'steadfetch.circuit_breaker.name': 'https://api.test',
          'steadfetch.circuit_breaker.from': from,
          'steadfetch.circuit_breaker.to': to,
        },
        value: 1,
      })),
    );
    expect(await points('steadfetch.client.call.rejected')).to.deep.equal([
      {attributes: {...COMMON, 'steadfetch.policy.name': 'breaking', 'steadfetch.reason': 'CIRCUIT_OPEN'}, value: 1},
    ]);
  });

  it('count the moves between endpoints, and those that are passed over', async () => {
    const endpoints = [
      {name: 'eu', origin: 'https://api.test'},
      {name: 'us', origin: 'https://us.test', rank: 2, readyPath: '/ready'},
    ];
    const policy: PolicyInput = {...named, name: 'moving', endpoints, breaker: null, budget: null};
    const {run, serve, clock} = handy(world({...policy, backoff: {kind: 'constant', delayMs: 0, throttledBaseMs: 0}}));
    let isDown = true;
    serve(({url}: SeenRequest) => (url.startsWith('https://api.test') && isDown ? 500 : 200));
    for (let n = 0; n < 10; n++) await run();
    const at = (endpoint: string, state: string) => ({
      'steadfetch.policy.name': 'moving',
      'steadfetch.endpoint.name': endpoint,
      'steadfetch.endpoint.state': state,
    });
    expect(await points('steadfetch.client.call.failovers')).to.deep.equal([
      {
        attributes: {
          ...COMMON,
          'steadfetch.policy.name': 'moving',
          'steadfetch.endpoint.before': 'eu',
          'steadfetch.endpoint.name': 'us',
        },
        value: 10,
      },
    ]);
    expect(await points('steadfetch.client.endpoint.out')).to.deep.equal([{attributes: at('eu', 'ejected'), value: 1}]);
    isDown = false;
    await clock.advance(10_000);
    for (let n = 0; n < 10; n++) await run();
    expect(await points('steadfetch.client.endpoint.out')).to.deep.equal([{attributes: at('eu', 'ejected'), value: 0}]);
    expect((await points('steadfetch.client.endpoint.transition')).map(({attributes}) => attributes)).to.deep.equal([
      at('eu', 'ejected'),
      at('eu', 'returned'),
    ]);
  });

  it('count an endpoint that is not ready, and the first answer of one that is ready not at all', async () => {
    const endpoints = [{name: 'model', origin: 'https://api.test', readyPath: '/ready'}];
    const {run, serve, clock} = handy(world({...named, name: 'warming', endpoints, deadlineMs: 60_000}));
    const at = (state: string) => ({
      'steadfetch.policy.name': 'warming',
      'steadfetch.endpoint.name': 'model',
      'steadfetch.endpoint.state': state,
    });
    serve(404, 200); // A path that is wrong: it counts as ready.
    await run();
    const out = async () =>
      (await points('steadfetch.client.endpoint.out')).filter(
        ({attributes}) => attributes['steadfetch.policy.name'] === 'warming',
      );
    expect(await out()).to.deep.equal([]);
    serve(({url}: SeenRequest) => (url.endsWith('/ready') && clock.now() < 125_000 ? 503 : 200));
    await clock.advance(120_000);
    await run();
    expect(await out()).to.deep.equal([{attributes: at('not_ready'), value: 0}]);
    expect(await points('steadfetch.client.endpoint.transition')).to.deep.equal([
      {attributes: at('not_ready'), value: 1},
      {attributes: at('ready'), value: 1},
    ]);
  });

  it('count an endpoint that was out before the SDK was registered, until its client is collected', async () => {
    const gc = exposedGc();
    const out = async () =>
      (await points('steadfetch.client.endpoint.out')).find(
        ({attributes}) => attributes['steadfetch.policy.name'] === 'ejected',
      )?.value;
    metrics.disable();
    const use = async (): Promise<WeakRef<object>> => new WeakRef(await ejecting());
    const held = await use();
    metrics.setGlobalMeterProvider(provider);
    await handy(world(named)).run();
    expect(await out()).to.equal(1);
    for (let round = 0; round < 20 && held.deref() !== undefined; round++) {
      await new Promise(setImmediate); // A WeakRef keeps its target until the end of the current job.
      gc();
    }
    expect(held.deref()).to.equal(undefined);
    expect(await out()).to.equal(0);
  });

  it('count a breaker once for clients that share a handle, and add up those of other clients', async () => {
    const policy: PolicyInput = {...named, name: 'shared', breaker: {kind: 'consecutive', failures: 1, openMs: 1000}};
    const handle = definePolicy(policy);
    const worlds = [new World(handle, observed({})), new World(handle, observed({})), world(policy)];
    for (const each of worlds) await each.run();
    const closed = async () =>
      (await points('steadfetch.circuit_breaker.state')).find(
        ({attributes}) =>
          attributes['steadfetch.policy.name'] === 'shared' &&
          attributes['steadfetch.circuit_breaker.state'] === 'closed',
      )?.value;
    expect(await closed()).to.equal(2);
    worlds[1]!.serve(503);
    await worlds[1]!.run();
    expect(await closed()).to.equal(1);
    expect((await points('steadfetch.circuit_breaker.transition')).map(({value}) => value)).to.deep.equal([1]);
  });

  it('hold the guards of a client weakly, and stop reporting its open breaker after it is collected', async () => {
    const gc = exposedGc();
    const use = async (): Promise<WeakRef<object>> => {
      const {run, serve, handle} = handy(
        world({...named, name: 'passing', breaker: {kind: 'consecutive', failures: 1, openMs: 60_000}}),
      );
      serve(503);
      await run();
      return new WeakRef(handle);
    };
    const open = async () =>
      (await points('steadfetch.circuit_breaker.state')).find(
        ({attributes}) =>
          attributes['steadfetch.policy.name'] === 'passing' &&
          attributes['steadfetch.circuit_breaker.state'] === 'open',
      )?.value;
    const held = await use();
    expect(await open()).to.equal(1);
    for (let round = 0; round < 20 && held.deref() !== undefined; round++) {
      await new Promise(setImmediate); // A WeakRef keeps its target until the end of the current job.
      gc();
    }
    expect(held.deref()).to.equal(undefined);
    expect(await open()).to.equal(0);
  });

  it('report the remaining share of the budget', async () => {
    const {run, serve} = handy(
      world({...named, name: 'thrifty', maxAttempts: 2, budget: {kind: 'token-bucket', capacity: 40, retryCost: 10}}),
    );
    serve(503);
    await run();
    const [point] = (await points('steadfetch.client.retry_budget.remaining')).filter(
      ({attributes}) => attributes['steadfetch.policy.name'] === 'thrifty',
    );
    expect(point).to.deep.equal({
      attributes: {'steadfetch.policy.name': 'thrifty', 'server.address': 'api.test', 'server.port': 443},
      value: 0.75,
    });
  });

  it('report the concurrency limit, and the attempts that wait for a place', async () => {
    const concurrency = {kind: 'adaptive', start: 10, min: 1, decreaseRatio: 0.5} as const;
    const {run, serve} = handy(world({...named, name: 'adaptive', maxAttempts: 1, concurrency}));
    serve(429);
    await Promise.all(Array.from({length: 10}, () => run()));
    const of = async (name: string) =>
      (await points(name)).find(({attributes}) => attributes['steadfetch.policy.name'] === 'adaptive');
    const attributes = {'steadfetch.policy.name': 'adaptive', 'server.address': 'api.test', 'server.port': 443};
    expect(await of('steadfetch.client.concurrency.limit')).to.deep.equal({attributes, value: 3});
    expect(await of('steadfetch.client.concurrency.waiting')).to.deep.equal({attributes, value: 0});
  });

  it('include the attempts in the line of an open breaker, and their time there', async () => {
    const breaker = {kind: 'adaptive', failures: 1} as const;
    const served = world({...named, name: 'patient', maxAttempts: 1, breaker});
    const {clock, fetch} = served;
    const of = async (name: string) =>
      (await points(name)).filter(({attributes}) => attributes['steadfetch.policy.name'] === 'patient');
    served.serve(503, 200);
    await clock.run(() => fetch(ITEMS));
    const second = fetch(ITEMS);
    await clock.advance(0);
    const attributes = {'steadfetch.policy.name': 'patient', 'server.address': 'api.test', 'server.port': 443};
    expect(await of('steadfetch.circuit_breaker.waiting')).to.deep.equal([{attributes, value: 1}]);
    await clock.run(() => second);
    expect(await of('steadfetch.circuit_breaker.waiting')).to.deep.equal([{attributes, value: 0}]);
    expect(await of('steadfetch.client.call.queue_time')).to.have.length(1);
  });

  it('include the share of each limit of a quota that is left, its queue, and the time in it', async () => {
    const limits = [
      {unit: 'requests', max: 4, perMs: 1000},
      {unit: 'outputTokens', max: 10, perMs: 2000},
    ] as const;
    const {clock, fetch} = world({...named, name: 'paced', maxAttempts: 1, quota: {limits, learn: false}});
    const ask = () => fetch(ITEMS, {method: 'PUT', body: '{"max_tokens":8}'});
    await clock.run(ask);
    const second = ask();
    await clock.advance(0);
    const of = async (name: string) =>
      (await points(name)).filter(({attributes}) => attributes['steadfetch.policy.name'] === 'paced');
    const attributes = {'steadfetch.policy.name': 'paced', 'server.address': 'api.test', 'server.port': 443};
    expect(await of('steadfetch.client.quota.remaining')).to.deep.equal([
      {attributes: {...attributes, 'steadfetch.quota.unit': 'requests'}, value: 0.75},
      {attributes: {...attributes, 'steadfetch.quota.unit': 'output_tokens'}, value: 0.2},
    ]);
    expect(await of('steadfetch.client.quota.waiting')).to.deep.equal([{attributes, value: 1}]);
    await clock.run(() => second);
    expect(await of('steadfetch.client.quota.waiting')).to.deep.equal([{attributes, value: 0}]);
    const waited = {...COMMON, 'http.request.method': 'PUT', 'steadfetch.policy.name': 'paced'};
    const [time, ...others] = await sums('steadfetch.client.call.queue_time');
    expect(others).to.deep.equal([]);
    expect(time).to.deep.include({attributes: {...waited, 'steadfetch.call.outcome': 'success'}, count: 1});
    expect(time!.sum, 'the window of tokens is 2 s long').to.be.within(2, 2.05);
  });

  it('include the time to the first content of an event stream, without its pings', async () => {
    await streamed();
    expect(await sums('steadfetch.client.attempt.time_to_first_content')).to.deep.equal([
      {attributes: {...COMMON, 'steadfetch.attempt.kind': 'initial'}, sum: 0.3, count: 1},
    ]);
  });

  it('include http.client.request.duration on request, with the attributes of the conventions', async () => {
    await handy(world(named)).run();
    expect(await points('http.client.request.duration')).to.deep.equal([]);
    await handy(world(named, {observer: otelObserver({requestDuration: true})})).run();
    expect(await sums('http.client.request.duration')).to.deep.equal([
      {
        attributes: {
          'http.request.method': 'GET',
          'server.address': 'api.test',
          'server.port': 443,
          'http.response.status_code': 200,
        },
        sum: 0,
        count: 1,
      },
    ]);
  });

  it('use a provider that is registered later, in existing clients too', async () => {
    metrics.disable();
    const {run} = handy(world(named));
    await run();
    metrics.setGlobalMeterProvider(provider);
    await run();
    expect((await sums('steadfetch.client.call.duration')).map(({count}) => count)).to.deep.equal([1]);
  });

  it('do not add trace headers without spans', async () => {
    const each = world(named);
    await each.run();
    expect(each.header('traceparent')).to.deep.equal([null]);
  });
});

function exposedGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

/** A client whose first endpoint is ejected. */
async function ejecting(): Promise<object> {
  const endpoints = [
    {name: 'eu', origin: 'https://api.test'},
    {name: 'us', origin: 'https://us.test', rank: 2},
  ];
  const {run, serve, handle} = handy(
    world({...named, name: 'ejected', endpoints, breaker: null, budget: null, backoff: AT_ONCE}),
  );
  serve(({url}: SeenRequest) => (url.startsWith('https://api.test') ? 500 : 200));
  for (let n = 0; n < 10; n++) await run();
  return handle;
}

/** One call, answered by an event stream: a ping, and content after 300 ms. */
async function streamed(): Promise<void> {
  const holder: {fetch?: typeof globalThis.fetch} = {};
  const {clock, fetch} = world({...named, stream: {}}, {fetch: (...args) => holder.fetch!(...args)});
  holder.fetch = streamedFetch(clock, [[PING, 300, text('Hi'), DONE]]).fetch;
  await clock.run(async () => (await fetch(ITEMS)).text());
}

function handy(each: World) {
  return {
    clock: each.clock,
    handle: each.handle,
    run: each.run.bind(each),
    end: each.end.bind(each),
    serve: each.serve.bind(each),
    serveSlowly: each.serveSlowly.bind(each),
  };
}
