/** Retries of gRPC calls: after which failures, and how long after, against a real server of grpc-js. */
import {status} from '@grpc/grpc-js';
import {expect} from 'chai';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import type {PolicyInput, SteadfetchEvent} from '../../src/core.ts';
import {grpcInterceptor} from '../../src/grpc/interceptor.ts';
import type {GrpcPorts} from '../../src/grpc/ports.ts';
import {AT_ONCE} from '../support/policies.ts';
import {retryInfoDetails} from './details.ts';
import {drain, fails, GrpcServer, get, ok, watch} from './grpc-server.ts';

const unavailable = fails(status.UNAVAILABLE);

describe('retries of a gRPC call', () => {
  let server: GrpcServer;
  const events: SteadfetchEvent[] = [];
  const client = (policy: PolicyInput = {}, ports: GrpcPorts = {}) =>
    server.client([
      grpcInterceptor(
        {backoff: AT_ONCE, idempotentMethods: ['POST'], ...policy},
        {on: event => events.push(event), ...ports},
      ),
    ]);
  const waits = (): number[] => events.flatMap(event => (event.type === 'retry.scheduled' ? [event.waitMs] : []));
  const gaps = (): number[] => server.attempts.slice(1).map(({at}, index) => at - server.attempts[index]!.at);

  before(async () => {
    server = await GrpcServer.start();
  });
  beforeEach(() => {
    events.length = 0;
  });
  after(() => server.close());

  it('follow UNAVAILABLE twice, with one correlation id for all three attempts', async () => {
    server.serve(unavailable, unavailable, ok);
    const {message, error} = await get(client());
    expect(error).to.equal(undefined);
    expect(message).to.deep.equal({text: 'here'});
    expect(server.attempts).to.have.length(3);
    const ids = server.sent('x-correlation-id');
    expect(new Set(ids).size).to.equal(1);
    expect(ids[0]).to.be.a('string').and.not.empty;
    expect(server.sent('grpc-previous-rpc-attempts')).to.deep.equal([undefined, '1', '2']);
  });

  for (const [what, script, reason] of [
    [
      'a negative pushback',
      fails(status.UNAVAILABLE, {'grpc-retry-pushback-ms': '-1'}),
      'the server said not to retry',
    ],
    [
      'an unreadable pushback',
      fails(status.UNAVAILABLE, {'grpc-retry-pushback-ms': 'soon'}),
      'the server said not to retry',
    ],
    ['INVALID_ARGUMENT', fails(status.INVALID_ARGUMENT), 'INVALID_ARGUMENT is not transient'],
    ['a bare RESOURCE_EXHAUSTED', fails(status.RESOURCE_EXHAUSTED), 'RESOURCE_EXHAUSTED is not transient'],
  ] as const) {
    it(`do not follow ${what}`, async () => {
      server.serve(script, ok);
      const {error} = await get(client());
      expect(server.attempts).to.have.length(1);
      expect(error?.resilience).to.include({attempts: 1, reason});
    });
  }

  /** A call whose deadline passes once its first attempt is at the server. */
  const outlived = (policy: PolicyInput = {}) => {
    const clock = new VirtualClock();
    server.serve(() => void clock.advance(5000), ok);
    return get(client(policy, {clock}), {deadline: clock.wall() + 5000});
  };

  it('do not follow the caller’s own deadline', async () => {
    const {error} = await outlived();
    expect(server.attempts).to.have.length(1);
    expect(error).to.include({code: status.DEADLINE_EXCEEDED});
    expect(error?.resilience).to.include({result: 'timeout', attempts: 1, refusal: 'deadline'});
  });

  it('do not follow the caller’s own deadline, even where the policy retries timeouts', async () => {
    const repeats: PolicyInput = {
      idempotentMethods: ['POST'],
      retryOn: ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'timeout'],
    };
    const {error} = await outlived(repeats);
    expect(server.attempts).to.have.length(1);
    expect(error).to.include({code: status.DEADLINE_EXCEEDED});
  });

  it('wait as long as the server’s pushback says', async () => {
    server.serve(
      fails(status.UNAVAILABLE, {'grpc-retry-pushback-ms': '80'}),
      fails(status.RESOURCE_EXHAUSTED, {'grpc-retry-pushback-ms': '40'}),
      fails(status.RESOURCE_EXHAUSTED, {'grpc-status-details-bin': retryInfoDetails(0, 60_000_000)}),
      ok,
    );
    expect((await get(client({maxAttempts: 4}))).message).to.deep.equal({text: 'here'});
    expect(server.attempts).to.have.length(4);
    // A little later, so that not all clients come at once; never earlier.
    const asked = [80, 40, 60];
    expect(waits()).to.have.length(3);
    for (const [index, ms] of asked.entries()) {
      expect(waits()[index]).to.be.within(ms, ms * 1.1);
      expect(gaps()[index]).to.be.at.least(ms - 1);
    }
  });

  it('begin their backoff again after a pushback', async () => {
    server.serve(
      unavailable,
      unavailable,
      fails(status.UNAVAILABLE, {'grpc-retry-pushback-ms': '30'}),
      unavailable,
      unavailable,
      ok,
    );
    const backoff = {baseMs: 10, factor: 3, jitter: 'none'} as const;
    expect((await get(client({maxAttempts: 6, backoff, budget: null}))).message).to.deep.equal({text: 'here'});
    const [, , pushedBack] = waits();
    expect(pushedBack).to.be.within(30, 33);
    expect(waits()).to.deep.equal([10, 30, pushedBack, 10, 30]);
  });

  it('wait their first backoff, where a pushback is shorter', async () => {
    server.serve(unavailable, unavailable, fails(status.UNAVAILABLE, {'grpc-retry-pushback-ms': '0'}), unavailable, ok);
    const backoff = {baseMs: 10, factor: 3, jitter: 'none'} as const;
    await get(client({maxAttempts: 5, backoff, budget: null}));
    expect(waits()).to.deep.equal([10, 30, 10, 10]);
  });

  it('do not follow a pushback longer than the policy waits, and the report says so', async () => {
    server.serve(fails(status.UNAVAILABLE, {'grpc-retry-pushback-ms': '61000'}));
    const {error} = await get(client());
    expect(server.attempts).to.have.length(1);
    expect(error?.resilience).to.include({refusal: 'hint-too-long', retryAfterMs: 61_000});
  });

  it('follow the failure of a server stream before its first message', async () => {
    server.serve(unavailable, unavailable, attempt => {
      for (const text of ['a', 'b', 'c']) attempt.message(text);
      attempt.end(status.OK);
    });
    expect(await drain(watch(client()))).to.deep.equal({texts: ['a', 'b', 'c'], error: undefined});
    expect(server.attempts).to.have.length(3);
  });

  it('do not follow the failure of a server stream after its first message', async () => {
    server.serve(attempt => {
      attempt.message('a');
      attempt.end(status.UNAVAILABLE);
    }, ok);
    const {texts, error} = await drain(watch(client()));
    expect(texts).to.deep.equal(['a']);
    expect(error).to.include({code: status.UNAVAILABLE});
    expect(error?.resilience).to.include({result: 'failure', reason: 'UNAVAILABLE after the response had begun'});
    expect(server.attempts).to.have.length(1);
  });

  it('do not follow a failure after the headers of the response @T55b', async () => {
    for (const call of [get, async (...[made]: Parameters<typeof get>) => drain(watch(made))]) {
      server.serve(attempt => {
        attempt.headers();
        attempt.end(status.UNAVAILABLE);
      }, ok);
      const {error} = await call(client());
      expect(error).to.include({code: status.UNAVAILABLE});
      expect(error?.resilience).to.include({reason: 'UNAVAILABLE after the response had begun'});
      expect(server.attempts).to.have.length(1);
    }
  });
});
