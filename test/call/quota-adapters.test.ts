/** A quota through every adapter: one call is sent, one waits and is sent later, and one that aborts while it waits leaves nothing behind. */
import {expect} from 'chai';
import ky from 'ky';
import {Agent, request} from 'undici';
import {
  createFetch,
  definePolicy,
  type PolicyHandle,
  type Ports,
  resilience,
  type SteadfetchEvent,
} from '../../src/core.ts';
import {guard} from '../../src/function/guard.ts';
import {grpcInterceptor} from '../../src/grpc/interceptor.ts';
import {ScriptedFetch, VirtualClock} from '../../src/testing.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {run} from '../batch/world.ts';
import {GrpcServer, get, ok} from '../grpc/grpc-server.ts';
import {LoopbackServer} from '../support/loopback-server.ts';

const limits = [{unit: 'requests', max: 1, perMs: 1000}] as const;
const URL_OF = 'https://api.test/items';

type Call = (signal?: AbortSignal) => Promise<unknown>;

/** An adapter whose transport is scripted. */
const ADAPTERS: Record<string, (handle: PolicyHandle, ports: Ports, server: ScriptedFetch) => Call> = {
  createFetch: (handle, ports, {fetch}) => {
    const client = createFetch(handle, {...ports, fetch});
    return signal => client(URL_OF, signal && {signal});
  },
  "ky, steadfetch's loop": (handle, ports, {fetch}) => {
    const client = ky.create({fetch}).extend(resilience(handle, ports));
    return signal => client(URL_OF, signal && {signal});
  },
  "ky, ky's loop": (handle, ports, {fetch}) => {
    const hooks = {beforeError: [({error}: {error: Error}) => error]};
    const client = ky.create({fetch}).extend(resilience(handle, ports)).extend({hooks});
    return signal => client(URL_OF, signal && {signal});
  },
  guard: (handle, ports, {fetch}) => {
    const {fetch: _, classify: _classify, ...others} = ports;
    const guarded = guard(handle, others);
    return signal => guarded(async inner => (await fetch(URL_OF, {signal: inner})).status, signal && {signal});
  },
};

describe('a quota through an adapter', () => {
  for (const [name, adapter] of Object.entries(ADAPTERS))
    it(`${name}: a call waits in the queue, and an abort there leaves nothing behind`, async () => {
      const clock = new VirtualClock();
      const server = new ScriptedFetch(clock, [200]);
      const handle = definePolicy({quota: {limits, learn: false}, deadlineMs: 10_000});
      const queued: SteadfetchEvent[] = [];
      const ports: Ports = {clock, observer: null, on: event => event.type === 'call.queued' && queued.push(event)};
      const call = adapter(handle, ports, server);
      await clock.run(async () => {
        const first = call();
        const second = call();
        const stop = new AbortController();
        const third = call(stop.signal).catch((error: unknown) => error);
        await clock.sleep(100);
        stop.abort(new Error('enough'));
        expect(String(await third)).to.contain('enough');
        await Promise.all([first, second]);
      });
      expect(server.arrivals).to.deep.equal([0, 1004]);
      expect(queued).to.have.length(2);
      expect(handle.snapshot(clock.now()).origins[0]!.quotas[0]!.waiting).to.equal(0);
    });

  it('undici: a call waits in the queue, and an abort there leaves nothing behind', async () => {
    const server = await LoopbackServer.start();
    const agent = new Agent();
    const clock = new VirtualClock();
    try {
      const place = server.place(200);
      const handle = definePolicy({quota: {limits, learn: false}, attemptTimeoutMs: null, deadlineMs: 10_000});
      const dispatcher = agent.compose(resilienceInterceptor(handle, {clock, observer: null}));
      const call: Call = async signal => (await request(place.url, {dispatcher, signal: signal ?? null})).body.text();
      const waiting = () => handle.snapshot(clock.now()).origins[0]?.quotas[0]?.waiting;
      await call();
      const stop = new AbortController();
      const aborted = call(stop.signal).catch((error: unknown) => String(error));
      const second = call();
      await clock.advance(100);
      expect([place.requests.length, waiting()]).to.deep.equal([1, 2]);
      stop.abort(new Error('enough'));
      expect(await aborted).to.contain('enough');
      expect(waiting()).to.equal(1);
      await clock.advance(1000);
      await second;
      expect([place.requests.length, waiting()]).to.deep.equal([2, 0]);
    } finally {
      await agent.destroy();
      await server.close();
    }
  });

  it('gRPC: a call waits in the queue, and a cancellation there leaves nothing behind', async () => {
    const server = await GrpcServer.start();
    const clock = new VirtualClock();
    try {
      server.serve(ok);
      const handle = definePolicy({quota: {limits, learn: false}, attemptTimeoutMs: null, deadlineMs: null});
      const client = server.client([grpcInterceptor(handle, {clock, observer: null})]);
      await get(client);
      const second = get(client);
      await clock.advance(100);
      expect(server.attempts).to.have.length(1);
      await clock.advance(1000);
      expect((await second).message).to.deep.equal({text: 'here'});
      expect([server.attempts.length, clock.pending]).to.deep.equal([2, 0]);
    } finally {
      await server.close();
    }
  });

  it('a batch waits, and none of its items fails or counts as tried', async () => {
    const policy = {
      quota: {limits: [{unit: 'requests', max: 10, perMs: 1000}], learn: false, maxWaitMs: 1500},
    } as const;
    const items = Array.from({length: 60}, (_, index) => `${index}`);
    const at: number[] = [];
    const clock = new VirtualClock();
    const {report, results} = await run(items, async item => at.push(clock.now()) && item, {
      policy,
      clock,
      concurrency: 64,
    });
    expect([report.succeeded, report.failed]).to.deep.equal([60, 0]);
    expect(results.map(({attempts}) => attempts)).to.deep.equal(Array(60).fill(1));
    expect(at.filter(each => each < 1000)).to.have.length(10);
    expect(at.at(-1)).to.be.within(5000, 7000);
  });
});
