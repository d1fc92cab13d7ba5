/** The status of an answer inside of a text: `HTTP 503`, `Error code: 429`, `503 Service Unavailable`; and the errors that are named after one. */

/** The reason phrases of errors. @see RFC 9110 §15, RFC 6585, RFC 8470 */
const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Payload Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Entity',
  423: 'Locked',
  424: 'Failed Dependency',
  425: 'Too Early',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
  507: 'Insufficient Storage',
  511: 'Network Authentication Required',
};

const NUMBER = '([45]\\d\\d)(?!\\d|[.,]\\d| ?(?:ms|bytes|B)\\b)';

const PATTERNS: readonly RegExp[] = [
  new RegExp(`^(?:[\\w.$:]{3,120}: )?${NUMBER}(?=[ ,:]|$)`, 'm'),
  new RegExp(
    `\\b(?:status(?:[ _-]?code)?|(?:response|error|http|return(?:ed)?)[ _-]?(?:status|code)|returned(?: an?)?(?: error| status| http)?(?: code)?|answered|responded(?: with)?|HTTP(?:/[\\d.]+)?(?: Error| status)?)['"]?(?:\\s?[:=]\\s?|\\s(?:was|is|of|error)?\\s?)(?:\\w{2,10} )?['"(]{0,2}${NUMBER}`,
    'i',
  ),
  new RegExp(
    `\\b(?:does not indicate success: |(?:[Ee]rror|ERROR):? \\(?|StatusCode[.:]? ?|code=|Round trip: \\S{1,300}, code: |too many |with a? ?\`)${NUMBER}`,
  ),
  new RegExp(`['"](?:code|status)['"]: ?${NUMBER}`),
];

/** Reason phrases behind a status; RFC 9110's, and those that servers used before. */
const PHRASES: readonly string[] = [
  ...Object.values(REASONS),
  'Request Time-out',
  'Gateway Time-out',
  'Service Temporarily Unavailable',
  'Client Error',
  'Server Error',
];
const WITH_PHRASE = new RegExp(`\\b${NUMBER},? (?:message=['"])?(?:${PHRASES.join('|')})\\b`, 'i');

/** The status that a text names; undefined if it names none. */
export function statusInText(text: string): number | undefined {
  const found = PATTERNS.map(pattern => pattern.exec(text)).find(match => match !== null) ?? WITH_PHRASE.exec(text);
  return found === undefined || found === null ? undefined : Number(found[1]);
}

/** `TooManyRequests`: 429. */
const BY_NAME: ReadonlyMap<string, number> = new Map([
  ...Object.entries(REASONS).map(([status, phrase]) => [phrase.replace(/\W/g, ''), Number(status)] as const),
  // The SDKs of OpenAI, Anthropic and Google.
  ['RateLimit', 429],
  ['ResourceExhausted', 429],
  ['Overloaded', 529],
  ['Authentication', 401],
  ['PermissionDenied', 403],
  ['InvalidRequest', 400],
  ['DeadlineExceeded', 504],
]);
/** Names that only an answer of a server has, wherever they stand. Others need the module that defines them: `NotFoundError` can be anything. */
const PLAIN =
  /\b(RateLimit|TooManyRequests|ServiceUnavailable|BadGateway|GatewayTimeout|Overloaded)(?:Error|Exception)?\b/;
const QUALIFIED = /\b[A-Za-z]\w{0,79}(?:\.|::|\$)([A-Z][A-Za-z]{3,40}?)(?:Error|Exception)?(?=: |$|\()/gm;
const RATE_LIMIT =
  /\brate[ -]?limit(?:ed|ing| (?:is |was |has been )?(?:exceeded|reached))|too many requests|\bthrottled\b|ThrottlingException/i;

/** The status that the name or the words of an error stand for; undefined if they stand for none. */
export function statusByName(text: string): number | undefined {
  for (const [, name] of text.matchAll(QUALIFIED)) {
    const status = BY_NAME.get(name!);
    if (status !== undefined) return status;
  }
  const plain = PLAIN.exec(text)?.[1];
  return plain === undefined ? (RATE_LIMIT.test(text) ? 429 : undefined) : BY_NAME.get(plain);
}
