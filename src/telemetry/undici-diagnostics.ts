/**
 * What only undici knows of a request, in Node's own fetch too: the connection that carried it, and the redirects it followed.
 * undici publishes both on `diagnostics_channel`. In runtimes without that module only these attributes are missing.
 *
 * A request is known by the trace header it carries. Not by the context it was made in: behind a pool that is busy, that is
 * the context of the caller that left it.
 */

import {context} from '@opentelemetry/api';
import type {HeaderBag} from '../core/observer.ts';
import {suppressed, traceHeaderOf} from './contexts.ts';

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

export interface Request {
  readonly origin: string | URL;
  /** Alternating names and values. */
  readonly headers: readonly unknown[];
}
export interface Message {
  readonly request: Request;
  readonly socket: Connection;
  readonly response: {readonly statusCode: number};
}
interface Channel {
  publish(message: unknown): void;
}
interface Channels {
  subscribe(name: string, listener: (message: unknown) => void): void;
  channel(name: string): Channel;
}

/** By the value of the trace header of their requests. null: nothing is to be reported. */
const watchers = new Map<unknown, RequestWatcher | null>();
const requests = new WeakMap<Request, RequestWatcher>();
let isListening: boolean | undefined;

/**
 * Requests that carry the header are reported, and get no span of another instrumentation: such a span would stand for the same request, which
 * would carry two trace headers, which no server can read.
 *
 * @param headers As they are sent: one of them has to name the span, and only the requests of the watcher carry it.
 * @returns The trace header; undefined if there is none, and in runtimes whose requests are not known here.
 */
export function watchRequests(headers: HeaderBag, spanId: string, watcher: RequestWatcher | null): string | undefined {
  isListening ??= listen();
  const traceHeader = isListening ? traceHeaderOf(headers, spanId) : undefined;
  if (traceHeader !== undefined) watchers.set(traceHeader, watcher);
  return traceHeader;
}

export function forgetRequests(traceHeader: string | undefined): void {
  watchers.delete(traceHeader);
}

/** The version of HTTP, from the protocol that TLS has negotiated. */
export const protocolVersion = ({alpnProtocol}: Connection): string => (alpnProtocol === 'h2' ? '2' : '1.1');

function listen(): boolean {
  const channels = diagnosticsChannels();
  if (channels === undefined) return false;
  const creation = channels.channel('undici:request:create');
  // The prototype, which has `publish`, changes with the first and the last listener. Listeners have no order that one of them could rely on,
  // so the publication itself runs in another context.
  // Another copy of this module, or a patch of the user, may be there.
  const before = Object.hasOwn(creation, 'publish') ? creation.publish : null;
  creation.publish = message => {
    const active = context.active();
    const own = created((message as Message).request) ? suppressed(active) : null;
    context.with(own ?? active, () => (before ?? Object.getPrototypeOf(creation).publish).call(creation, message));
    own?.replace(); // What a listener has started for later, such as a timer, makes spans.
  };
  channels.subscribe('undici:request:create', () => {}); // undici publishes only to listeners.
  channels.subscribe('undici:client:sendHeaders', message => {
    const {request, socket} = message as Message;
    requests.get(request)?.connected(socket);
  });
  channels.subscribe('undici:request:headers', message => {
    const {request, response} = message as Message;
    if (isRedirect(response.statusCode)) requests.get(request)?.answered(response.statusCode);
  });
  return true;
}

interface Process {
  readonly versions: {readonly undici?: string};
  getBuiltinModule?(name: string): Channels | undefined;
}

/** Undefined in runtimes without the module, or without undici, such as Bun and Deno. */
export function diagnosticsChannels(): Channels | undefined {
  const {process} = globalThis as {process?: Process};
  return process?.versions?.undici ? process.getBuiltinModule?.('node:diagnostics_channel') : undefined;
}

/** @returns Whether the request is that of an attempt. */
function created(request: Request): boolean {
  const watcher = watcherOf(request.headers);
  if (watcher) requests.set(request, watcher);
  watcher?.sent(String(request.origin));
  return watcher !== undefined;
}

/** undici 5 has a text of all headers, whose single letters are no trace header. */
function watcherOf(headers: Request['headers']): RequestWatcher | null | undefined {
  for (let index = 1; index < headers.length; index += 2) {
    const watcher = watchers.get(headers[index]);
    if (watcher !== undefined) return watcher;
  }
  return undefined;
}

const isRedirect = (status: number): boolean => status >= 301 && status <= 308 && status !== 304;
