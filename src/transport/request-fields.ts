import {siteOf} from '../decide/site.ts';

/** The options of a Request that fetch reads from its prototype, too: a Request as options has no own properties. */
export const REQUEST_FIELDS = [
  'method',
  'headers',
  'body',
  'mode',
  'credentials',
  'cache',
  'redirect',
  'referrer',
  'referrerPolicy',
  'integrity',
  'keepalive',
  'signal',
  'duplex',
] as const;

/** The options of a Request as an object of their own, for a request like it to another URL. */
export function requestFields(request: Request): RequestInit {
  const fields: {readonly [name in (typeof REQUEST_FIELDS)[number]]?: unknown} = request;
  const own: Record<string, unknown> = Object.fromEntries(
    REQUEST_FIELDS.flatMap(name => (fields[name] == null ? [] : [[name, fields[name]]])),
  );
  // Not every runtime's Request shows it, and each asks for it beside a stream.
  if (request.body !== null) own.duplex = 'half';
  return own;
}

/**
 * The options of a call for a request to another URL. A page that they name as referrer is no business of another site, however its address is
 * given: then the request has no Referer.
 *
 * @param from The URL of the call.
 */
export const optionsElsewhere = (options: RequestInit, from: string, to: string): RequestInit =>
  isNamed(options) && siteOf(from) !== siteOf(to) ? {...options, referrer: ''} : options;

/** A Request says `about:client` where none is named. A policy alone is about the page of the caller. */
const isNamed = ({referrer = 'about:client', referrerPolicy = ''}: RequestInit): boolean =>
  referrer + referrerPolicy !== 'about:client';
