/** How a call goes through each adapter to the servers of a scene. */
import {type InterceptingListener, type InterceptorOptions, Metadata, status} from '@grpc/grpc-js';
import ky, {type Options} from 'ky';
import {type Ports, resilience} from '../../src/core.ts';
import {guard} from '../../src/function.ts';
import {grpcInterceptor} from '../../src/grpc/interceptor.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import type {DispatchController, DispatchHandler} from '../../src/undici/types.ts';
import {ScriptedGrpcCall} from '../support/scripted-grpc-call.ts';
import {type Code, errorOf, type Server} from './answers.ts';
import {nameOf} from './recorder.ts';
import type {Stage} from './stage.ts';

export interface AdapterCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** When the caller leaves. */
  readonly leaveMs: number | null;
}

/** Makes a client, whose calls note how they ended. */
export type Adapter = (
  stage: Stage,
  server: Server,
  ports: Ports,
) => (name: string, call: AdapterCall) => Promise<void>;

const throughKy =
  (optionsOf: (stage: Stage) => Options): Adapter =>
  (stage, {fetch}, ports) => {
    const api = ky.create({fetch, timeout: false, ...optionsOf(stage)}).extend(resilience(stage.handle, ports));
    return (name, {method, url, headers, body, leaveMs}) =>
      stage.end(name, () => {
        const signal = stage.abortAfter(leaveMs);
        return api(url, {method, headers, ...(body !== null && {body}), ...(signal && {signal})});
      });
  };

/** Hooks that stop the call, or replace its response. */
const kyHooks = (stage: Stage): Options => ({
  hooks: {
    beforeRetry: [() => (stage.random() < 0.15 ? ky.stop : undefined)],
    afterResponse: [
      () => {
        if (stage.random() < 0.7) return undefined;
        const headers = {'content-type': 'application/json'};
        return new Response('{"error":{"code":"insufficient_quota"}}', {status: stage.pick([200, 429, 503]), headers});
      },
    ],
  },
});

const throughUndici: Adapter = (stage, server, ports) => {
  const dispatch = resilienceInterceptor(stage.handle, ports)(server.dispatch);
  return async (name, {method, url, headers, body, leaveMs}) => {
    const {origin, pathname} = new URL(url);
    const seen: string[] = [];
    await new Promise<void>(resolve => {
      dispatch({origin, path: pathname, method, body, headers}, {
        onRequestStart: (controller: DispatchController) => {
          seen.push('start');
          if (leaveMs !== null)
            void stage.clock.sleep(Math.max(0, leaveMs)).then(() => controller.abort(new Error('the caller left')));
        },
        onResponseStart: (_controller, code, received) => seen.push(`${code} ${JSON.stringify(received)}`),
        onResponseData: (_controller, chunk) => seen.push(`${chunk.byteLength} bytes`),
        onResponseEnd: () => resolve(void seen.push('end')),
        onResponseError: (_controller, error) => resolve(void seen.push(nameOf(error))),
      } satisfies DispatchHandler);
    });
    stage.recorder.note(name, seen);
  };
};

const throughFunction: Adapter = (stage, server, ports) => {
  const {fetch: _fetch, weigh: _weigh, translate: _translate, classify: _classify, ...others} = ports;
  const run = guard(stage.handle, {...others, name: 'shop'});
  return async (name, {method, headers, body, leaveMs}) => {
    const signal = stage.abortAfter(leaveMs);
    const key = headers['idempotency-key'];
    try {
      const value = await run(
        async (attemptSignal, context) => {
          const {fails, afterMs, ...answer} = server.meet('CALL', 'https://shop.invalid/', context.headers);
          await stage.clock.sleep(fails === 'hang' ? 1e9 : afterMs, attemptSignal);
          if (fails !== undefined) throw errorOf(fails as Code);
          if (answer.status < 400) return {text: answer.body, usage: {input_tokens: 30, output_tokens: 40}};
          throw Object.assign(new Error(`status ${answer.status}`), answer);
        },
        {
          idempotent: method === 'GET',
          tokens: {inputTokens: 100, outputTokens: body?.length ?? 0},
          ...(key !== undefined && {key}),
          ...(signal && {signal}),
        },
      );
      stage.recorder.ended(name, JSON.stringify(value), value);
    } catch (error) {
      stage.recorder.ended(name, nameOf(error), error);
    }
  };
};

const throughGrpc: Adapter = (stage, server, ports) => {
  const {fetch: _fetch, classify: _classify, translate: _translate, ...others} = ports;
  const interceptor = grpcInterceptor(stage.handle, others);
  return async (name, {method, headers, leaveMs}) => {
    const options = {
      method_definition: {
        path: method === 'GET' ? '/shop.Orders/Get' : '/shop.Orders/Create',
        requestStream: false,
        responseStream: stage.random() < 0.25,
        requestSerialize: () => Buffer.from('x'),
        responseDeserialize: () => ({}),
      },
    } as unknown as InterceptorOptions;
    const call = interceptor(options, () => new GrpcCall(stage, server, options) as never);
    const seen: string[] = [];
    const metadata = new Metadata();
    for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
    await new Promise<void>(resolve => {
      call.start(metadata, {
        onReceiveMetadata: () => seen.push('headers'),
        onReceiveMessage: () => {
          seen.push('message');
          if (options.method_definition.responseStream) call.startRead();
        },
        onReceiveStatus: ({code, details}) => resolve(void seen.push(`${status[code]} ${details}`)),
      });
      call.sendMessage({});
      call.halfClose();
      if (options.method_definition.responseStream) call.startRead();
      if (leaveMs !== null)
        void stage.clock
          .sleep(Math.max(0, leaveMs))
          .then(() => call.cancelWithStatus(status.CANCELLED, 'the caller left'));
    });
    stage.recorder.note(name, seen);
  };
};

const GRPC_CODES: Readonly<Record<number, status>> = {200: 0, 404: 5, 429: 8, 500: 13, 503: 14};

class GrpcCall extends ScriptedGrpcCall {
  readonly #stage: Stage;
  readonly #server: Server;
  readonly #path: string;

  constructor(stage: Stage, server: Server, {method_definition: {path}}: InterceptorOptions) {
    super();
    this.#stage = stage;
    this.#server = server;
    this.#path = path;
  }

  protected async answer(metadata: Metadata, listener: InterceptingListener): Promise<void> {
    const sent = Object.fromEntries(Object.entries(metadata.getMap()).map(([key, value]) => [key, String(value)]));
    const answer = this.#server.meet('POST', `https://shop.test:50051${this.#path}`, sent);
    if (answer.fails === 'hang') return;
    await this.#stage.clock.sleep(answer.afterMs);
    if (this.isOver) return;
    const stated = answer.headers['grpc-status'];
    const byStatus = answer.fails === undefined ? (GRPC_CODES[answer.status] ?? status.UNKNOWN) : status.UNAVAILABLE;
    const code = stated === undefined ? byStatus : Number(stated);
    if (code !== 0 && answer.headers.begins !== undefined) listener.onReceiveMetadata(new Metadata());
    if (code === 0) {
      listener.onReceiveMetadata(new Metadata());
      listener.onReceiveMessage({});
    }
    await this.#stage.clock.sleep(3);
    const trailers = new Metadata();
    const asked = answer.headers['retry-after'];
    if (asked !== undefined) trailers.set('grpc-retry-pushback-ms', String(Number(asked) * 1000));
    const pushback = answer.headers['grpc-retry-pushback-ms'];
    if (pushback !== undefined) trailers.set('grpc-retry-pushback-ms', pushback);
    const details = answer.headers['grpc-status-details-bin'];
    if (details !== undefined) trailers.set('grpc-status-details-bin', Buffer.from(details, 'base64'));
    this.end({code, details: answer.fails ?? 'as scripted', metadata: trailers});
  }
}

/** In its own loop ky waits by the timers of the runtime, so its calls run one after another, and no timer is armed between attempts. */
export const ADAPTERS: Readonly<Record<string, {readonly adapter: Adapter; readonly inTurn?: true}>> = {
  'ky, our loop': {adapter: throughKy(() => ({}))},
  'ky, with timeouts of its own': {adapter: throughKy(() => ({timeout: 200, totalTimeout: 600}))},
  'ky’s own loop': {adapter: throughKy(() => ({hooks: {beforeRetry: [() => undefined]}})), inTurn: true},
  'ky’s own loop, with hooks': {adapter: throughKy(kyHooks), inTurn: true},
  undici: {adapter: throughUndici},
  gRPC: {adapter: throughGrpc},
  functions: {adapter: throughFunction},
};
