/** The fault server of a scenario with endpoints: a port for each of them, and one time for all. */
import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect} from 'chai';
import {faultServer} from '../../src/chaos/fault-server.ts';
import type {FaultServerOptions} from '../../src/chaos/options.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {InvalidScenarioError} from '../../src/simulate/scenario/read.ts';
import type {ScenarioEndpointInput, ScenarioInput} from '../../src/simulate/scenario/types.ts';

const SERVICE = {latencyMs: {ms: 0}};
const scenarioOf = (...endpoints: ScenarioEndpointInput[]): ScenarioInput => ({
  durationMs: 60_000,
  traffic: {perSecond: 1},
  service: SERVICE,
  endpoints,
});
const DOWN = {name: 'eu', service: {...SERVICE, faults: [{status: 503, fromMs: 100, toMs: 200}]}};

describe('faultServer, of a scenario with endpoints', () => {
  const clock = new VirtualClock();
  let server: Awaited<ReturnType<typeof faultServer>> | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
    expect(clock.pending, 'timers that are left').to.equal(0);
  });

  const serve = async (scenario: ScenarioInput, options: FaultServerOptions = {}) => {
    server = await faultServer(scenario, {clock, ...options});
    return server;
  };

  /** The answer, which needs the clock to move. */
  async function statusOf(url: string): Promise<number> {
    const {received} = server!.counts();
    const response = fetch(url);
    while (server!.counts().received === received) await turn();
    await clock.advance(0);
    const {status, body} = await response;
    await body?.cancel();
    return status;
  }

  it('answers at each port as its endpoint does, and counts apart and together', async () => {
    const running = await serve(scenarioOf(DOWN, {name: 'us'}), {timeFrom: 'start'});
    const {endpoints, url} = running;
    const [eu, us] = endpoints.map(endpoint => endpoint.url);
    expect([endpoints.map(({name}) => name), url, new Set([eu, us]).size]).to.deep.equal([['eu', 'us'], eu, 2]);
    expect([await statusOf(eu!), await statusOf(us!)]).to.deep.equal([200, 200]);
    await clock.advance(100);
    expect([await statusOf(eu!), await statusOf(us!), await statusOf(us!)]).to.deep.equal([503, 200, 200]);
    const [atEu, atUs] = endpoints.map(endpoint => endpoint.counts());
    expect([atEu!.statuses, atUs!.statuses, running.counts().statuses]).to.deep.equal([
      {200: 1, 503: 1},
      {200: 3},
      {200: 4, 503: 1},
    ]);
    expect([atEu!.processed, atUs!.received, running.counts().received, running.counts().processed]).to.deep.equal([
      1, 3, 5, 4,
    ]);
  });

  it('begins the time of all endpoints with the first request to any', async () => {
    const {endpoints} = await serve(scenarioOf(DOWN, {name: 'us'}));
    const [eu, us] = endpoints;
    await clock.advance(1000);
    expect(await statusOf(us!.url)).to.equal(200);
    await clock.advance(100);
    expect([await statusOf(eu!.url), eu!.counts().atMs]).to.deep.equal([503, 100]);
  });

  it('refuses connections at one port alone', async () => {
    const refusing = {name: 'eu', service: {...SERVICE, faults: [{kind: 'refused', fromMs: 100, toMs: 200} as const]}};
    const {endpoints} = await serve(scenarioOf(refusing, {name: 'us'}), {timeFrom: 'start'});
    const [eu, us] = endpoints.map(endpoint => endpoint.url);
    await clock.advance(100);
    for (let turns = 0; turns < 20; turns++) await turn();
    const error = (await fetch(eu!).catch((reason: unknown) => reason)) as Error & {cause: NodeJS.ErrnoException};
    expect([error.cause.code, await statusOf(us!)]).to.deep.equal(['ECONNREFUSED', 200]);
  });

  it('draws other outages for each endpoint, the same with the same seed', async () => {
    const outages = {meanUpMs: 1000, meanDownMs: 1000};
    const course = async (): Promise<number[][]> => {
      const scenario = {...scenarioOf({name: 'eu'}, {name: 'us'}), service: {...SERVICE, outages}};
      const running = await serve(scenario);
      const {endpoints} = running;
      const statuses: number[][] = endpoints.map(() => []);
      for (let call = 0; call < 8; call++) {
        for (const [index, {url}] of endpoints.entries()) statuses[index]!.push(await statusOf(url));
        await clock.advance(500);
      }
      await running.close();
      return statuses;
    };
    const [eu, us] = await course();
    expect(await course()).to.deep.equal([eu, us]);
    expect(eu).not.to.deep.equal(us);
  });

  it('listens on the ports after the first, or on none', async () => {
    const {free, taken, other} = await neighbors();
    const scenario = scenarioOf({name: 'eu'}, {name: 'us'});
    const error = (await faultServer(scenario, {port: free}).catch((reason: unknown) => reason)) as object;
    expect(error).to.include({code: 'EADDRINUSE', port: taken});
    other.close();
    await once(other, 'close');
    const {endpoints} = await serve(scenario, {port: free});
    expect(endpoints.map(({url}) => Number(new URL(url).port))).to.deep.equal([free, taken]);
  });

  it('refuses ports beyond the last one, and headers that no endpoint can send', async () => {
    const late = await serve(scenarioOf({name: 'eu'}, {name: 'us'}), {port: 65_535}).catch((reason: unknown) => reason);
    expect(late).to.include({
      code: 'FAULT_SERVER',
      message: 'The fault server cannot start: its 2 endpoints need the ports 65535 to 65536, and 65535 is the last.',
    });
    const faults = [{status: 503, headers: [{name: 'connection', value: 'close'}]}];
    const wrong = scenarioOf({name: 'eu', service: {...SERVICE, faults}});
    const refused = await serve(wrong).catch((reason: unknown) => reason);
    expect(refused)
      .to.be.instanceOf(InvalidScenarioError)
      .and.to.have.property('message')
      .that.contains('endpoints[0].service.faults[0].headers[0].name');
  });
});

/** Two ports side by side: a free one, and one that a server has. */
async function neighbors(): Promise<{free: number; taken: number; other: Server}> {
  for (;;) {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const {port: taken} = other.address() as AddressInfo;
    const probe = createServer().listen(taken - 1, '127.0.0.1');
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    );
    if (isFree) {
      probe.close();
      await once(probe, 'close');
      return {free: taken - 1, taken, other};
    }
    other.close();
    await once(other, 'close');
  }
}

const turn = (): Promise<void> => new Promise(resolve => void setImmediate(resolve));
