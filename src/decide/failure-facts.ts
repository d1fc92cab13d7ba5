/** Reads what was thrown without trusting it: errors of other realms, frozen ones, ones whose getters throw. */

import {SteadfetchError} from '../core/errors.ts';
import {isObject} from '../core/unknown-value.ts';

export interface FailureFacts {
  /** The failed address, or each address that was tried. Empty if no error has a code. */
  readonly tried: readonly Tried[];
  /** Their codes, as far as they have any. */
  readonly codes: readonly string[];
  /** Message of the innermost error. May carry URLs and secrets: for matching only, never to be shown. */
  readonly message: string;
  /** A runtime's way of saying "the network failed" without a code. */
  readonly looksLikeNetwork: boolean;
}

export interface Tried {
  /** Empty where others have a code and this one has none. */
  readonly code: string;
  /** It failed while it connected, so nothing was sent. */
  readonly connecting: boolean;
  /** It failed on an open connection, so the request may have been sent. */
  readonly connected: boolean;
}

/**
 * The messages of each runtime's fetch when the transport failed and the error has no details: Chromium's (of late with the host; the fifth while a
 * body is read), Firefox's, Safari's, workerd's, React Native's, WebKit's and Bun's on it, Deno's, undici's (the last where its cause was lost).
 */
const NETWORK_MESSAGE =
  /^(?:Failed to fetch( \(.+\))?|NetworkError when attempting to fetch resource\.?|Load failed( \(.+\))?|The Internet connection appears to be offline\.|network error|The network connection was lost\.|Network connection lost\.?|Network request failed| ?A network error occurred\.|error sending request.*|terminated|fetch failed)$/i;

/**
 * How codes of Node, undici, OpenSSL and Bun are written, and the code of an event stream that ended too early. Anyone can put a `code` on an error, and into it what they like;
 * ours end up in reasons, spans and logs, so only these are read.
 */
const CODE =
  /^(E[A-Z]{2,}(_[A-Z]+)?|(ERR|UND_ERR|HPE|CERT|CRL|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|HOSTNAME|INVALID|PATH_LENGTH)_[A-Z0-9_]{2,40}|ERR_SSL_[A-Z0-9_/]{2,60}|Connection(Refused|Closed)|FailedToOpenSocket|STREAM_INCOMPLETE)$/;
/** Codes of mistakes in the program: nothing was sent, so they say nothing about the server's health. */
const MISTAKE = /^(UND_)?ERR_(INVALID_|MISSING_|NOT_SUPPORTED|OUT_OF_RANGE|REQ_CONTENT_LENGTH_MISMATCH|UNKNOWN_)/;

/**
 * The causes with which undici's fetch refuses a request or a response itself (lib/web/fetch/index.js of undici 8). The network did not
 * fail, and a retry would end the same way.
 */
const REFUSED_BY_UNDICI =
  /^(local URLs only|bad port|invalid method|not impl.*|unknown scheme|cors failure|blocked|unexpected redirect|only if cached|proxy auth.*|integrity .*|(request|redirect) mode .*|(URL|about) scheme .*|failed to fetch the data URL|Range start .*|redirect count .*|cross origin .*|URL cannot .*)$/;
/** llhttp, where its code was lost. */
const MALFORMED_RESPONSE = /^Parse Error/;

/** The system calls before a connection is open: `queryA` and the like ask for a name. */
const OPENS = /^(connect|bind|getaddrinfo|query[A-Z]\w*)$/;
/** How Node words the failure of an open connection. node-fetch 2 keeps only these words. */
const OPEN_CONNECTION = /\b(read|write|shutdown) E[A-Z]{4}/;

/** The fields of an error. */
type Facts = Readonly<Record<string, unknown>>;

const NOTHING: FailureFacts = {tried: [], codes: [], message: '', looksLikeNetwork: false};

export function readFailure(error: unknown): FailureFacts {
  try {
    if (!isObject(error)) return NOTHING;
    const inner = isInformative(error.cause) ? error.cause : error;
    const each = Array.isArray(inner.errors) ? inner.errors.map(readTried) : [];
    const whole = readTried(inner.code ? inner : error);
    const tried = each.some(hasCode) ? each : [whole].filter(hasCode);
    const message = String(inner.message ?? '');
    return {
      tried,
      codes: tried.filter(hasCode).map(({code}) => code),
      message,
      looksLikeNetwork: NETWORK_MESSAGE.test(message) || failedWithoutCode(error, inner, message),
    };
  } catch {
    return NOTHING;
  }
}

/** Whether the error is how a fetch reports a transport failure, and not a mistake in the request or in the user's own code. */
export function isNetworkFailure(error: unknown): boolean {
  const {codes, looksLikeNetwork} = readFailure(error);
  return codes.length > 0 ? !MISTAKE.test(codes[0]!) : looksLikeNetwork;
}

/** A cause with a code or a message. The cause that msw gives `fetch failed` is a Response, which has neither. */
const isInformative = (cause: unknown): cause is Facts =>
  isObject(cause) && (typeof cause.code === 'string' || typeof cause.message === 'string');

/**
 * undici's `fetch failed` because of an error without a code. A socket's errors have one; nock's replyWithError and undici's MockAgent report
 * the error of the test as it is, and a tunnel that a proxy refused is a DOMException with the code 0. Other kinds of errors (TypeError, RangeError)
 * are mistakes in a program.
 */
function failedWithoutCode(outer: Facts, {name, code}: Facts, message: string): boolean {
  return (
    outer.message === 'fetch failed' &&
    name === 'Error' &&
    !code &&
    !REFUSED_BY_UNDICI.test(message) &&
    !MALFORMED_RESPONSE.test(message)
  );
}

function readTried(error: unknown): Tried {
  const {code, syscall, erroredSysCall, message} = isObject(error) ? error : {};
  const call = syscall ?? erroredSysCall; // The latter is node-fetch's.
  const connecting = OPENS.test(String(call));
  return {
    code: typeof code === 'string' && CODE.test(code) ? code : '',
    connecting,
    connected: typeof call === 'string' ? !connecting : OPEN_CONNECTION.test(String(message)),
  };
}

const hasCode = ({code}: Tried): boolean => code !== '';

/** The kind of a transport's error. The timeout of a custom fetch is recognized by the name of its error. */
export function failureKind(error: unknown): 'network' | 'attempt-timeout' | 'hook' | 'other' {
  if (error instanceof SteadfetchError && error.code === 'TRANSLATE_FAILED') return 'hook';
  if (isNetworkFailure(error)) return 'network';
  try {
    return (error as {name?: unknown} | null)?.name === 'TimeoutError' ? 'attempt-timeout' : 'other';
  } catch {
    return 'other'; // Its getter threw.
  }
}
