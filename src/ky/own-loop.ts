/**
 * The engine's loop inside ky's fetch, for calls without a hook that could see a retry.
 *
 * ky gets `retry: 0`, so it neither clones the Request before each attempt nor normalises its retry options. As measured, that makes a call
 * with all guards cheaper than plain ky.
 */
import {runCall} from '../call/call.ts';
import {answered, failed} from '../core/outcome.ts';
import {RequestTransport} from '../transport/request-transport.ts';
import type {Caller} from '../transport/transport.ts';
import {restoreTimeout} from './explicit-options.ts';
import {isResponse, type KyCall, type KyOptions} from './ky-call.ts';
import {RequestBody} from './request-body.ts';
import {transportOptions} from './transport-options.ts';

export function installOwnLoop(ky: KyCall, options: KyOptions): void {
  const body = new RequestBody(options);
  options.retry = 0;
  const {beforeRequest} = options.hooks;
  const written: WrittenOptions = options;
  written.hooks = {
    ...NO_HOOKS,
    beforeError: [({error}) => ky.finishWithError(error)],
  };
  if (beforeRequest.length > 0)
    options.hooks.beforeRequest = beforeRequest.map(hook =>
      ky.wrap(hook, replaced, error => ky.finish(failed('hook', error))),
    );

  function replaced(result: unknown): void {
    if (isResponse(result))
      ky.finish(answered(result)); // No attempt will be made.
    else if (result !== undefined) body.forget(); // Another Request, with a body we have not seen.
  }

  options.fetch = function (this: unknown, input, init = {}) {
    const request = input as Request; // ky passes nothing else.
    return new Promise((resolve, reject) => {
      body.check(); // An exception rejects the promise.
      const call = ky.begin(request);
      const transport = new RequestTransport(transportOptions(ky, call, body, request, init));
      const caller: Caller<Response> = {
        settle: ({response, error}) => {
          if (response === null) return reject(error);
          restoreTimeout(this, ky.explicit, false);
          resolve(response);
        },
      };
      const start = (): void => runCall(call, transport, caller);
      if (body.isReadFirst(call.plan)) transport.capture().then(start).catch(reject);
      else start();
    });
  };
}

type Hooks = KyOptions['hooks'];

/** ky's options as an init hook may leave them: ky replaces a list by none where it finds `undefined`, and so spares merging empty lists. */
interface WrittenOptions {
  hooks: {[List in keyof Hooks]: Hooks[List] | undefined};
}

const NO_HOOKS: WrittenOptions['hooks'] = {
  init: undefined,
  beforeRequest: undefined,
  beforeRetry: undefined,
  beforeError: undefined,
  afterResponse: undefined,
};
