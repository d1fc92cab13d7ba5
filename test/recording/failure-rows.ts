/** What the fetch of each runtime throws. */
import {type Rows, rowsOf} from './table.ts';

export const withCause = (cause: object): Error =>
  new TypeError('fetch failed', {cause: Object.assign(new Error('inner'), cause)});
export const CODES: readonly string[] = [
  ...[
    'ENOTFOUND',
    'EAI_AGAIN',
    'ECONNREFUSED',
    'EHOSTUNREACH',
    'ENETDOWN',
    'EADDRNOTAVAIL',
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
  ],
  ...[
    'ETIMEDOUT',
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_SOCKET',
    'UND_ERR_HEADERS_TIMEOUT',
    'UND_ERR_BODY_TIMEOUT',
    'UND_ERR_CLOSED',
  ],
  ...['UND_ERR_DESTROYED', 'ConnectionRefused', 'ConnectionClosed', 'FailedToOpenSocket', 'ERR_STREAM_PREMATURE_CLOSE'],
  ...['ERR_HTTP2_STREAM_ERROR', 'ERR_HTTP2_SESSION_ERROR', 'ERR_HTTP2_GOAWAY_SESSION', 'CERT_HAS_EXPIRED', 'EPROTO'],
  ...[
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ],
  ...['HPE_INVALID_CONSTANT', 'ERR_INVALID_URL', 'UND_ERR_INVALID_ARG', 'EMFILE', 'E_SECRET_4711', 'odd'],
];
const MESSAGES = [
  'Failed to fetch',
  'Failed to fetch (api.test)',
  'NetworkError when attempting to fetch resource.',
  'Load failed',
  'Network Error',
  'a network error',
  'network error',
  'The network connection was lost.',
  'Network connection lost',
  'Network request failed',
  'A network error occurred.',
  'error sending request for url',
  'terminated',
  'fetch failed',
  'something else',
];
export const THROWN: Rows = {
  ...rowsOf(CODES, code => ({answer: {throws: {value: withCause({code})}}})),
  ...rowsOf(MESSAGES, message => ({answer: {throws: {value: new TypeError(message)}}})),
  'a cause without a code': {answer: {throws: {value: withCause({})}}},
  'a cause without a message': {
    answer: {throws: {value: new TypeError('fetch failed', {cause: {code: 'ECONNRESET'}})}},
  },
  'a cause with neither': {answer: {throws: {value: new TypeError('fetch failed', {cause: {status: 500}})}}},
  'a cause of undici': {answer: {throws: {value: new TypeError('fetch failed', {cause: new Error('bad port')})}}},
  'a cause of llhttp': {answer: {throws: {value: new TypeError('fetch failed', {cause: new Error('Parse Error: x')})}}},
  'several addresses, none connected': {
    answer: {
      throws: {
        value: withCause({
          errors: [
            {code: 'ECONNREFUSED', syscall: 'connect'},
            {code: 'ETIMEDOUT', syscall: 'connect'},
          ],
        }),
      },
    },
  },
  'several addresses, one reset': {
    answer: {
      throws: {value: withCause({errors: [{code: 'ECONNREFUSED', syscall: 'connect'}, {code: 'ECONNRESET'}, null]})},
    },
  },
  'several addresses, one unknown': {
    answer: {throws: {value: withCause({errors: [{code: 'ECONNREFUSED'}, {code: 'EMFILE'}]})}},
  },
  'a stream refused by HTTP/2': {
    answer: {
      throws: {
        value: withCause({
          code: 'ERR_HTTP2_STREAM_ERROR',
          message: 'Stream closed with error code NGHTTP2_REFUSED_STREAM',
        }),
      },
    },
  },
  'calm asked for by HTTP/2': {
    answer: {throws: {value: withCause({code: 'ERR_HTTP2_STREAM_ERROR', message: 'code NGHTTP2_ENHANCE_YOUR_CALM'})}},
  },
  'no TLS yet': {
    answer: {
      throws: {
        value: withCause({
          code: 'ECONNRESET',
          message: 'Client network socket disconnected before secure TLS connection was established',
        }),
      },
    },
  },
  'a timeout of the fetch': {answer: {throws: {value: new DOMException('slow', 'TimeoutError')}}},
  'an abort of the fetch': {answer: {throws: {value: new DOMException('stopped', 'AbortError')}}},
  'a text': {answer: {throws: {value: 'text'}}},
  nothing: {answer: {throws: {value: undefined}}},
  'an error whose fields throw': {
    answer: {
      throws: {
        value: new Proxy(new Error('x'), {
          get: (target, key) => {
            if (key === 'cause') throw new Error('no cause');
            return Reflect.get(target, key);
          },
        }),
      },
    },
  },
};
