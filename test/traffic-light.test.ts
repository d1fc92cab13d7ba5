/** docs/traffic-light.md says what the code does: its tables are fresh, and its exercises come out as it says. */
import {status} from '@grpc/grpc-js';
import {expect} from 'chai';
import {readPage, withTables} from '../scripts/traffic-light.ts';
import type {PolicyInput} from '../src/core.ts';
import {grpcInterceptor} from '../src/grpc/interceptor.ts';
import type {GrpcPorts} from '../src/grpc.ts';
import {type ScriptedAnswer, VirtualClock} from '../src/testing.ts';
import {answer, connectionError, virtually} from './call/world.ts';
import {fails, GrpcServer, get, ok} from './grpc/grpc-server.ts';
import {compiledHandle} from './support/compiled-handle.ts';

const BACKOFF = {baseMs: 200, jitter: 'full'} as const;
const POST = {method: 'POST'};
const KEYED = {method: 'POST', headers: {'Idempotency-Key': 'k'}};

describe('docs/traffic-light.md', () => {
  it('has the tables that npm run generate writes', () => expect(withTables(readPage())).to.equal(readPage()));

  /** At a chance of one half: when it was sent. */
  const exercises: readonly (readonly [string, RequestInit, ScriptedAnswer[], number[]])[] = [
    ['1, 2: GET, 503 and 503', {}, [503, 503, 200], [0, 100, 300]],
    ['3: POST, 503', POST, [503, 200], [0]],
    ['3: POST with a key, 503', KEYED, [503, 200], [0, 100]],
    ['4: POST, 429 with Retry-After', POST, [answer(429, {'Retry-After': '3'}), 200], [0, 3150]],
    ['5: POST, connection refused', POST, [connectionError('ECONNREFUSED', {syscall: 'connect'}), 200], [0, 100]],
    ['6: POST, no answer in time', POST, ['hang', 200], [0]],
    ['7: POST, 422', POST, [422, 200], [0]],
  ];
  for (const [what, init, script, at] of exercises)
    virtually(`exercise ${what}: sent at ${at.join(', ')} ms`, async make => {
      const world = make({backoff: BACKOFF});
      world.serve(...script);
      await world.run('https://shop.test/orders', init);
      expect(world.arrivals).to.deep.equal(at);
      const compiled = make(compiledHandle({backoff: BACKOFF}, () => 0.5));
      compiled.serve(...script);
      await compiled.run('https://shop.test/orders', init);
      expect(compiled.arrivals, 'under a compiled policy').to.deep.equal(at);
    });

  describe('over gRPC', () => {
    let server: GrpcServer;
    before(async () => {
      server = await GrpcServer.start();
    });
    after(() => server.close());
    const waits = async (policy: PolicyInput, options = {}, ports: GrpcPorts = {}): Promise<number[]> => {
      const planned: number[] = [];
      const own = grpcInterceptor(policy, {
        ...ports,
        random: () => 0.02,
        on: event => event.type === 'retry.scheduled' && planned.push(event.waitMs),
      });
      await get(server.client([own]), options);
      return planned;
    };

    it('exercise 8: UNAVAILABLE is sent again after 0 to 200 ms where the method may run twice', async () => {
      server.serve(fails(status.UNAVAILABLE), ok);
      expect(await waits({backoff: BACKOFF})).to.deep.equal([]);
      server.serve(fails(status.UNAVAILABLE), ok);
      expect(await waits({backoff: BACKOFF, idempotentMethods: ['POST']})).to.deep.equal([4]);
    });

    it('exercise 9: the caller’s own deadline ends it', async () => {
      const clock = new VirtualClock();
      server.serve(() => void clock.advance(5000), ok);
      expect(await waits({backoff: BACKOFF}, {deadline: clock.wall() + 5000}, {clock})).to.deep.equal([]);
      expect(server.attempts).to.have.length(1);
    });

    it('exercise 10: pushback is waited for', async () => {
      server.serve(fails(status.RESOURCE_EXHAUSTED, {'grpc-retry-pushback-ms': '250'}), ok);
      const [wait] = await waits({backoff: BACKOFF});
      expect(wait).to.be.within(250, 275);
    });
  });
});
