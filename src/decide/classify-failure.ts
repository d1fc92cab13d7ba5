/**
 * Classifies failures of the transport.
 *
 * The table is measured, not guessed: for each way a connection can break, what fetch throws, and whether the server had
 * read the request. ECONNRESET and UND_ERR_SOCKET look the same before and after the server worked, so they are yellow.
 */

import {type Classification, final, green, red, unlisted, yellow} from './classification.ts';
import {type FailureFacts, readFailure, type Tried} from './failure-facts.ts';
import type {Transients} from './transients.ts';

/** No route or no listener. Of a read or a write they end a connection that was open. */
const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL']);
/** The request never left: no name, no connection. */
const NOT_SENT = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_SOCKET_CONNECTION_TIMEOUT',
  'UND_ERR_CLOSED',
  'ConnectionRefused',
  'FailedToOpenSocket',
]);
/** The connection was open and broke: the server may have acted. */
const MAYBE_PROCESSED = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  // Also of requests that were under way when a program destroyed its dispatcher.
  'UND_ERR_DESTROYED',
  // A proxy closed a tunnel; a server reset a stream of HTTP/2.
  'UND_ERR_PRX_CONN',
  'UND_ERR_INFO',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_GOAWAY_SESSION',
  'ERR_HTTP2_STREAM_CANCEL',
  'ConnectionClosed',
  'STREAM_INCOMPLETE',
]);
/** undici's own limits; Node's fetch waits 300 s for headers. */
export const TIMEOUT_CODES: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
/** OpenSSL's verification errors (X509_V_ERR_*), and Node's own about names. */
const CERTIFICATE =
  /^(CERT_|CRL_|ERR_TLS_CERT_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)|INVALID_(CA|PURPOSE)$|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)/;

/** OpenSSL's errors of a connection, such as a server without TLS, or one without a common version, cipher or protocol. */
const TLS = /^(ERR_SSL_|EPROTO$)/;

/** Whether TLS failed: by the certificate of the server, or else perhaps after the handshake. A retry at the same server fails the same way. */
export function tlsFailure(error: unknown): boolean {
  const code = readFailure(error).codes[0] ?? '';
  return CERTIFICATE.test(code) || TLS.test(code);
}

const NOT_TRANSIENT = 'not a transient error';

export function classifyNetworkFailure(error: unknown, transients: Transients): Classification {
  const facts = readFailure(error);
  const found = byCode(facts);
  const isListed = TIMEOUT_CODES.has(facts.codes[0] ?? '') ? transients.timeout : transients.network;
  return isListed ? found : unlisted(found);
}

/** The error is not a transport failure: a mistake in the request, or in the user's own code. */
export function classifyMistake(error: unknown): Classification {
  return red(readFailure(error).codes[0] ?? NOT_TRANSIENT, 'maybe-processed');
}

function byCode(facts: FailureFacts): Classification {
  const {tried, codes, message} = facts;
  const code = codes[0];
  // A browser reports only that the request failed.
  if (code === undefined) return facts.looksLikeNetwork ? yellow('network') : red(NOT_TRANSIENT, 'maybe-processed');
  if (CERTIFICATE.test(code)) return final(code, 'not-sent');
  // Several addresses were tried (happy eyeballs): the least safe failure decides.
  if (!tried.every(isTransient)) return red(code, 'maybe-processed');
  if (tried.every(isUnsent)) return green(code, 'not-sent');
  if (message.includes('before secure TLS connection was established')) return green(code, 'not-sent');
  // RFC 9113 §8.7: refused streams were not processed. undici reports this in the message only.
  if (message.includes('NGHTTP2_REFUSED_STREAM')) return green('REFUSED_STREAM', 'not-processed');
  // It asks for less, and says nothing of what was processed.
  if (message.includes('NGHTTP2_ENHANCE_YOUR_CALM')) return yellow('ENHANCE_YOUR_CALM', {throttled: true});
  return yellow(code);
}

const isUnsent = ({code, connecting, connected}: Tried): boolean =>
  connecting || NOT_SENT.has(code) || (UNREACHABLE.has(code) && !connected);

/** Also what no list has, such as EMFILE, while it connects. */
const isTransient = ({code, connecting}: Tried): boolean => connecting || isTransientCode(code);

/** Whether a code is one of the transport: a closed list. */
export const isTransientCode = (code: string): boolean =>
  NOT_SENT.has(code) || UNREACHABLE.has(code) || MAYBE_PROCESSED.has(code) || TIMEOUT_CODES.has(code);
