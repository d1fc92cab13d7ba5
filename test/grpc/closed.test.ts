/** The observer of a gRPC call is told of its end: once, after the engine's end, with the code that the caller gets. */
import {status} from '@grpc/grpc-js';
import {expect} from 'chai';
import type {CallObserver, Observer, PolicyInput, RpcEnd} from '../../src/core.ts';
import {grpcInterceptor} from '../../src/grpc.ts';
import {AT_ONCE} from '../support/policies.ts';
import {drain, fails, GrpcServer, get, hang, ok, type Script, watch} from './grpc-server.ts';

describe('CallObserver.closed of a gRPC call', () => {
  let server: GrpcServer;
  before(async () => {
    server = await GrpcServer.start();
  });
  after(() => server.close());

  /** Keeps the order of `end` and `closed`. */
  class Recorder implements Observer {
    readonly told: ('end' | RpcEnd)[] = [];

    startCall(): CallObserver {
      return {
        startAttempt: () => null,
        run: work => work(),
        event: () => {},
        end: () => void this.told.push('end'),
        closed: end => void this.told.push(end),
      };
    }
  }
  const client = (policy: PolicyInput, observer: Observer) =>
    server.client([grpcInterceptor({backoff: AT_ONCE, idempotentMethods: ['POST'], ...policy}, {observer})]);

  const cases: readonly [
    title: string,
    script: Script,
    policy: PolicyInput,
    cancels: boolean,
    code: status,
    isCancelled: boolean,
  ][] = [
    ['is answered', ok, {}, false, status.OK, false],
    ['fails', fails(status.NOT_FOUND), {}, false, status.NOT_FOUND, false],
    ['times out', hang, {attemptTimeoutMs: 20, maxAttempts: 1}, false, status.DEADLINE_EXCEEDED, false],
    ['is cancelled', hang, {}, true, status.CANCELLED, true],
  ];
  for (const [title, script, policy, cancels, code, isCancelled] of cases)
    it(`comes once for a call that ${title}`, async () => {
      const recorder = new Recorder();
      server.serve(script);
      const ended = await get(client(policy, recorder), {}, undefined, call => cancels && call.cancel());
      const [first, end, ...more] = recorder.told;
      expect([first, more]).to.deep.equal(['end', []]);
      expect(end).to.include({code, isCancelled});
      expect(ended.status.code).to.equal(code);
      expect((end as RpcEnd).durationMs).to.be.at.least(0);
    });

  it('comes for a stream when the stream is over, not when it begins', async () => {
    const recorder = new Recorder();
    let goOn = (): void => {};
    server.serve(attempt => {
      attempt.message('a');
      goOn = () => attempt.end(status.ABORTED);
    });
    const stream = watch(client({}, recorder));
    await new Promise(resolve => stream.once('data', resolve));
    expect(recorder.told).to.deep.equal(['end']);
    goOn();
    await drain(stream);
    expect(recorder.told).to.have.length(2);
    expect(recorder.told[1]).to.include({code: status.ABORTED, isCancelled: false});
  });

  it('may throw without an effect on the call', async () => {
    const throws = (): never => {
      throw new Error('mine');
    };
    const complaints: unknown[] = [];
    const {error} = console;
    console.error = (...args: unknown[]) => void complaints.push(args);
    try {
      server.serve(ok);
      const observer: Observer = {
        startCall: () => ({
          startAttempt: () => null,
          run: work => work(),
          event: () => {},
          end: () => {},
          closed: throws,
        }),
      };
      expect((await get(client({}, observer))).message).to.deep.equal({text: 'here'});
      expect(complaints.length).to.be.at.most(1); // One for all observers of the process.
    } finally {
      console.error = error;
    }
  });
});
