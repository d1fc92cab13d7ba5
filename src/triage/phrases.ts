/**
 * How the clients of other languages word a failure of the transport. The first phrase that fits counts, so what says that nothing was sent comes
 * before what says only that the call failed.
 *
 * @see Go net, net/http, crypto/tls; java.net, OkHttp, Apache HttpClient; curl, libcurl-errors; requests, urllib3, httpx, aiohttp, botocore; .NET
 * HttpClient; Ruby Net::HTTP, Faraday; Guzzle; reqwest, hyper; Apache httpd mod_proxy
 */
import type {Outcome} from '../core/outcome.ts';
import * as transport from './transport.ts';

export interface PhraseReading {
  readonly outcome: Outcome<never>;
  readonly isVague?: true;
}

/** Before the words of a failure: the connection was open. wget, libpq, hiredis, requests, .NET, Java, Go, nginx, curl. */
const OPEN = String.raw`(?:\b(?:Read|Write) error (?:at byte [\d/]{1,40} )?\(|\bwhile (?:reading|writing|sending|proxying|receiving)\b|could not (?:receive|send) data\b|Connection aborted\.['"], |from the transport connection|to the transport connection|\b(?:io\.IOException|net\.SocketException): |\b(?:read|write): |\b(?:Recv|Send) failure: )`;
/** The same behind them. */
const BEHIND = String.raw`(?: \((?:Read|Write|recv|send) failed\)|\)? while (?:reading|sending|proxying))`;
const UNREACHABLE = '(?:[Nn]o route to host|[Nn]etwork is unreachable)';

const PHRASES: readonly (readonly [pattern: RegExp, outcome: Outcome<never>])[] = [
  // Certificates: refused before the request was sent.
  [/certificate (?:has expired|expired)|certificate is expired|CertificateExpired/i, transport.EXPIRED_CERTIFICATE],
  [/self[- ]signed certificate|unknown authority/i, transport.SELF_SIGNED],
  [
    /certificate is (?:not )?valid for|subject name .{1,99}does not match|hostname mismatch|No subject alternative/i,
    transport.WRONG_HOST,
  ],
  [
    /CERTIFICATE_VERIFY_FAILED|x509: |certificate verify failed|SSL certificate problem|PKIX path|SSLCertVerification|issuer certificate|remote certificate (?:is|was) (?:invalid|rejected)|InvalidCertificate|invalid peer certificate|[Tt]he certificate of \S{1,253} (?:is not trusted|doesn't have a known issuer)/,
    transport.UNVERIFIED,
  ],
  // Names.
  [
    /[Tt]emporary failure in name resolution|gaierror: \[Errno -3\]|\blookup \S{1,253}[^\n]{0,60}(?:i\/o timeout|server misbehaving)/,
    transport.NAME_SERVER_FAILED,
  ],
  [
    /no such host|gaierror: \[Errno -[258]\]|Name does not resolve|[Nn]ame or service not known|nodename nor servname|UnknownHost|[Cc]ould not resolve|[Uu]nable to resolve host|NameResolutionError|[Ff]ailed to resolve|[Nn]ame resolution failed|DNS resolution failed|getaddrinfo\b[^\n]{0,20}failed|No address associated with|No such host is known|dns error|failed to lookup address|:nxdomain/,
    transport.NO_NAME,
  ],
  // What a connection that was open has in the words of a connect.
  [new RegExp(`${OPEN}[^\\n]{0,60}timed out|timed out${BEHIND}`), transport.TIMED_OUT],
  [new RegExp(`${OPEN}[^\\n]{0,60}${UNREACHABLE}|${UNREACHABLE}${BEHIND}`), transport.LOST_ROUTE],
  // aiohttp raises them with a status of its own.
  [/\b(?:ContentLength|TransferEncoding|ContentEncoding|ClientPayload)Error\b/, transport.CLOSED],
  // The server answered, and not in HTTP.
  [/\bBad ?[Ss]tatus ?[Ll]ine\b|\bmalformed HTTP (?:response|status|version)/, transport.CLOSED],
  // Every redirect was followed, up to the limit of the client.
  [
    /\bTooManyRedirects\b|stopped after \d{1,4} redirects|[Mm]aximum (?:number of )?redirects|redirect count exceeded/,
    transport.TOO_MANY_REDIRECTS,
  ],
  // Connecting.
  [
    /(?<!API)Connect(?:ion)?Timeout\w*|(?<!Error: \[Errno 110\] )[Cc]onnect(?:ion)? timed? ?out|Connection timeout (?:to host|after)|ConnectTimeoutException|dial \w{3,6} [^\n]{0,160}(?:timeout|timed out|deadline exceeded)|failed to connect to [^\n]{0,200}after \d+ ?ms|new connection: \[Errno 110\]|TLS handshake timeout|timed out while connecting|Net::OpenTimeout|Faraday::ConnectionFailed[^\n]{0,20}execution expired|error trying to connect: [^\n]{0,80}timed out/,
    transport.CONNECT_TIMEOUT,
  ],
  [/[Nn]o route to host|NoRouteToHost|EHOSTUNREACH|[Hh]ost (?:is )?unreachable/, transport.UNREACHABLE],
  [/[Nn]etwork is unreachable|ENETUNREACH|network unreachable/, transport.NETWORK_UNREACHABLE],
  [
    /[Cc]onnection refused|ECONNREFUSED|actively refused|ConnectionRefused|connection_refused|:econnrefused|no live upstreams/,
    transport.REFUSED,
  ],
  [
    /dial (?:tcp|udp|unix) |Failed to establish a new connection|Cannot connect to (?:host|proxy)|All connection attempts failed|[Cc]ould(?: not|n't) connect to|[Uu]nable to connect to|[Ff]ailed to (?:open TCP )?connect(?:ion)?(?: to|\b)|(?:net\.|Annotated)ConnectException|HttpHostConnectException|error trying to connect|tcp connect error|failed to connect to all addresses|reset reason: (?:local )?connection failure|\{(?:local[ _])?connection[ _]failure|Cannot assign requested address/,
    transport.NO_CONNECTION,
  ],
  [
    /SSL_ERROR_SYSCALL|SSL_connect: |handshake (?:was )?(?:aborted|interrupted)|terminated the handshake|during (?:the )?(?:TLS|SSL) handshake|unable to establish SSL connection/i,
    transport.NO_TLS,
  ],
  [
    /WRONG_VERSION_NUMBER|wrong version number|does not look like a TLS|alert (?:handshake failure|protocol version)|handshake_failure|SSLHandshakeException|UNSUPPORTED_PROTOCOL|tls: (?:handshake|protocol)/,
    transport.TLS_FAILED,
  ],
  // Streams of HTTP/2.
  [/REFUSED_STREAM/, transport.REFUSED_STREAM],
  [/ENHANCE_YOUR_CALM/, transport.CALM_DOWN],
  // Time.
  [
    /[Rr]ead timed? ?out|ReadTimeout|WriteTimeout|PoolTimeout|timeout (?:awaiting|while awaiting|exceeded)|Client\.Timeout|i\/o timeout|(?:SocketTimeout|HttpTimeout|ServerTimeout|ServerTimeoutError|TimeoutException|APITimeout)\w*|HttpClient\.Timeout|[Oo]peration (?:timed? ?out|was aborted due to timeout)|[Rr]equest (?:has )?timed? ?out|\btimed out\b|context deadline exceeded|deadline has elapsed|\bTimedOut\b|cURL error 28|\basyncio\.(?:exceptions\.)?TimeoutError|^(?:\w+\.)*TimeoutError$|Errno::ETIMEDOUT|ETIMEDOUT|reason: :timeout|timeout specified has expired|timeout of \d+ ?ms|Faraday::TimeoutError|timeout: (?:global|call)/m,
    transport.TIMED_OUT,
  ],
  // The caller.
  [
    /context canceled|\bCancelledError\b|[Rr]equest (?:was aborted|aborted by the client)|client disconnected|Canceled(?:Exception)?\b|(?:operation|request|task) was cancell?ed/,
    transport.ABORTED,
  ],
  // Open connections.
  [
    /reset by (?:peer|remote)|ECONNRESET|[Cc]onnection reset|ConnectionReset|Recv failure|forcibly closed|stream (?:was )?reset|INTERNAL_ERROR; received from peer/,
    transport.RESET,
  ],
  [
    /[Cc]onnection aborted|RemoteDisconnected|Remote end closed|Server ?[Dd]isconnected|[Bb]roken pipe|EPIPE|[Uu]nexpected end of (?:stream|file)|[Pp]remature (?:EOF|end)|NoHttpResponse|failed to respond|server closed idle connection|\bEOF(?:Exception|Error)?$|\bend of file reached|unexpected EOF|[Ii]nvalid (?:byte in |character in )?chunk (?:length|size)|Not enough data for satisfy|malformed chunked encoding|Empty reply|No data received|[Pp]eer closed connection|IncompleteRead|incomplete chunked read|ChunkedEncodingError|RemoteProtocolError|GOAWAY|ended prematurely|prematurely closed|received no bytes|[Cc]onnection (?:was |is )?(?:closed|lost|dropped|terminated|shut ?down)|ConnectionClosed|connection closed before message completed|transfer closed with|error reading status line|UNEXPECTED_EOF|EOF occurred in violation|upstream connect error|\bConnectionTerminated\b|[Ss]ocket (?:is )?closed|Software caused connection abort/m,
    transport.CLOSED,
  ],
  // curl's code says how the transfer ended where its words are in another language, or of its own. @see libcurl-errors
  [/\bcurl(?: error|:) \(?[56]\)?[: ]/i, transport.NO_NAME],
  [/\bcurl(?: error|:) \(?7\)?[: ]/i, transport.NO_CONNECTION],
  [/\bcurl(?: error|:) \(?28\)?[: ]/i, transport.TIMED_OUT],
  [/\bcurl(?: error|:) \(?35\)?[: ]/i, transport.NO_TLS],
  [/\bcurl(?: error|:) \(?(?:16|18|52|55|56|92|95)\)?[: ]/i, transport.CLOSED],
];

/** What says only that the transport failed. */
const VAGUE =
  /\bURLError\b|(?:Request|Connect|Connection|Transport|Network|Http(?:Request)?|APIConnection)(?:Error|Exception|Failed)\b(?!\w)|error sending request|An error occurred while sending the request|\bfetch failed\b|RequestFailed/;

/** Text from here on is not looked at. */
const LONGEST = 65_536;

/** @returns Null where no phrase fits. */
export function phraseIn(text: string): PhraseReading | null {
  const looked = text.slice(0, LONGEST);
  const found = PHRASES.find(([pattern]) => pattern.test(looked));
  return found === undefined ? null : {outcome: found[1]};
}

/** What a phrase says, where nothing else is known of an error that a client names. */
export const vaguePhraseIn = (text: string): PhraseReading | null =>
  VAGUE.test(text.slice(0, LONGEST)) ? {outcome: transport.VAGUE, isVague: true} : null;
