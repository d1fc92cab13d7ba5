/**
 * Errors as text: what Node, undici, axios, ky and the SDKs of vendors print. The text becomes an object of the shape that the error had,
 * as far as the text shows it.
 */

/** As much of an error as can be known of it. */
export interface ErrorShape {
  readonly name?: string | undefined;
  readonly message: string;
  readonly code?: string | number | undefined;
  readonly syscall?: string | undefined;
  readonly cause?: ErrorShape | undefined;
}

const HEAD = /(?:^|[\s:[(.])((?:[A-Z]\w*)?(?:Error|Exception)|DOMException)(?: \[(\w+)\])?: (.*)$/m;
const CAUSE =
  /^[ \t]*(?:\[cause\]|cause|caused by|Caused by):[ \t]*(?:(\w*(?:Error|Exception))(?: \[\w+\])?:[ \t]*)?(.*)$/gm;
/** As Node words the failure of a system call. */
const SYSTEM_CALL = /\b(connect|read|write|getaddrinfo|shutdown) (E[A-Z]{2,}(?:_[A-Z]+)?)\b/;

/** As programs put the code of the cause behind the message. */
const NAMED_CODE = /\bfetch failed[ :,]{1,2}[([]?(?:code: ?)?(E[A-Z]{4,}(?:_[A-Z]+)?|UND_ERR_[A-Z_]{4,})\b/;

/** The code that a library gives to the error with this message, where the log has lost the code. */
const CODES: readonly (readonly [message: RegExp, code: string])[] = [
  [/Connect Timeout Error/, 'UND_ERR_CONNECT_TIMEOUT'],
  [/Headers Timeout Error/, 'UND_ERR_HEADERS_TIMEOUT'],
  [/Body Timeout Error/, 'UND_ERR_BODY_TIMEOUT'],
  [/other side closed|"GOAWAY" frame/, 'UND_ERR_SOCKET'],
  [/socket hang up|before secure TLS connection was established/, 'ECONNRESET'],
  [/NGHTTP2_[A-Z_]+/, 'ERR_HTTP2_STREAM_ERROR'],
  [/[Pp]remature close/, 'ERR_STREAM_PREMATURE_CLOSE'],
  [/stream has been aborted|\bThe server aborted pending request|^Invalid response body .*: aborted/, 'ECONNRESET'],
  [/Parse Error|^Expected HTTP\//, 'HPE_INVALID_CONSTANT'],
  [/Timeout awaiting '(?:lookup|connect|secureConnect)' for/, 'UND_ERR_CONNECT_TIMEOUT'],
  [/Timeout awaiting '\w+' for/, 'ETIMEDOUT'],
  [/certificate has expired/, 'CERT_HAS_EXPIRED'],
  [/self[- ]signed certificate in certificate chain/, 'SELF_SIGNED_CERT_IN_CHAIN'],
  [/self[- ]signed certificate/, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [/unable to verify the first certificate/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  [/unable to get local issuer certificate/, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
  [/does not match certificate's altnames/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [/wrong version number/, 'ERR_SSL_WRONG_VERSION_NUMBER'],
];

/** What the message of a failed request says, where a logger has dropped the name of the error. */
const PHRASE =
  /(?:\bRequest failed with status code [45]\d\d|\b(?:connect|read|write|getaddrinfo) E[A-Z]{4,}|\bfetch failed|\bsocket hang up|\bother side closed|\bstream has been aborted|\bThe server aborted pending request|\bInvalid response body while trying to fetch|\bParse Error: Expected HTTP|\b(?:Connect|Headers|Body) Timeout Error|\bTimeout awaiting '\w+' for|\bThe operation was aborted|(?<=failed: )terminated$|\btimeout of \d+ ?ms exceeded|\bRequest timed out).*$/m;

/** Whether an error begins on this line. */
export const beginsError = (line: string): boolean => HEAD.test(line) || PHRASE.test(line);

/** Null where no line of the text begins an error. */
export function readErrorText(text: string): ErrorShape | null {
  const head = HEAD.exec(text) ?? headOf(PHRASE.exec(text)?.[0]);
  if (head === null) return null;
  const causes = [...text.matchAll(CAUSE)].map(([, name, message]) => ({name, message: message!}));
  const inner = causes.at(-1);
  const printed = /(?:^|[\s{])code: '([\w-]{2,60})'/gm;
  const code = [...text.matchAll(printed)].at(-1)?.[1] ?? numericCode(text);
  const syscall = /\bsyscall: '(\w{1,20})'/.exec(text)?.[1];
  // An SDK wraps the error of fetch, which wraps the failure: the two innermost errors say how the request failed.
  const {name, message} = causes.at(-2) ?? {name: head[2] || head[1]!, message: head[3]!};
  const outer = {name, message: message.replace(/ \{$/, '')};
  const innermost = inner === undefined ? outer : {...inner, message: inner.message.replace(/ \{$/, '')};
  const coded = {...innermost, ...codeIn(innermost.message), ...defined({code, syscall})};
  return inner === undefined ? coded : {...outer, cause: coded};
}

/** As `HEAD` would have matched it. */
const headOf = (message: string | undefined): readonly string[] | null =>
  message === undefined ? null : [message, 'Error', '', message];

/** The method and the address in a message: ky and node-fetch name them, Go's net/http (`Post "https://…"`), Spring, and many programs. */
export function requestIn(message: string): {readonly method?: string; readonly target?: string} {
  const found = REQUEST.exec(message);
  if (found === null) return {};
  const [, method, ofGo, target] = found;
  const named = method ?? ofGo;
  return {...(named !== undefined && {method: named}), target: target!.replace(/[:;]$/, '')};
}

/** Not any address: a sentence of a server may hold that of a page. */
const REQUEST =
  /(?:\b(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|QUERY)|\b(Get|Post|Put|Patch|Delete|Head)(?= "http)|\brequest to|\bfor url:?|endpoint URL:)(?: request for)? ["'`]?(https?:\/\/[^\s'",)]{1,4096}|\/[^\s'",)]{0,4096})/;

/** The frames of requests and urllib3, their locals, those of httpx, and what axios prints of its request. */
const REDIRECTED =
  /, in resolve_redirects\b|self\.urlopen\(method, redirect_location|\b_redirectCount: [1-9]|<Response \[30\d /;

/** Whether a text shows that the failed request followed a redirect. Most errors do not. */
export const showsRedirect = (text: string): boolean => REDIRECTED.test(text);

/** An error that JSON holds has lost what is not enumerable: its code may be in its message, its causes in its stack. */
export function codeIn(message: string): Pick<ErrorShape, 'code' | 'syscall'> {
  const call = SYSTEM_CALL.exec(message);
  if (call !== null) return {syscall: call[1], code: call[2]};
  const named = NAMED_CODE.exec(message)?.[1];
  if (named !== undefined) return {code: named};
  const known = CODES.find(([pattern]) => pattern.test(message));
  return known === undefined ? {} : {code: known[1]};
}

/** The status that a message of an HTTP client names: `429 Rate limit reached`, `Request failed with status code 503`. */
export function statusIn(message: string): number | undefined {
  const found =
    /^([45]\d\d)(?= |$)/.exec(message) ??
    /\b(?:status(?: code)?|(?:Response|Error) code|HTTP(?:\/[\d.]+)?)(?:[:=]|\s){1,3}([45]\d\d)\b/i.exec(message);
  return found === null ? undefined : Number(found[1]);
}

/** What an SDK prints behind the status: the body as JSON, or the sentence of the error. */
export function bodyIn(message: string): unknown {
  const rest = message.replace(/^[45]\d\d /, '');
  if (!rest.startsWith('{')) return rest;
  try {
    return JSON.parse(rest);
  } catch {
    return rest;
  }
}

/** gRPC's errors print their code as a number. */
function numericCode(text: string): number | undefined {
  const digits = /(?:^|[\s{])code: (\d{1,2})(?=[,\s]|$)/m.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

const defined = ({code, syscall}: Pick<ErrorShape, 'code' | 'syscall'>): Pick<ErrorShape, 'code' | 'syscall'> => ({
  ...(code !== undefined && {code}),
  ...(syscall !== undefined && {syscall}),
});
