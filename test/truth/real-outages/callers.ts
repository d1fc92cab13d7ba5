/** Makes calls through each adapter, as a program makes them. */
import {subscribe} from 'node:diagnostics_channel';
import {Client, credentials, InterceptingCall, type Interceptor} from '@grpc/grpc-js';
import ky from 'ky';
import {Agent, request} from 'undici';
import {createFetch} from '../../../src/fetch.ts';
import {grpcInterceptor} from '../../../src/grpc.ts';
import {resilience} from '../../../src/ky.ts';
import {resilienceInterceptor} from '../../../src/undici.ts';
import {Get} from '../../grpc/grpc-server.ts';
import type {ClientCell} from './processes.ts';

/** Makes one call. @returns Whether it was answered. @throws Where it failed. */
export type Call = () => Promise<boolean>;

/** @param sent Called for each gRPC request with the name of its cell. Those of HTTP are seen by `watchHttp`. */
export function callerOf({name, adapter, policy, target}: ClientCell, sent: (cell: string) => void): Call {
  switch (adapter) {
    case 'fetch': {
      const client = createFetch(policy);
      return async () => {
        const response = await client(target);
        await response.text();
        return response.ok;
      };
    }
    case 'ky': {
      const api = ky.extend(resilience(policy));
      return async () => {
        await api.get(target).text(); // Throws where the status is no success.
        return true;
      };
    }
    case 'undici': {
      const dispatcher = new Agent().compose(resilienceInterceptor(policy));
      return async () => {
        const {statusCode, body} = await request(target, {dispatcher});
        await body.text();
        return statusCode < 400;
      };
    }
    case 'grpc': {
      const counted: Interceptor = (options, nextCall) =>
        new InterceptingCall(nextCall(options), {
          start(metadata, listener, next) {
            sent(name);
            next(metadata, listener);
          },
        });
      const client = new Client(target, credentials.createInsecure(), {
        ...CHANNEL,
        interceptors: [grpcInterceptor(policy), counted],
      });
      return () =>
        new Promise(resolve =>
          client.makeUnaryRequest(Get.path, Get.requestSerialize, Get.responseDeserialize, {text: name}, error =>
            resolve(error === null),
          ),
        );
    }
  }
}

/**
 * A channel that lost its connection fails every call until it connects again, after one second at first. docs/grpc.md says to shorten that.
 * Without a pool of its own, the channels of all cells of a process would share one connection.
 */
const CHANNEL = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 100,
  'grpc.use_local_subchannel_pool': 1,
} as const;

/** Reports each request that Node's fetch or undici sends. The path is the name of the cell. */
export function watchHttp(sent: (cell: string) => void): void {
  subscribe('undici:request:create', message => sent((message as {request: {path: string}}).request.path.slice(1)));
}
