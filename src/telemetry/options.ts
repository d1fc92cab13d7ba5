/** What users set of their telemetry, and what it means. */
import {diag} from '@opentelemetry/api';
import {pageOrigin} from '../client/target.ts';
import type {CallView} from '../core/call-view.ts';
import {HeaderCapture} from './header-capture.ts';

export interface OtelOptions {
  /**
   * Who gets `traceparent`, `tracestate` and baggage. Asked once a call, with its URL, redacted. `{baggage: false}`: the trace
   * goes along, the baggage does not. Default: everyone; in a browser the page's own origin, because these headers would force
   * a preflight that other servers refuse.
   */
  readonly propagateTo?: (url: string) => boolean | {readonly baggage: boolean};
  /**
   * Whose the CLIENT spans are. `client`: ours, and other instrumentations of undici or fetch are silent. `delegate`: theirs, with
   * their trace headers; `undiciHooks()` puts on them what only we know. Default: `client`.
   */
  readonly attemptSpans?: 'client' | 'delegate';
  /**
   * Headers that are recorded on the attempt's span, by name. Some carry secrets by nature, such as `authorization` or `cookie`, and are
   * refused. Default: none.
   */
  readonly captureHeaders?: {readonly request?: readonly string[]; readonly response?: readonly string[]};
  /**
   * Whether the attempt's span says which address answered, and the call's span each redirect. Where there is Node's
   * `diagnostics_channel`; elsewhere they are unknown. Default: true.
   */
  readonly network?: boolean;
  /** A span for the time that the caller reads the body; attempts end with their headers. Default: false. */
  readonly bodySpans?: boolean;
  /** Also records `http.client.request.duration`; instrumentation-undici records it too, then count one of them. Default: false. */
  readonly requestDuration?: boolean;
}

export type Propagation = 'none' | 'trace' | 'all';

/** The options, with their defaults. */
export class OtelSettings {
  readonly delegates: boolean;
  readonly network: boolean;
  readonly bodySpans: boolean;
  readonly requestDuration: boolean;
  /** null: none are recorded. */
  readonly capture: HeaderCapture | null;
  readonly #propagateTo: OtelOptions['propagateTo'];

  /** @throws TypeError for a header that is never recorded. */
  constructor(options: OtelOptions) {
    const {attemptSpans = 'client', network = true, bodySpans = false, requestDuration = false} = options;
    this.delegates = attemptSpans === 'delegate';
    this.network = network;
    this.bodySpans = bodySpans;
    this.requestDuration = requestDuration;
    this.capture = options.captureHeaders === undefined ? null : new HeaderCapture(options.captureHeaders);
    this.#propagateTo = options.propagateTo;
  }

  propagation(call: CallView): Propagation {
    if (this.#propagateTo === undefined) return pageOrigin === undefined || call.origin === pageOrigin ? 'all' : 'none';
    try {
      const said = this.#propagateTo(call.url);
      if (typeof said === 'boolean') return said ? 'all' : 'none';
      return said.baggage ? 'all' : 'trace';
    } catch (error) {
      diag.error('steadfetch: propagateTo threw, so no trace headers are sent.', error);
      return 'none';
    }
  }
}
