/**
 * What only undici knows of a request, in Node's own fetch too: the connection that carried it, and the redirects it followed.
 * undici publishes both on `diagnostics_channel`. In runtimes without that module only these attributes are missing.
 *
 * A request is known by the traceparent it carries. Not by the context it was made in: behind a pool that is busy, that is
 * the context of the caller that left it.
 */

/** The published fields of a socket. */
export interface Connection {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly alpnProtocol?: string | false | null | undefined;
}

export interface RequestWatcher {
  /** A request was made: the first, or that of a redirect. */
  sent(origin: string): void;
  connected(connection: Connection): void;
  /** With a redirect. */
  answered(status: number): void;
}

interface Request {
  readonly origin: string | URL;
  /** Alternating names and values; one text in undici 5. */
  readonly headers: readonly unknown[] | string;
}
interface Message {
  readonly request: Request;
  readonly socket: Connection;
  readonly response: {readonly statusCode: number};
}
interface Channels {
  subscribe(name: string, listener: (message: unknown) => void): void;
}

const watchers = new Map<string, RequestWatcher>();
const requests = new WeakMap<Request, RequestWatcher>();
let isListening = false;

export function watchRequests(spanId: string, watcher: RequestWatcher): void {
  if (!isListening) listen();
  watchers.set(spanId, watcher);
}

export function forgetRequests(spanId: string): void {
  watchers.delete(spanId);
}

function listen(): void {
  isListening = true;
  const {process} = globalThis as {process?: {getBuiltinModule?(name: string): Channels | undefined}};
  const channels = process?.getBuiltinModule?.('node:diagnostics_channel');
  channels?.subscribe('undici:request:create', message => created((message as Message).request));
  channels?.subscribe('undici:client:sendHeaders', message => {
    const {request, socket} = message as Message;
    requests.get(request)?.connected(socket);
  });
  channels?.subscribe('undici:request:headers', message => {
    const {request, response} = message as Message;
    if (isRedirect(response.statusCode)) requests.get(request)?.answered(response.statusCode);
  });
}

function created(request: Request): void {
  if (watchers.size === 0) return;
  const watcher = watchers.get(spanIdOf(request.headers));
  if (watcher === undefined) return;
  requests.set(request, watcher);
  watcher.sent(String(request.origin));
}

/** From `00-<32 digits>-<16 digits>-01`. Empty where there is none. */
function spanIdOf(headers: Request['headers']): string {
  const traceparent = Array.isArray(headers)
    ? headers[headers.indexOf('traceparent') + 1]
    : /^traceparent: *(\S+)/im.exec(headers as string)?.[1];
  return typeof traceparent === 'string' ? traceparent.slice(36, 52) : '';
}

const isRedirect = (status: number): boolean => status >= 301 && status <= 308 && status !== 304;
