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
