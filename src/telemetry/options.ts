/** The options of the OpenTelemetry observer. */
import {diag} from '@opentelemetry/api';
import {pageOrigin} from '../client/target.ts';
import {isPromise} from '../core/awaitable.ts';
import type {CallView} from '../core/call-view.ts';
import {caught} from '../core/complaint.ts';
import {HeaderCapture} from './header-capture.ts';

/** The options of `otelObserver`. */
export interface OtelOptions {
  /**
   * Which servers get `traceparent`, `tracestate` and baggage. Called for each attempt, with its URL without secrets; under `endpoints` that is the
   * URL at its endpoint. fetch follows redirects itself, and sends these headers along to any server. `{baggage: false}` sends the trace headers
   * but no baggage. Default: every server; in a browser only the origin of the page, because the headers cause a preflight request that other
   * servers refuse.
   */
  readonly propagateTo?: (url: string) => boolean | {readonly baggage: boolean};
  /**
   * Which instrumentation makes the CLIENT spans. `client`: steadfetch, and instrumentations of undici or fetch make none for its requests.
   * `delegate`: they do, and send their trace headers; `undiciHooks()` adds the attributes that only steadfetch knows. Default: `client`.
   */
  readonly attemptSpans?: 'client' | 'delegate';
  /**
   * Names of the headers that are recorded on the span of an attempt. Headers that carry secrets, such as `authorization` and `cookie`, are
   * refused. Default: none.
   */
  readonly captureHeaders?: {
    /** Names of request headers. */
    readonly request?: readonly string[];
    /** Names of response headers. */
    readonly response?: readonly string[];
  };
  /**
   * Records the address of the server on the span of an attempt, and each redirect on the span of the call. Needs `diagnostics_channel` of
   * Node. Default: true.
   */
  readonly network?: boolean;
  /** Makes a span from the response to the end of its body, because the span of an attempt ends at the headers. Default: false. */
  readonly bodySpans?: boolean;
  /**
   * Records the metrics of the conventions: `http.client.request.duration` of each attempt, and of each gRPC call `rpc.client.call.duration`.
   * Default: only that of gRPC calls, because instrumentation-undici records the other, too.
   */
  readonly requestDuration?: boolean;
}

type Propagation = 'none' | 'trace' | 'all';

/** The options, with their defaults. */
export class OtelSettings {
  readonly delegates: boolean;
  readonly network: boolean;
  readonly bodySpans: boolean;
  /** Whether `http.client.request.duration` is recorded. */
  readonly httpDuration: boolean;
  /** Whether `rpc.client.call.duration` is recorded. */
  readonly rpcDuration: boolean;
  /** null: none are recorded. */
  readonly capture: HeaderCapture | null;
  readonly #propagateTo: OtelOptions['propagateTo'];

  /** @throws TypeError for a header that is never recorded. */
  constructor(options: OtelOptions) {
    const {attemptSpans = 'client', network = true, bodySpans = false, requestDuration} = options;
    this.delegates = attemptSpans === 'delegate';
    this.network = network;
    this.bodySpans = bodySpans;
    this.httpDuration = requestDuration ?? false;
    this.rpcDuration = requestDuration ?? true;
    this.capture = options.captureHeaders === undefined ? null : new HeaderCapture(options.captureHeaders);
    this.#propagateTo = options.propagateTo;
  }

  propagation(to: Pick<CallView, 'url' | 'origin'>): Propagation {
    if (this.#propagateTo === undefined) return pageOrigin === undefined || to.origin === pageOrigin ? 'all' : 'none';
    const said = caught(this.#propagateTo, to.url, error =>
      diag.error('steadfetch: propagateTo threw: no trace headers are sent.', error),
    );
    if (typeof said === 'boolean') return said ? 'all' : 'none';
    // Of an async function nothing is known in time.
    if (said === undefined || isPromise(said)) return 'none';
    return said.baggage ? 'all' : 'trace';
  }
}
