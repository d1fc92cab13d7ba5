/** Scenes through the gRPC interceptor, above calls that end by chance. */
import {type InterceptingListener, type InterceptorOptions, Metadata, status} from '@grpc/grpc-js';
import type {PolicyInput} from '../../src/core.ts';
import {grpcInterceptor} from '../../src/grpc/interceptor.ts';
import type {VirtualClock} from '../../src/testing.ts';
import {ScriptedGrpcCall} from '../support/scripted-grpc-call.ts';
import {Stage} from './stage.ts';

const quick: PolicyInput = {attemptTimeoutMs: 300, deadlineMs: 4000, backoff: {baseMs: 40, throttledBaseMs: 80}};
const SCENES: Record<string, PolicyInput> = {
  gRPC: {...quick, routes: [{match: {path: '/shop.Orders/Get'}, idempotentMethods: ['POST']}]},
  'gRPC, hedged': {...quick, idempotentMethods: ['POST'], hedge: {delayMs: 50, maxLoadRatio: 1}},
};

export const grpcScenes: Record<string, () => Promise<string[]>> = Object.fromEntries(
  Object.entries(SCENES).map(([name, policy], index) => [name, () => play(policy, 400 + index)]),
);

async function play(policy: PolicyInput, seed: number): Promise<string[]> {
  const stage = new Stage({policy, seed, replies: [200]});
  const {clock, random, ids, on, observer} = stage.ports;
  const interceptor = grpcInterceptor(stage.handle, {clock, random, ids, on, observer} as object);
  return stage.play(10, 1500, async number => {
    const streams = stage.random() < 0.3;
    const cancelMs = stage.pick([null, null, null, 30, 250]);
    const path = stage.pick(['/shop.Orders/Get', '/shop.Orders/Create']);
    const options = {
      method_definition: {
        path,
        requestStream: false,
        responseStream: streams,
        requestSerialize: () => Buffer.from('x'),
        responseDeserialize: () => ({}),
      },
    } as unknown as InterceptorOptions;
    const call = interceptor(options, () => new ServerCall(stage) as never);
    const seen: string[] = [];
    await new Promise<void>(resolve => {
      call.start(new Metadata(), {
        onReceiveMetadata: () => seen.push('headers'),
        onReceiveMessage: () => {
          seen.push('message');
          if (streams) call.startRead();
        },
        onReceiveStatus: ({code, details}) => resolve(void seen.push(`${status[code]} ${details}`)),
      });
      call.sendMessage({});
      call.halfClose();
      if (streams) call.startRead();
      if (cancelMs !== null)
        void stage.clock.sleep(cancelMs).then(() => call.cancelWithStatus(status.CANCELLED, 'left'));
    });
    stage.recorder.note(`gRPC ${number + 1}`, seen);
  });
}

class ServerCall extends ScriptedGrpcCall {
  readonly #stage: Stage;
  readonly #clock: VirtualClock;

  constructor(stage: Stage) {
    super();
    this.#stage = stage;
    this.#clock = stage.clock;
  }

  protected async answer(_metadata: Metadata, listener: InterceptingListener): Promise<void> {
    const code = this.#stage.pick([0, 0, 0, 14, 14, 8, 5, 13, -1]);
    const sendsHeaders = this.#stage.random() < 0.4;
    const pushback = this.#stage.pick([null, null, '20', '-1']);
    if (code < 0) return; // It hangs.
    await this.#clock.sleep(this.#stage.random() * 100);
    if (this.isOver) return;
    if (code === 0 || sendsHeaders) listener.onReceiveMetadata(new Metadata());
    if (code === 0) listener.onReceiveMessage({});
    await this.#clock.sleep(3);
    const metadata = new Metadata();
    if (code !== 0 && pushback !== null) metadata.set('grpc-retry-pushback-ms', pushback);
    this.end({code, details: 'as scripted', metadata});
  }
}
