/**
 * The version of HTTP that each origin is called with, for metrics: they exist without spans, so their requests carry no trace header by
 * which a request is known.
 */
import {Lru} from '../core/lru.ts';
import {diagnosticsChannels, type Message, protocolVersion} from './undici-diagnostics.ts';

/** A client that calls ever new hosts must not grow without bound. */
const KEPT = 1000;
/** null: requests were sent to the origin over both protocols, so that of a single request is unknown. */
const versions = new Lru<string, string | null>(KEPT);
let isListening = false;

/** From now on `protocolVersionAt` knows the origins that undici, in Node's own fetch too, sends requests to. */
export function noteProtocols(): void {
  if (isListening) return;
  isListening = true;
  diagnosticsChannels()?.subscribe('undici:client:sendHeaders', message => {
    const {request, socket} = message as Message;
    note(String(request.origin), protocolVersion(socket));
  });
}

function note(origin: string, version: string): void {
  const known = versions.get(origin);
  if (known !== version && known !== null) versions.add(origin, known === undefined ? version : null);
}

/** Undefined if the version is unknown, or there were two. */
export const protocolVersionAt = (origin: string): string | undefined => versions.get(origin) ?? undefined;
