/** Every adapter, in real time: whatever throws once, the call settles, and its place is free again. */
import {status} from '@grpc/grpc-js';
import {expect} from 'chai';
import ky from 'ky';
import {Agent, request} from 'undici';
import {runBatch} from '../../src/batch/run-batch.ts';
import {SystemClock} from '../../src/core/system-clock.ts';
import {definePolicy, type PolicyHandle, type Ports, resilience, SystemIds} from '../../src/core.ts';
import {grpcInterceptor} from '../../src/grpc/interceptor.ts';
import type {GrpcPorts} from '../../src/grpc/ports.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import {fails, GrpcServer, get, hang, ok} from '../grpc/grpc-server.ts';
import {LoopbackServer} from '../support/loopback-server.ts';
import {AT_ONCE} from '../support/policies.ts';
import {sampled} from '../support/runs.ts';
import {Sabotage, watchClass} from './sabotage.ts';
import {CLASSES, NOT_SABOTAGED, watchedObserver} from './sabotaged-parts.ts';
import {ITEMS} from './world.ts';

type Answer = 200 | 503 | 'hang';

interface Adapter {
  /** One call to its end; what it throws or rejects with is its end too. */
  call(sabotage: Sabotage, ports: Ports, handle: PolicyHandle, answers: readonly Answer[]): Promise<unknown>;
}

const SCENES: Record<string, readonly Answer[]> = {
  'a success': [200],
  'a retry': [503, 200],
  'an attempt that takes too long': ['hang'],
};

/** A hang of a call, not of a busy machine. */
const HANGS_AFTER_MS = 10_000;

describe('a call of an adapter whose parts throw', function () {
  this.timeout(300_000);
  let server: LoopbackServer;
  let rpcs: GrpcServer;
  const agent = new Agent();
  const {error: consoleError} = console;
  let unwatch: (() => void)[] = [];
  before(async () => {
    console.error = () => {}; // An observer or a listener that throws is reported there.
    unwatch = CLASSES.map(each => watchClass(each, NOT_SABOTAGED));
    server = await LoopbackServer.start();
    rpcs = await GrpcServer.start();
  });
  after(async () => {
    console.error = consoleError;
    for (const each of unwatch) each();
    rpcs.close();
    await agent.destroy();
    await server.close();
  });

  const kyWith =
    (hooks: (sabotage: Sabotage) => object): Adapter['call'] =>
    async (sabotage, ports, handle, answers) => {
      const own = {hooks: hooks(sabotage), fetch: stub(sabotage, answers), throwHttpErrors: false};
      return ky.extend(own).extend(resilience(handle, ports)).get(ITEMS).text();
    };

  const adapters: Record<string, Adapter> = {
    'our loop inside ky': {call: kyWith(sabotage => ({beforeRequest: [sabotage.fn('beforeRequest', () => {})]}))},
    'ky’s own loop': {
      call: kyWith(sabotage => ({
        beforeRequest: [sabotage.fn('beforeRequest', () => {})],
        beforeRetry: [sabotage.fn('beforeRetry', () => {})],
        afterResponse: [sabotage.fn('afterResponse', () => {})],
        beforeError: [sabotage.fn('beforeError', ({error}: {error: Error}) => error)],
      })),
    },
    undici: {
      async call(_sabotage, ports, handle, answers) {
        const place = server.place(...answers);
        const {body} = await request(place.url, {
          method: 'PUT',
          body: ['a', 'b'] as unknown as string,
          dispatcher: agent.compose(resilienceInterceptor(handle, ports)),
        });
        await body.dump();
      },
    },
    'undici without a body': {
      async call(_sabotage, ports, handle, answers) {
        const place = server.place(...answers);
        const dispatcher = agent.compose(resilienceInterceptor(handle, ports));
        await (await request(place.url, {dispatcher, headers: ['X-A', '1']})).body.dump();
      },
    },
    gRPC: {
      async call(_sabotage, ports, handle, answers) {
        rpcs.serve(...answers.map(said => (said === 200 ? ok : said === 503 ? fails(status.UNAVAILABLE) : hang)));
        const client = rpcs.client([grpcInterceptor(handle, ports as unknown as GrpcPorts)]);
        const ended = await get(client);
        if (ended.status.code !== status.OK) throw ended.status;
      },
    },
    batch: {
      async call(sabotage, {clock, random, ids, observer, on}, handle, answers) {
        const fetch = stub(sabotage, answers);
        const results: unknown[] = [];
        await runBatch(['a'], (_item, {signal}) => fetch(ITEMS, {signal}), {
          policy: handle.policy as never,
          clock: clock!,
          random: random!,
          ids: ids!,
          observer: observer!,
          on: on as never,
          onResult: result => void results.push(result),
        });
        expect(results).to.have.length(1);
      },
    },
  };

  for (const [name, adapter] of Object.entries(adapters)) {
    for (const [title, answers] of Object.entries(SCENES)) {
      it(`${name}: settles, and frees its place: ${title}`, async () => {
        const plain = await play(adapter, answers, null);
        expect(plain.problem).to.equal(null);
        const problems: string[] = [];
        const seen = new Set<string>();
        for (const use of sampled(plain.uses)) {
          // Real time orders some of the later uses anew in each run: those that do not come are not missed.
          if (seen.has(use)) continue;
          seen.add(use);
          const {problem} = await play(adapter, answers, use);
          if (problem !== null) problems.push(`${use}: ${problem}`);
        }
        expect(problems.slice(0, 12).join('\n')).to.equal('');
      });
    }
  }

  async function play(adapter: Adapter, answers: readonly Answer[], target: string | null) {
    const sabotage = new Sabotage(target);
    const handle = definePolicy({
      backoff: AT_ONCE,
      attemptTimeoutMs: answers.includes('hang') ? 10 : 5000,
      maxAttempts: 2,
      idempotentMethods: ['GET', 'PUT', 'POST'],
      concurrency: {max: 1, queue: 1},
    });
    const ports: Ports = {
      clock: sabotage.methods('clock', new SystemClock()),
      random: sabotage.fn('random', Math.random),
      ids: sabotage.methods('ids', new SystemIds()),
      on: sabotage.fn('on', () => {}),
      observer: watchedObserver(sabotage),
    };
    sabotage.play();
    let timer: NodeJS.Timeout | undefined;
    const hung = new Promise<string>(resolve => {
      timer = setTimeout(resolve, HANGS_AFTER_MS, 'hangs');
    });
    const ended = (async () => adapter.call(sabotage, ports, handle, answers))().then(
      () => null,
      (error: unknown) => (target === null && !answers.includes('hang') ? String((error as Error).stack) : null),
    );
    let problem = await Promise.race([ended, hung]);
    clearTimeout(timer);
    sabotage.stop();
    await new Promise(setImmediate); // What the call left behind runs now.
    const busy = handle.snapshot().origins.some(({concurrency}) => concurrency.some(({inFlight}) => inFlight > 0));
    if (busy) problem ??= 'keeps its place';
    return {problem, uses: sabotage.uses};
  }
});

/** Answers by script, at once. */
function stub(sabotage: Sabotage, answers: readonly Answer[]): typeof fetch {
  let sent = 0;
  return (input, init) => {
    sabotage.use('fetch');
    const said = answers[Math.min(sent++, answers.length - 1)]!;
    if (said !== 'hang') return Promise.resolve(new Response('{}', {status: said}));
    const signal = init?.signal ?? (input as Request).signal;
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), {once: true}));
  };
}
