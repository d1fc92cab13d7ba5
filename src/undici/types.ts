/**
 * undici's dispatcher, as far as an interceptor sees it. Written out, so that nothing of undici is loaded, and its types fit
 * whatever version the user has from 7 on.
 */

export interface DispatchOptions {
  readonly origin?: string | URL | undefined;
  readonly path: string;
  readonly query?: unknown;
  readonly method: string;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly upgrade?: unknown;
  /** The name for TLS, where it is not that of the origin. */
  readonly servername?: unknown;
  /** 0 in each dispatch of fetch, and in no other. */
  readonly maxRedirections?: unknown;
}

export interface DispatchController {
  readonly aborted: boolean;
  readonly paused: boolean;
  readonly reason: Error | null;
  rawHeaders?: unknown;
  rawTrailers?: unknown;
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

export type IncomingHeaders = Record<string, string | string[] | undefined>;

export interface DispatchHandler {
  onRequestStart?(controller: DispatchController, context: unknown): void;
  onRequestSent?(): void;
  onBodySent?(chunk: unknown): void;
  onRequestUpgrade?(controller: DispatchController, status: number, headers: IncomingHeaders, socket: unknown): void;
  onResponseStart?(controller: DispatchController, status: number, headers: IncomingHeaders, text?: string): void;
  onResponseData?(controller: DispatchController, chunk: Uint8Array): void;
  onResponseEnd?(controller: DispatchController, trailers: IncomingHeaders): void;
  onResponseError?(controller: DispatchController, error: Error): void;
}

// biome-ignore lint/suspicious/noExplicitAny: undici's own types are wider here and narrower there, by version.
export type Dispatch = (options: any, handler: any) => boolean;

/** An interceptor, as `Dispatcher.compose` takes it. */
export type Interceptor = (dispatch: Dispatch) => Dispatch;
