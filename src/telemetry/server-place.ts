/** The server of an attempt, for spans and metrics. */
import type {Attributes} from '@opentelemetry/api';
import {Lru} from '../core/lru.ts';
import {SERVER_ADDRESS, SERVER_PORT} from './attributes.ts';

const KEPT = 1000;
const places = new Lru<string, Attributes>(KEPT);
const NOWHERE: Attributes = Object.freeze({});

/**
 * @param origin As `URL.origin` writes it, or a gRPC target of several hosts. Empty if the request has no URL.
 * @returns The attributes; none without a URL. The object is shared: copy it, do not write to it.
 */
export function placeAttributes(origin: string): Attributes {
  const known = places.get(origin);
  if (known !== undefined) return known;
  const url = URL.parse(origin);
  if (url === null) return NOWHERE;
  const place = url.hostname === '' ? {[SERVER_ADDRESS]: url.pathname} : hostAttributes(url);
  places.add(origin, place);
  return place;
}

function hostAttributes({hostname, port, protocol}: URL): Attributes {
  return {
    [SERVER_ADDRESS]: hostname.replace(/^\[|\]$/g, ''), // An IPv6 address is reported without the brackets of URLs.
    [SERVER_PORT]: Number(port) || (protocol === 'https:' ? 443 : 80),
  };
}
