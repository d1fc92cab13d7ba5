/** Where a dispatcher sends: to the origin that a dispatch names, as an Agent does, or to one of its own, as a Client and a Pool do. */
import type {Dispatch, DispatchHandler, DispatchOptions} from './types.ts';

export class Route {
  readonly dispatch: Dispatch;
  #isByOrigin: boolean | null = null;

  constructor(dispatch: Dispatch) {
    this.dispatch = dispatch;
  }

  /** Asked when the first call with several endpoints begins. */
  get isByOrigin(): boolean {
    this.#isByOrigin ??= isByOrigin(this.dispatch);
    return this.#isByOrigin;
  }
}

/**
 * An interceptor does not see its dispatcher, so it dispatches a request that cannot be sent: the protocol of its origin is unknown, and it has
 * no path. A dispatcher that goes by the origin refuses the protocol, any other refuses the path, both before they connect. Interceptors
 * between them can parse the origin, and need not look up its host.
 */
function isByOrigin(dispatch: Dispatch): boolean {
  let refusal: unknown;
  const note = (error: unknown): void => {
    refusal ??= error;
  };
  const handler: DispatchHandler = {
    onRequestStart: connection => connection.abort(new Error('This request is not meant to be sent.')),
    onResponseStart() {},
    onResponseData() {},
    onResponseEnd() {},
    onResponseError: (_connection, error) => note(error),
  };
  try {
    dispatch({origin: 'steadfetch-probe://127.0.0.1', path: null, method: 'GET'}, handler);
  } catch (error) {
    note(error);
  }
  const {code, message} = Object(refusal) as {code?: unknown; message?: unknown};
  return code === 'UND_ERR_INVALID_ARG' && String(message).includes('protocol');
}

/**
 * The options that say where a dispatch goes; none where that is the target of the call.
 *
 * @param url Null: that of the call.
 */
export function targetAt(url: string | null): Partial<DispatchOptions> {
  if (url === null) return {};
  const {origin, pathname, search} = new URL(url);
  return {origin, path: `${pathname}${search}`, servername: undefined};
}
