/** Failures of the transport in the words of Node, which the engine classifies. */
import {failed, type Outcome} from '../core/outcome.ts';

const network = (code: string, more: {readonly syscall?: string; readonly message?: string} = {}): Outcome<never> =>
  failed('network', {code, message: '', ...more});
const whileConnecting = (code: string): Outcome<never> => network(code, {syscall: 'connect'});

export const REFUSED: Outcome<never> = whileConnecting('ECONNREFUSED');
export const UNREACHABLE: Outcome<never> = whileConnecting('EHOSTUNREACH');
export const NETWORK_UNREACHABLE: Outcome<never> = whileConnecting('ENETUNREACH');
/** No connection in time. */
export const CONNECT_TIMEOUT: Outcome<never> = whileConnecting('ETIMEDOUT');
/** No connection, for a reason that the writer does not name. */
export const NO_CONNECTION: Outcome<never> = network('FailedToOpenSocket');
export const NO_NAME: Outcome<never> = network('ENOTFOUND');
export const NAME_SERVER_FAILED: Outcome<never> = network('EAI_AGAIN');
/** The connection broke before the request was sent. */
export const NO_TLS: Outcome<never> = network('ECONNRESET', {
  message: 'Client network socket disconnected before secure TLS connection was established',
});
export const RESET: Outcome<never> = whileOpen('ECONNRESET');
/** The route to the server was lost behind the request. */
export const LOST_ROUTE: Outcome<never> = whileOpen('EHOSTUNREACH');
/** The server closed the connection without an answer, or within one. */
export const CLOSED: Outcome<never> = network('UND_ERR_SOCKET');
export const REFUSED_STREAM: Outcome<never> = network('ERR_HTTP2_STREAM_ERROR', {message: 'NGHTTP2_REFUSED_STREAM'});
export const CALM_DOWN: Outcome<never> = network('ERR_HTTP2_STREAM_ERROR', {message: 'NGHTTP2_ENHANCE_YOUR_CALM'});
export const EXPIRED_CERTIFICATE: Outcome<never> = network('CERT_HAS_EXPIRED');
export const SELF_SIGNED: Outcome<never> = network('SELF_SIGNED_CERT_IN_CHAIN');
export const WRONG_HOST: Outcome<never> = network('ERR_TLS_CERT_ALTNAME_INVALID');
export const UNVERIFIED: Outcome<never> = network('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
export const TLS_FAILED: Outcome<never> = network('EPROTO');
/** The request was sent, and no answer came in time; or nothing is known of how far it came. */
export const TIMED_OUT: Outcome<never> = failed('attempt-timeout', undefined);
export const ABORTED: Outcome<never> = failed('aborted', undefined);
/** Each server answered, and sent the client on. */
export const TOO_MANY_REDIRECTS: Outcome<never> = failed('other', {message: 'redirect count exceeded'});
/** The writer says only that the transport failed. */
export const VAGUE: Outcome<never> = failed('network', {message: 'fetch failed'});

function whileOpen(code: string): Outcome<never> {
  return network(code, {syscall: 'read'});
}
