/** The options of a Request that fetch reads from its prototype, too: a Request as options has no own properties. */
const REQUEST_FIELDS = [
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

/** Those of an object that are there, its own and inherited ones. */
export function fieldsOf(source: RequestInit | Request): RequestInit {
  const fields: {readonly [name in (typeof REQUEST_FIELDS)[number]]?: unknown} = source;
  return Object.fromEntries(REQUEST_FIELDS.flatMap(name => (fields[name] == null ? [] : [[name, fields[name]]])));
}

/** The options of a Request as an object of their own, for a request like it to another URL. */
export const requestFields = (request: Request): RequestInit => ({
  ...fieldsOf(request),
  // Not every runtime's Request shows it, and each asks for it beside a stream.
  ...(request.body !== null && {duplex: 'half'}),
});

/** The options of a call at another endpoint. The page that they name as referrer may have secrets in its URL. */
export const optionsElsewhere = ({referrer: _, referrerPolicy: __, ...others}: RequestInit): RequestInit => others;
