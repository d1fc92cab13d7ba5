/** The gRPC adapter on real connections: what a user of grpc-js sees, and what the server sees. */
import {AsyncLocalStorage} from 'node:async_hooks';
import {once} from 'node:events';
import {
  type CallOptions,
  type Client,
  InterceptingCall,
  type Interceptor,
  Metadata,
  type ServerUnaryCall,
  status,
} from '@grpc/grpc-js';
import {expect} from 'chai';
import {createFetch} from '../../src/core.ts';
import {grpcInterceptor} from '../../src/grpc/interceptor.ts';
import {definePolicy, type GrpcPorts, type PolicyHandle, type PolicyInput, reportOf} from '../../src/grpc.ts';
import {type ScriptedAnswer, ScriptedFetch, VirtualClock} from '../../src/testing.ts';
import {attemptsInFlight} from '../support/breaker-books.ts';
import {AT_ONCE} from '../support/policies.ts';
import {
  type Attempted,
  Chat,
  drain,
  fails,
  GrpcServer,
  get,
  hang,
  type Message,
  ok,
  Upload,
  watch,
} from './grpc-server.ts';

const unavailable = fails(status.UNAVAILABLE);
const repeatable: PolicyInput = {idempotentMethods: ['POST']};

describe('grpcInterceptor', () => {
  let inFlightBefore = 0;
  let server: GrpcServer;
  before(async () => {
    inFlightBefore = attemptsInFlight();
    server = await GrpcServer.start();
  });
  after(() => server.close());

  const client = (
    policy: PolicyInput | PolicyHandle = {},
    ports: GrpcPorts = {},
    others: Interceptor[] = [],
  ): Client => {
    const own = 'snapshot' in policy ? policy : {backoff: AT_ONCE, ...repeatable, ...policy};
    return server.client([grpcInterceptor(own as PolicyInput, ports), ...others]);
  };
  const arrived = async (count: number): Promise<Attempted> => {
    while (server.attempts.length < count) await new Promise(setImmediate);
    return server.attempts[count - 1]!;
  };
  const messages =
    (...texts: string[]) =>
    (attempt: Attempted): void => {
      for (const text of texts) attempt.message(text);
      attempt.end(status.OK);
    };

  describe('an answer', () => {
    it('is complete: headers, message, and the status with its trailers', async () => {
      server.serve(attempt => {
        const headers = new Metadata();
        headers.set('x-kind', 'whole');
        attempt.call.sendMetadata(headers);
        attempt.end(status.OK, {'x-sum': '2', 'x-raw-bin': Uint8Array.of(0, 255)});
      });
      let seen: Metadata | undefined;
      const ended = await get(client(), {}, new Metadata(), call => {
        (call as unknown as NodeJS.EventEmitter).on('metadata', metadata => {
          seen = metadata;
        });
      });
      expect(ended.message).to.deep.equal({text: 'here'});
      expect(seen?.get('x-kind')).to.deep.equal(['whole']);
      expect(ended.status.metadata.get('x-sum')).to.deep.equal(['2']);
      expect(ended.status.metadata.get('x-raw-bin')).to.deep.equal([Buffer.from([0, 255])]);
      expect(reportOf(ended.status)).to.include({result: 'success', attempts: 1});
    });

    it('that failed is grpc-js’s own error, with the reason why the call was not retried', async () => {
      server.serve(fails(status.FAILED_PRECONDITION, {'x-why': 'because'}));
      const {error} = await get(client());
      expect(error).to.include({code: status.FAILED_PRECONDITION, details: 'FAILED_PRECONDITION'});
      expect(error?.message).to.equal('9 FAILED_PRECONDITION: FAILED_PRECONDITION');
      expect(error?.metadata.get('x-why')).to.deep.equal(['because']);
      expect(reportOf(error)).to.include({reason: 'FAILED_PRECONDITION is not transient', attempts: 1});
    });

    it('of the last attempt ends the call when the attempts are exhausted', async () => {
      server.serve(unavailable, fails(status.UNAVAILABLE, {'x-last': 'yes'}));
      const {error} = await get(client({maxAttempts: 2}));
      expect(error?.metadata.get('x-last')).to.deep.equal(['yes']);
      expect(error?.resilience).to.include({refusal: 'attempts-exhausted', attempts: 2});
    });

    it('that is a stream is complete and in order, at the pace of the reader', async () => {
      const texts = Array.from({length: 3000}, (_, index) => String(index));
      server.serve(unavailable, messages(...texts));
      const seen: string[] = [];
      for await (const {text} of watch(client()) as AsyncIterable<Message>) {
        seen.push(text);
        if (seen.length % 500 === 0) await new Promise(resolve => setTimeout(resolve, 5));
      }
      expect(seen).to.deep.equal(texts);
      expect(server.attempts).to.have.length(2);
    });

    it('may be an empty stream', async () => {
      server.serve(unavailable, ok);
      expect(await drain(watch(client()))).to.deep.equal({texts: [], error: undefined});
    });
  });

  describe('the codes of retryOn', () => {
    it('other than UNAVAILABLE are retried only if the method may be repeated', async () => {
      const policy: PolicyInput = {retryOn: ['INTERNAL'], idempotentMethods: []};
      server.serve(fails(status.INTERNAL), ok);
      expect((await get(client(policy))).error?.resilience).to.include({refusal: 'may-have-acted', attempts: 1});
      server.serve(fails(status.INTERNAL), ok);
      expect((await get(client({...policy, ...repeatable}))).message).to.deep.equal({text: 'here'});
      server.serve(unavailable, ok);
      expect((await get(client({...policy, ...repeatable}))).error).to.include({code: status.UNAVAILABLE});
    });
  });

  describe('time', () => {
    it('of each attempt, or the rest of the call’s, is sent to the server', async () => {
      server.serve(unavailable, unavailable, ok);
      await get(client({attemptTimeoutMs: 5000, deadlineMs: 30_000}));
      for (const {timeLeftMs} of server.attempts) expect(timeLeftMs).to.be.within(4500, 5000);
      server.serve(ok);
      await get(client({attemptTimeoutMs: 5000, deadlineMs: 2000}));
      expect(server.attempts[0]!.timeLeftMs).to.be.within(1500, 2000);
      server.serve(ok);
      await get(client({attemptTimeoutMs: null, deadlineMs: null}));
      expect(server.attempts[0]!.timeLeftMs).to.equal(Number.POSITIVE_INFINITY);
    });

    it('of the caller applies if it is shorter, as a date or as a number', async () => {
      const clock = new VirtualClock();
      for (const deadline of [new Date(clock.wall() + 1000), clock.wall() + 1000]) {
        server.serve(ok);
        await get(client({attemptTimeoutMs: 5000}, {clock}), {deadline});
        expect(server.attempts[0]!.timeLeftMs).to.be.within(500, 1000);
      }
    });

    it('that was over before the call sends nothing', async () => {
      server.serve(ok);
      const {error} = await get(client(), {deadline: Date.now() - 1});
      expect(error).to.include({code: status.DEADLINE_EXCEEDED});
      expect(server.attempts).to.have.length(0);
    });

    it('of an attempt ends it and cancels it on the server, and the call may have acted', async () => {
      server.serve(hang, ok);
      const {error} = await get(client({attemptTimeoutMs: 400, idempotentMethods: []}));
      expect(error).to.include({code: status.DEADLINE_EXCEEDED});
      // A busy process adds how late it noticed.
      expect(error?.details).to.match(/^The attempt took longer than its 400 ms\./);
      expect(error?.cause).to.include({name: 'TimeoutError', code: 'ATTEMPT_TIMEOUT', limitMs: 400});
      expect(error?.resilience).to.include({
        refusal: 'may-have-acted',
        reason: 'shop.Orders/Get without an idempotency key, and the server may have acted (attempt timeout)',
      });
      const {call} = server.attempts[0]!;
      if (!call.cancelled) await once(call, 'cancelled');
    });

    it('of an attempt ends it, and a method that may be repeated is retried', async () => {
      server.serve(hang, ok);
      const {message} = await get(client({...repeatable, attemptTimeoutMs: 400}));
      expect(message).to.deep.equal({text: 'here'});
      expect(server.attempts).to.have.length(2);
    });

    it('of an attempt counts as the attempt timeout even if the server notices it first', async () => {
      server.serve(attempt => void setTimeout(() => attempt.end(status.DEADLINE_EXCEEDED), 395), ok);
      const {message} = await get(client({...repeatable, attemptTimeoutMs: 400}));
      expect(message).to.deep.equal({text: 'here'});
      expect(server.attempts).to.have.length(2);
    });

    it('that only the server has used up is a response of the server', async () => {
      server.serve(fails(status.DEADLINE_EXCEEDED), ok);
      const {error} = await get(client(repeatable));
      expect(error?.resilience).to.include({reason: 'DEADLINE_EXCEEDED is not transient', attempts: 1});
    });

    it('of the policy does not end a stream that has begun; only its silence is limited', async () => {
      const policy: PolicyInput = {attemptTimeoutMs: 1000, deadlineMs: 1050, idleTimeoutMs: 5000};
      server.serve(attempt => {
        let left = 25;
        const timer = setInterval(() => {
          attempt.message('.');
          if (--left > 0) return;
          clearInterval(timer);
          attempt.end(status.OK);
        }, 45);
      });
      expect((await drain(watch(client(policy)))).texts).to.have.length(25);
      expect(server.attempts[0]!.timeLeftMs).to.equal(Number.POSITIVE_INFINITY);
      server.serve(attempt => attempt.message('a'));
      const {texts, error} = await drain(watch(client({...policy, idleTimeoutMs: 400})));
      expect(texts).to.deep.equal(['a']);
      expect(error).to.include({
        code: status.DEADLINE_EXCEEDED,
        details: 'No message of the stream arrived for 400 ms.',
      });
      server.serve(attempt => attempt.headers());
      const silent = await drain(watch(client({...policy, idleTimeoutMs: 400})));
      expect(silent.error?.details).to.equal(error?.details);
    });

    it('of the caller ends a stream that has begun, and is reported', async () => {
      server.serve(attempt => attempt.message('a'));
      const {texts, error} = await drain(watch(client(), {deadline: Date.now() + 800}));
      expect(server.attempts[0]!.timeLeftMs).to.be.within(1, 800);
      expect(texts).to.deep.equal(['a']);
      expect(error).to.include({code: status.DEADLINE_EXCEEDED});
    });

    it('of the caller ends a stream that has not begun', async () => {
      server.serve(hang);
      const {error} = await drain(watch(client(repeatable), {deadline: Date.now() + 600}));
      expect(error).to.include({code: status.DEADLINE_EXCEEDED});
      expect(error?.resilience).to.include({result: 'timeout', attempts: 1});
    });

    it('and the cancellation of a parent call are inherited', async () => {
      const ended: Promise<unknown>[] = [];
      const outer = await GrpcServer.start();
      try {
        outer.serve(({call}) => {
          const parent = call as ServerUnaryCall<Message, Message>;
          ended.push(get(client(), {parent}));
        });
        server.serve(hang);
        const left = get(outer.client([]), {deadline: Date.now() + 3000}, new Metadata(), call =>
          arrived(1).then(() => call.cancel()),
        );
        await left;
        const [inner] = (await Promise.all(ended)) as {error: unknown}[];
        expect(inner!.error).to.include({code: status.CANCELLED, details: 'Cancelled by parent call'});
        expect(server.attempts[0]!.timeLeftMs).to.be.within(2000, 3000);
        expect(outer.attempts[0]!.call.listenerCount('cancelled')).to.equal(0);
      } finally {
        await outer.close();
      }
    });
  });

  describe('the caller’s cancel', () => {
    it('before anything was sent sends nothing', async () => {
      server.serve(ok);
      const {error} = await get(client(), {}, new Metadata(), call => call.cancel());
      expect(error).to.include({code: status.CANCELLED, details: 'Cancelled on client'});
      await new Promise(resolve => setTimeout(resolve, 20));
      expect(server.attempts.filter(({call}) => !call.cancelled)).to.have.length(0);
    });

    it('during an attempt settles at once, and cancels the request on the server', async () => {
      server.serve(hang);
      const {error} = await get(client(), {}, new Metadata(), call => arrived(1).then(() => call.cancel()));
      expect(error).to.include({code: status.CANCELLED});
      expect(error?.resilience).to.include({result: 'cancelled', reason: 'aborted by the caller'});
      const {call} = server.attempts[0]!;
      if (!call.cancelled) await once(call, 'cancelled');
    });

    it('during a wait settles at once, and nothing more is sent', async () => {
      server.serve(unavailable, ok);
      const clock = new VirtualClock();
      const waits = client({backoff: {...AT_ONCE, delayMs: 5000}}, {clock});
      const {error} = await get(waits, {}, new Metadata(), call =>
        arrived(1).then(() => setTimeout(() => call.cancel(), 30)),
      );
      expect(error).to.include({code: status.CANCELLED});
      expect(clock.pending).to.equal(0);
      expect(server.attempts).to.have.length(1);
    });

    it('in a stream ends it', async () => {
      server.serve(attempt => attempt.message('a'));
      const stream = watch(client());
      stream.once('data', () => stream.cancel());
      const {error} = await drain(stream);
      expect(error).to.include({code: status.CANCELLED});
      expect(server.attempts).to.have.length(1);
    });

    it('after the end changes nothing', async () => {
      server.serve(ok);
      let made: {cancel(): void} | undefined;
      const {message} = await get(client(), {}, new Metadata(), call => {
        made = call;
      });
      made!.cancel();
      expect(message).to.deep.equal({text: 'here'});
    });
  });

  describe('guards', () => {
    const refusing: PolicyInput = {breaker: {kind: 'consecutive', failures: 1}, maxAttempts: 1};

    it('an open breaker sends nothing, and is UNAVAILABLE', async () => {
      server.serve(fails(status.INTERNAL));
      const open = client(refusing);
      await get(open);
      const {error} = await get(open);
      expect(error).to.include({code: status.UNAVAILABLE});
      expect(error?.details).to.match(/^The circuit of http:\/\/127\.0\.0\.1:\d+ is open for another \d+ ms\.$/);
      expect(error?.cause).to.include({name: 'RejectedError', code: 'CIRCUIT_OPEN'});
      expect(error?.resilience).to.include({result: 'circuit_open', attempts: 0});
      expect(server.attempts).to.have.length(1);
    });

    it('codes of a healthy server do not open it', async () => {
      server.serve(fails(status.NOT_FOUND));
      const closed = client(refusing);
      for (let call = 0; call < 3; call++) await get(closed);
      expect(server.attempts).to.have.length(3);
    });

    it('are shared with the HTTP clients of the same handle, in both directions', async () => {
      const clock = new VirtualClock();
      const http = (...script: ScriptedAnswer[]) =>
        createFetch(handle, {clock, fetch: new ScriptedFetch(clock, script).fetch});
      const handle = definePolicy({...refusing, backoff: AT_ONCE});
      await http(500)('https://shop.test/orders');
      server.serve(ok);
      const {error} = await get(client(handle, {origin: 'https://shop.test', clock}));
      expect(error?.cause).to.include({code: 'CIRCUIT_OPEN', guarded: 'https://shop.test'});
      expect(server.attempts).to.have.length(0);

      server.serve(fails(status.UNAVAILABLE));
      await get(client(handle, {clock}));
      const refused = await http(200)(`http://${server.address}/orders`).catch((thrown: unknown) => thrown);
      expect(refused).to.include({code: 'CIRCUIT_OPEN'});
      const states = handle.snapshot(clock.now()).origins.map(({origin, breakers}) => [origin, breakers[0]!.state]);
      expect(states).to.deep.equal([
        ['https://shop.test', 'open'],
        [`http://${server.address}`, 'open'],
      ]);
    });

    it('the budget is shared, and an exhausted one ends a call with its last response', async () => {
      const handle = definePolicy({
        backoff: AT_ONCE,
        idempotentMethods: ['GET', 'POST'],
        breaker: null,
        budget: {kind: 'token-bucket', capacity: 14, retryCost: 14, refillPerMinute: 0},
      });
      const clock = new VirtualClock();
      const fetch = createFetch(handle, {clock, fetch: new ScriptedFetch(clock, [503]).fetch});
      await fetch(`http://${server.address}/orders`);
      server.serve(unavailable, ok);
      const {error} = await get(client(handle, {clock}));
      expect(error).to.include({code: status.UNAVAILABLE});
      expect(error?.resilience).to.include({refusal: 'budget-exhausted'});
      expect(server.attempts).to.have.length(1);
    });

    it('the concurrency limit is RESOURCE_EXHAUSTED', async () => {
      server.serve(hang, ok);
      const narrow = client({concurrency: {max: 1, queue: 0}});
      let first: {cancel(): void} | undefined;
      const held = get(narrow, {}, new Metadata(), call => {
        first = call;
      });
      await arrived(1);
      const {error} = await get(narrow);
      expect(error).to.include({code: status.RESOURCE_EXHAUSTED});
      expect(error?.cause).to.include({code: 'CONCURRENCY_LIMIT'});
      first!.cancel();
      await held;
      expect((await get(narrow)).message).to.deep.equal({text: 'here'});
    });
  });

  describe('the policy', () => {
    it('of a route is that of its methods', async () => {
      const routed: PolicyInput = {
        routes: [
          {match: {path: '/shop.Orders/Get'}, name: 'once', maxAttempts: 1},
          {match: {path: '/shop.Orders/*'}, name: 'orders', maxAttempts: 2},
        ],
      };
      server.serve(unavailable);
      expect((await get(client(routed))).error?.resilience).to.include({policyName: 'once', attempts: 1});
      server.serve(unavailable);
      expect((await drain(watch(client(routed)))).error?.resilience).to.include({policyName: 'orders', attempts: 2});
    });

    it('of one call may differ, and an invalid one is refused at the call', async () => {
      server.serve(unavailable, ok);
      const {error} = await get(client(), {resilience: {maxAttempts: 1}});
      expect(error?.resilience).to.include({attempts: 1});
      const wrong = {resilience: {attempts: 1}} as CallOptions;
      expect(() => client().makeUnaryRequest('/a.B/C', json, text, {}, wrong, () => {})).to.throw(/attempts/);
    });

    it('that is invalid is refused when the interceptor is created', () => {
      expect(() => grpcInterceptor({maxAttempts: 0})).to.throw(/maxAttempts/);
      expect(() => grpcInterceptor({}, {origin: 'shop'})).to.throw(/has to be one such as/);
    });

    it('with a key sends the same key on every attempt, and retries calls that may have acted', async () => {
      server.serve(hang, unavailable, ok);
      const {message} = await get(client({idempotency: {}, attemptTimeoutMs: 400}));
      expect(message).to.deep.equal({text: 'here'});
      const keys = server.sent('idempotency-key');
      expect(keys).to.have.length(3);
      expect(new Set(keys).size).to.equal(1);
      expect(keys[0]).to.match(/^[0-9a-f-]{36}$/);
    });

    it('limits the messages that are kept for a retry', async () => {
      server.serve(unavailable, ok);
      const {error} = await get(client({replayLimitBytes: 5}));
      expect(error?.resilience).to.include({refusal: 'body-not-replayable', attempts: 1});
      server.serve(unavailable, ok);
      expect((await get(client({replayLimitBytes: 17}))).message).to.deep.equal({text: 'here'});
    });

    it('of hedging passes on the faster of two attempts, and cancels the other', async () => {
      server.serve(hang, ok);
      const {message, status: end} = await get(client({...repeatable, hedge: {delayMs: 20, maxLoadRatio: 1}}));
      expect(message).to.deep.equal({text: 'here'});
      expect(reportOf(end)).to.include({attempts: 2, hedges: 1});
      const {call} = server.attempts[0]!;
      if (!call.cancelled) await once(call, 'cancelled');
    });

    it('of hedging passes on the stream that begins first', async () => {
      server.serve(hang, messages('a', 'b'));
      const hedged = client({...repeatable, hedge: {delayMs: 20, maxLoadRatio: 1}});
      expect((await drain(watch(hedged))).texts).to.deep.equal(['a', 'b']);
      const {call} = server.attempts[0]!;
      if (!call.cancelled) await once(call, 'cancelled');
    });

    it('of hedging does not hedge methods that may not be repeated', async () => {
      server.serve(attempt => void setTimeout(() => ok(attempt), 60));
      await get(client({idempotentMethods: [], hedge: {delayMs: 10, maxLoadRatio: 1}}));
      expect(server.attempts).to.have.length(1);
    });
  });

  describe('metadata', () => {
    it('of the caller is sent and not changed', async () => {
      server.serve(unavailable, ok);
      const metadata = new Metadata();
      metadata.set('x-tenant', 'blue');
      metadata.set('x-raw-bin', Buffer.from([0, 255]));
      metadata.set('x-correlation-id', 'mine');
      await get(client(), {}, metadata);
      expect(server.sent('x-tenant')).to.deep.equal(['blue', 'blue']);
      expect(server.sent('x-raw-bin')).to.deep.equal([Buffer.from([0, 255]), Buffer.from([0, 255])]);
      expect(server.sent('x-correlation-id')).to.deep.equal(['mine', 'mine']);
      expect(Object.keys(metadata.getMap())).to.deep.equal(['x-tenant', 'x-raw-bin', 'x-correlation-id']);
    });

    it('of the policy has the time that is left, and an id for each attempt', async () => {
      server.serve(unavailable, ok);
      await get(
        client({deadlineHeader: 'x-time-left', correlation: {requestIdHeader: 'x-request-id'}, deadlineMs: 5000}),
      );
      for (const left of server.sent('x-time-left')) expect(Number(left)).to.be.within(4000, 5000);
      expect(new Set(server.sent('x-request-id')).size).to.equal(2);
    });

    it('may be written before every attempt, and UNAUTHENTICATED is retried once with a new token', async () => {
      server.serve(fails(status.UNAUTHENTICATED));
      const {error} = await get(
        client(
          {maxAttempts: 5},
          {
            prepareAttempt: ({headers, attempt, previousStatus}) =>
              headers.set('authorization', `token ${attempt} after ${previousStatus}`),
          },
        ),
      );
      expect(server.sent('authorization')).to.deep.equal(['token 1 after 0', 'token 2 after 16']);
      expect(error?.resilience).to.include({refusal: 'retried-once'});
    });
  });

  describe('functions of the user', () => {
    it('classify gets status and message, and can classify an OK as transient', async () => {
      server.serve(ok);
      const seen: unknown[] = [];
      const {status: end} = await get(
        client(
          {...repeatable, maxAttempts: 2},
          {
            classify({status: said, message, attempt, classification}) {
              seen.push([said?.code, message, attempt, classification.reason]);
              return {transient: true, reason: 'an error in disguise'};
            },
          },
        ),
      );
      expect(seen).to.deep.equal([
        [0, {text: 'here'}, 1, 'success'],
        [0, {text: 'here'}, 2, 'success'],
      ]);
      expect(reportOf(end)).to.include({attempts: 2, refusal: 'attempts-exhausted'});
    });

    it('classify is not called for a stream that has begun', async () => {
      server.serve(messages('a', 'b'));
      let asked = 0;
      const stream = watch(client(repeatable, {classify: async () => void asked++}));
      expect((await drain(stream)).texts).to.deep.equal(['a', 'b']);
      expect(asked).to.equal(0);
    });

    it('that throw end the call with their error as its cause', async () => {
      server.serve(ok);
      const mine = new Error('mine');
      const prepareAttempt = (): never => {
        throw mine;
      };
      const {error} = await get(client({}, {prepareAttempt}));
      expect(error).to.include({code: status.INTERNAL, details: 'mine', cause: mine});
      expect(server.attempts).to.have.length(0);
    });

    it('run in the context of the call', async () => {
      const place = new AsyncLocalStorage<string>();
      server.serve(unavailable, messages('a'));
      const seen: unknown[] = [];
      await place.run('here', async () => {
        const stream = watch(client({backoff: {...AT_ONCE, delayMs: 5}}));
        for (const event of ['metadata', 'status']) stream.on(event, () => seen.push(place.getStore()));
        await drain(stream);
      });
      expect(seen).to.deep.equal(['here', 'here']);
    });
  });

  describe('beside others', () => {
    const counting =
      (seen: string[], name: string): Interceptor =>
      (options, next) =>
        new InterceptingCall(next(options), {
          start: (metadata, listener, go) => {
            seen.push(name);
            metadata.set(`x-${name}`, String(seen.length));
            go(metadata, listener);
          },
        });

    it('an interceptor above sees the call, and one below sees each attempt', async () => {
      server.serve(unavailable, unavailable, ok);
      const seen: string[] = [];
      const both = server.client([
        counting(seen, 'above'),
        grpcInterceptor({backoff: AT_ONCE, ...repeatable}),
        counting(seen, 'below'),
      ]);
      expect((await get(both)).message).to.deep.equal({text: 'here'});
      expect(seen).to.deep.equal(['above', 'below', 'below', 'below']);
      expect(server.sent('x-above')).to.deep.equal(['1', '1', '1']);
      expect(server.sent('x-below')).to.deep.equal(['2', '3', '4']);
    });

    it('an end that an interceptor below reports twice is reported once @T39', async () => {
      const repeating: Interceptor = (options, next) =>
        new InterceptingCall(next(options), {
          start: (metadata, _, go) =>
            go(metadata, {
              onReceiveStatus: (end, notify) => {
                notify(end);
                notify(end);
              },
            }),
        });
      let ends = 0;
      const hearing: Interceptor = (options, next) =>
        new InterceptingCall(next(options), {
          start: (metadata, _, go) =>
            go(metadata, {
              onReceiveStatus: (end, notify) => {
                ends++;
                notify(end);
              },
            }),
        });
      server.serve(unavailable, messages('a'));
      const both = server.client([hearing, grpcInterceptor({backoff: AT_ONCE, ...repeatable}), repeating]);
      expect((await drain(watch(both))).texts).to.deep.equal(['a']);
      expect([ends, server.attempts.length]).to.deep.equal([1, 2]);
    });

    it('calls with a stream of requests are passed on unchanged', async () => {
      server.serve();
      const plain = client({attemptTimeoutMs: 1});
      const uploaded = await new Promise<unknown>(resolve => {
        const call = plain.makeClientStreamRequest(
          Upload.path,
          Upload.requestSerialize,
          Upload.responseDeserialize,
          resolve,
        );
        call.write({text: 'a'});
        call.end();
      });
      expect(uploaded).to.include({code: status.UNAVAILABLE}).and.not.have.property('resilience');
      const chat = plain.makeBidiStreamRequest(Chat.path, Chat.requestSerialize, Chat.responseDeserialize);
      chat.write({text: 'a'});
      chat.write({text: 'b'});
      chat.end();
      const texts: string[] = [];
      for await (const {text} of chat as AsyncIterable<Message>) texts.push(text);
      expect(texts).to.deep.equal(['a', 'b']);
    });
  });

  it('leaves no timer and no listener after any end of a call', async () => {
    const clock = new VirtualClock();
    const made = client({...repeatable, hedge: {delayMs: 1000, maxLoadRatio: 1}}, {clock});
    server.serve(unavailable, ok);
    await get(made);
    server.serve(fails(status.INTERNAL));
    await get(made);
    server.serve(messages('a', 'b'));
    await drain(watch(made));
    server.serve(attempt => {
      attempt.message('a');
      attempt.end(status.UNAVAILABLE);
    });
    await drain(watch(made));
    server.serve(hang);
    await get(made, {}, new Metadata(), call => arrived(1).then(() => call.cancel()));
    server.serve(attempt => attempt.message('a'));
    const stream = watch(made);
    stream.once('data', () => stream.cancel());
    await drain(stream);
    expect(clock.pending).to.equal(0);
  });

  // In a suite of its own: mocha runs it after the suites above.
  describe('afterwards', () => {
    it('every attempt was reported to its breaker', async () => {
      for (let round = 0; round < 100 && attemptsInFlight() > inFlightBefore; round++)
        await new Promise(done => setTimeout(done, 10));
      expect(attemptsInFlight()).to.equal(inFlightBefore);
    });
  });
});

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const text = (bytes: Buffer): unknown => JSON.parse(String(bytes));
