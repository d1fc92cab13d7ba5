/** One call through each adapter, whose ports say where they run. */
import {type InterceptorOptions, Metadata} from '@grpc/grpc-js';
import ky from 'ky';
import {runBatch} from '../../src/batch/run-batch.ts';
import {createFetch, type Ids, type PolicyHandle, resilience, type SteadfetchEvent} from '../../src/core.ts';
import {guard} from '../../src/function/guard.ts';
import {grpcInterceptor} from '../../src/grpc/interceptor.ts';
import type {VirtualClock} from '../../src/testing.ts';
import {resilienceInterceptor} from '../../src/undici/interceptor.ts';
import type {Dispatch, DispatchHandler} from '../../src/undici/types.ts';
import {ScriptedDispatch} from '../support/scripted-dispatch.ts';
import {ScriptedGrpcCall} from '../support/scripted-grpc-call.ts';

export interface World {
  readonly clock: VirtualClock;
  readonly handle: PolicyHandle;
  /** Of all callers. */
  readonly signal: AbortSignal | null;
}

export interface Watched {
  /** Notes the context of the code that calls it. */
  see(where: string): void;
  event(type: string): void;
  answer(url: string): Promise<{status: number; headers: Record<string, string>}>;
}

/** Resolves however the call ends. */
export type Adapter = (world: World, watched: Watched) => Promise<void>;

const URL_OF = 'https://api.test/items';

const sendBy =
  (watched: Watched): typeof fetch =>
  async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    watched.see('fetch');
    const body = input instanceof Request ? input.body : init?.body;
    if (body) await new Response(body).text();
    watched.see('fetch, once it has read the body');
    const {status, headers} = await watched.answer(url);
    return new Response(chunked(watched, 'the body of the response'), {status, headers});
  };

/** Notes where it is read. */
const chunked = (watched: Watched, where: string): ReadableStream<Uint8Array> =>
  new ReadableStream(
    {
      pull(controller) {
        watched.see(where);
        controller.enqueue(new TextEncoder().encode('x'));
        controller.close();
      },
    },
    {highWaterMark: 0},
  );

function idsOf(watched: Watched): Ids {
  let made = 0;
  const make = () => {
    watched.see('ids');
    return `id-${++made}`;
  };
  return {correlationId: make, requestId: make, idempotencyKey: make};
}

function portsOf({clock}: World, watched: Watched) {
  const on = (event: SteadfetchEvent): void => {
    watched.event(event.type);
    if ('call' in event) watched.see(`on ${event.type}`);
  };
  return {
    clock,
    random: () => 0.5,
    ids: idsOf(watched),
    on,
    observer: null,
    prepareAttempt: () => watched.see('prepareAttempt'),
    classify: () => void watched.see('classify'),
  };
}

const settled = (promise: Promise<unknown>): Promise<void> =>
  promise.then(
    () => {},
    () => {},
  );

const kyBy =
  (hooks: object): Adapter =>
  (world, watched) =>
    settled(
      ky
        .create({fetch: sendBy(watched), throwHttpErrors: false, hooks})
        .extend(resilience(world.handle, portsOf(world, watched)))
        .post(URL_OF, {body: 'x', signal: world.signal, headers: {'idempotency-key': 'k'}})
        .text(),
    );

export const ADAPTERS: Record<string, Adapter> = {
  createFetch: (world, watched) => {
    const fetch = createFetch(world.handle, {...portsOf(world, watched), fetch: sendBy(watched)});
    return settled(fetch(URL_OF, {method: 'POST', body: 'x', signal: world.signal}).then(response => response.text()));
  },
  'createFetch with a stream': (world, watched) => {
    const fetch = createFetch(world.handle, {...portsOf(world, watched), fetch: sendBy(watched)});
    const init = {
      method: 'PUT',
      body: chunked(watched, 'the body of the request'),
      duplex: 'half',
      signal: world.signal,
    };
    return settled(fetch(URL_OF, init as RequestInit).then(response => response.text()));
  },
  'ky, our loop': kyBy({}),
  'ky, its own loop': (world, watched) =>
    kyBy({
      beforeRequest: [() => watched.see('beforeRequest')],
      beforeRetry: [() => watched.see('beforeRetry')],
      afterResponse: [() => watched.see('afterResponse')],
      beforeError: [
        ({error}: {error: Error}) => {
          watched.see('beforeError');
          return error;
        },
      ],
    })(world, watched),
  undici: dispatchBy,
  gRPC: rpcBy,
  guard: (world, watched) => {
    const {prepareAttempt, ...ports} = portsOf(world, watched);
    const guarded = guard(world.handle, {...ports, prepareAttempt});
    const run = async () => {
      watched.see('the function');
      const {status} = await watched.answer(URL_OF);
      if (status !== 200) throw Object.assign(new Error('refused'), {status});
    };
    return settled(guarded(run, {idempotent: true, ...(world.signal && {signal: world.signal})}));
  },
  batch: async (world, watched) => {
    const {clock, ids, on, random, observer} = portsOf(world, watched);
    const send = async () => {
      watched.see('send');
      const {status} = await watched.answer(URL_OF);
      if (status !== 200) throw Object.assign(new Error('refused'), {status});
      return 'sent';
    };
    await settled(
      runBatch(['a'], send, {
        policy: world.handle as never,
        clock,
        ids,
        random,
        observer,
        on: on as never,
        ...(world.signal && {signal: world.signal}),
        onResult: () => watched.see('onResult'),
      }),
    );
  },
};

function dispatchBy(world: World, watched: Watched): Promise<void> {
  const dispatch = resilienceInterceptor(world.handle, portsOf(world, watched))(serverOf(watched));
  const options = {origin: 'https://api.test', path: '/items', method: 'PUT', body: 'x'};
  return new Promise(resolve => {
    dispatch(options, {
      onRequestStart(controller) {
        world.signal?.addEventListener('abort', () => controller.abort(new Error('enough')));
      },
      onResponseStart: () => watched.see('onResponseStart'),
      onResponseData: () => {},
      onResponseEnd: () => resolve(),
      onResponseError: () => resolve(watched.see('onResponseError')),
    } satisfies DispatchHandler);
  });
}

const serverOf =
  (watched: Watched): Dispatch =>
  (options, handler: DispatchHandler) => {
    watched.see('dispatch');
    const request = new ScriptedDispatch(handler);
    const {controller} = request;
    handler.onRequestStart?.(controller, null);
    void watched.answer(`${options.origin}${options.path}`).then(({status, headers}) => {
      if (request.isOver) return;
      handler.onResponseStart?.(controller, status, headers);
      request.end(() => handler.onResponseEnd?.(controller, {}));
    });
    return true;
  };

function rpcBy(world: World, watched: Watched): Promise<void> {
  const {classify, ...ports} = portsOf(world, watched);
  const interceptor = grpcInterceptor(world.handle, {...ports, classify});
  const options = {
    method_definition: {
      path: '/shop.Orders/Get',
      requestStream: false,
      responseStream: false,
      requestSerialize: () => Buffer.from('x'),
      responseDeserialize: () => ({}),
    },
  } as unknown as InterceptorOptions;
  const call = interceptor(options, () => new ServedCall(watched) as never);
  return new Promise(resolve => {
    call.start(new Metadata(), {
      onReceiveMetadata: () => watched.see('onReceiveMetadata'),
      onReceiveMessage: () => watched.see('onReceiveMessage'),
      onReceiveStatus: () => resolve(watched.see('onReceiveStatus')),
    });
    call.sendMessage({});
    call.halfClose();
    world.signal?.addEventListener('abort', () => call.cancelWithStatus(1, 'enough'));
  });
}

/** 14 is UNAVAILABLE, 8 is RESOURCE_EXHAUSTED. */
const CODES: Record<number, number> = {200: 0, 503: 14, 429: 8};

class ServedCall extends ScriptedGrpcCall {
  readonly #watched: Watched;

  constructor(watched: Watched) {
    super();
    this.#watched = watched;
  }

  protected async answer(_metadata: Metadata, listener: Parameters<ScriptedGrpcCall['start']>[1]): Promise<void> {
    this.#watched.see('the call below');
    const {status, headers} = await this.#watched.answer(URL_OF);
    if (this.isOver) return;
    if (status === 200) {
      listener.onReceiveMetadata(new Metadata());
      listener.onReceiveMessage({});
    }
    const metadata = new Metadata();
    if (headers['retry-after']) metadata.set('grpc-retry-pushback-ms', '1000');
    this.end({code: CODES[status]!, details: 'as scripted', metadata});
  }
}
