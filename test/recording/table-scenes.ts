/** Tables of what servers, networks and callers can say, and what the engine makes of each: one call a row, one line of the recording. */
import {createFetch, type PolicyInput, type Ports, reportOf} from '../../src/core.ts';
import {guard} from '../../src/function.ts';
import {AT_ONCE} from '../support/policies.ts';
import {type Answer, events, type Script, Server} from './answers.ts';
import {EU, REGIONS} from './failover-scenes.ts';
import {nameOf} from './recorder.ts';
import {type Call, HOME, type Scenes} from './scene.ts';
import {Stage} from './stage.ts';

interface Row extends Call {
  readonly answer?: Answer;
  /** To the second attempt. Default: success. */
  readonly next?: Answer;
}

type Rows = Readonly<Record<string, Row>>;

interface Table {
  readonly rows: Rows;
  readonly policy?: PolicyInput;
  readonly ports?: Ports;
}

const QUIET: PolicyInput = {
  maxAttempts: 2,
  backoff: AT_ONCE,
  retryAfter: {maxMs: 100_000},
  deadlineMs: 200_000,
  attemptTimeoutMs: 1000,
  budget: null,
  breaker: null,
};

/** How each attempt of a call ended, and then the call. */
async function play({rows, policy, ports}: Table, seed: number): Promise<string[]> {
  const stage = new Stage({policy: {...QUIET, ...policy}, seed, detail: 'events'});
  let answers: Answer[] = [];
  const sent: unknown[] = [];
  const script: Script = ({method, host, path, headers: {'x-correlation-id': _, ...headers}}) => {
    sent.push(`${method} ${host}${path}`, ...(Object.keys(headers).length > 0 ? [headers] : []));
    return answers.shift() ?? {};
  };
  const server = new Server(stage, script, false);
  const ends: string[] = [];
  let shown: string | undefined;
  let isWritten = false;
  const fetch = createFetch(stage.handle, {
    ...stage.ports,
    fetch: server.fetch,
    ...ports,
    on: event => {
      if ('call' in event) shown = event.call.url;
      if (event.type === 'call.end' && !isWritten)
        stage.recorder.note('a call as JSON', JSON.parse(JSON.stringify(event.call)));
      isWritten ||= event.type === 'call.end';
      if (event.type === 'attempt.end')
        ends.push(`${event.reason}, ${event.sent}${event.transient ? ', transient' : ''}`);
    },
  });
  const entries = Object.entries(rows);
  return stage.playInTurn(entries.length, async index => {
    const [name, {answer = {}, next = {}, url = HOME, read = textOf, ...init}] = entries[index]!;
    answers = [answer, next];
    let what: string;
    let answered: unknown;
    try {
      const response = await fetch(url, init);
      answered = response;
      what = `${response.status} ${await read(response).catch(nameOf)}`;
    } catch (error) {
      answered = error;
      what = nameOf(error);
    }
    const {reason, waitedMs, retryAfterMs, refusal} = reportOf(answered) ?? {};
    stage.recorder.note(name, {
      url: shown === undefined || url.startsWith(shown) ? undefined : shown,
      ends,
      what,
      reason,
      refusal,
      waitedMs,
      retryAfterMs,
      sent: sent.every(isUsual) ? sent.length : sent,
    });
    shown = undefined;
    ends.length = 0;
    sent.length = 0;
  });
}

const isUsual = (sent: unknown): boolean => /^\w+ api\.test\/items$/.test(String(sent));
const textOf = async (response: Response): Promise<string> => `${(await response.text()).length} bytes`;

const rowsOf = <T>(cases: readonly T[], row: (each: T) => Row): Rows =>
  Object.fromEntries(cases.map(each => [JSON.stringify(each), row(each)]));

const STATUSES = [
  101, 204, 301, 304, 400, 401, 402, 403, 404, 405, 408, 409, 410, 411, 412, 413, 415, 418, 421, 422, 423, 424, 425,
  428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511, 520, 521, 522, 523, 524, 525, 529,
  530, 598, 599,
];

const HEADERS: readonly (readonly [status: number, headers: Record<string, string>])[] = [
  [500, {'idempotent-replayed': 'true'}],
  [500, {'idempotency-replayed': ' True '}],
  [503, {'x-should-retry': 'false'}],
  [400, {'x-should-retry': 'true'}],
  [503, {'stripe-should-retry': 'false'}],
  [400, {'stripe-should-retry': 'true'}],
  [429, {'x-envoy-ratelimited': 'true'}],
  [503, {'x-envoy-overloaded': 'true'}],
  [403, {'x-ratelimit-remaining': ' 0 '}],
  [403, {'x-ratelimit-remaining': '1'}],
  [403, {'retry-after': '2'}],
  [401, {'www-authenticate': 'Bearer'}],
];

const HINTS: readonly Record<string, string>[] = [
  {'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT'},
  {'retry-after': 'Thursday, 01-Jan-26 00:00:31 GMT'},
  {'retry-after': 'Thursday, 01-Jan-99 00:00:31 GMT'},
  {'retry-after': 'Thu Jan  1 00:00:32 2026'},
  {'retry-after': 'Thu, 31 Feb 2026 00:00:30 GMT'},
  {'retry-after': 'Thu, 01 Jan 2026 24:00:30 GMT'},
  {'retry-after': 'Thu, 01 Jan 2026 00:00:60 GMT'},
  {'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT'},
  {'retry-after': '2.5'},
  {'retry-after': '-1'},
  {'retry-after': '1e3'},
  {'retry-after': '61'},
  {'retry-after-ms': '12.5', 'retry-after': '9'},
  {'retry-after-ms': 'x', 'retry-after': '9'},
  {'x-ms-retry-after-ms': '800'},
  {ratelimit: 'limit=100, remaining=0, reset=5'},
  {ratelimit: 'limit=100, remaining=4, reset=5'},
  {ratelimit: '"a";r=0;t=7, "b";r=9;t=50, "c";r=0;t=8'},
  {ratelimit: '"a";r=0;t=7;pk=:YQ==:;ok=?1;w=tok'},
  {ratelimit: '"a";r=0;t=7, broken'},
  {ratelimit: `"${'a'.repeat(1100)}";r=0;t=7`},
  {'x-ratelimit-reset': '1767225615'},
  {'x-ratelimit-reset': '1767225616000'},
  {'x-ratelimit-remaining': '0', 'x-ratelimit-reset-after': '3.5'},
  {'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '4'},
  {'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m3.25s'},
  {'x-ratelimit-remaining-tokens': '0.0', 'x-ratelimit-reset-tokens': '1500ms', 'x-ratelimit-reset-requests': '1h2x'},
  {'anthropic-ratelimit-requests-remaining': '0', 'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:40Z'},
  {'anthropic-ratelimit-tokens-remaining': '0', 'anthropic-ratelimit-tokens-reset': '2026-02-31T00:00:40Z'},
  {'anthropic-ratelimit-tokens-remaining': '0', 'anthropic-ratelimit-tokens-reset': '2026-01-01T01:00:40+01:00'},
];

const ERRORS: readonly (readonly [status: number, body: unknown])[] = [
  [429, {error: {message: 'Please try again in 2 seconds.'}}],
  [429, {error: {message: 'Rate limit reached. Please try again in 1m2.5s.'}}],
  [429, {error: {message: 'retry after 3 minutes'}}],
  [429, [{error: {status: 'RESOURCE_EXHAUSTED', message: 'x'}}]],
  [
    429,
    {error: {details: [{'@type': 'x/google.rpc.RetryInfo', retryDelay: '3s'}, {violations: [{quotaId: 'PerDay'}]}]}},
  ],
  [400, {error: {code: 'rate_limit_exceeded'}}],
  [400, {__type: 'com.amazon#ThrottlingException'}],
  [400, {__type: 'ThrottlingException:http://x/'}],
  [400, {type: 'error', error: {type: 'overloaded_error'}}],
  [402, {error: {type: 'billing_error'}}],
  [403, {error: {code: 'access_terminated'}}],
  [400, {error: {message: 'your credit balance is too low'}}],
  [400, {error: {message: 'Your credit balance is too low to access'}}],
  [400, {__type: 'ServiceQuotaExceededException'}],
  [400, {__type: 'ProvisionedThroughputExceededException'}],
  [408, {__type: 'ModelTimeoutException'}],
  [424, {__type: 'ModelErrorException'}],
  [429, {error: {type: 'server_error'}}],
  [429, {error: {type: 'api_error'}}],
  [429, {error: {message: 'Request too large for x'}}],
  [429, {error: {message: 'You have exceeded token rate limit of your current tier'}}],
  [500, {error: {status: 'INTERNAL'}}],
  [500, {__type: 'InternalServerException'}],
  [503, {error: {status: 'UNAVAILABLE'}}],
  [503, {__type: 'ServiceUnavailableException'}],
  [429, {__type: 'ModelNotReadyException'}],
  [429, {error: 'Model x is overloaded', error_type: 'overloaded'}],
  [429, {error: {code: 'billing_not_active'}}],
  [429, {error: {type: 'rate_limit_error', details: {error_code: 'enforced_spend_limit_reached'}}}],
  [500, {error: {message: 'Loading model'}}],
  [503, {error: {type: 'server_error', code: 'server_is_overloaded'}}],
  [503, {error: 'loading', estimated_time: 20.5}],
  [503, 'is currently loading'],
  [504, {error: {type: 'timeout_error'}}],
  [529, {error: {type: 'permission_error'}}],
];

const withCause = (cause: object): Error =>
  new TypeError('fetch failed', {cause: Object.assign(new Error('inner'), cause)});
const CODES = [
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
const THROWN: Rows = {
  ...rowsOf(CODES, code => ({answer: {throws: {value: withCause({code})}}})),
  ...rowsOf(MESSAGES, message => ({answer: {throws: {value: new TypeError(message)}}})),
  'a cause without a code': {answer: {throws: {value: withCause({})}}},
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

const form = (): FormData => {
  const data = new FormData();
  data.set('a"b', 'line\nbreak');
  return data;
};
const detached = (): ArrayBuffer => {
  const buffer = new ArrayBuffer(4);
  structuredClone(buffer, {transfer: [buffer]});
  return buffer;
};
const post = (body: unknown): Row =>
  ({answer: {status: 503}, method: 'POST', body: body as string, duplex: 'half'}) as Row;
const BODIES = (): Rows => ({
  text: post('text'),
  'too long a text': post('x'.repeat(50)),
  parameters: post(new URLSearchParams({a: '1'})),
  'too many parameters': post(new URLSearchParams({a: 'x'.repeat(50)})),
  bytes: post(new Uint8Array([1, 2, 3])),
  'too many bytes': post(new Uint8Array(50)),
  buffer: post(new ArrayBuffer(4)),
  'Node’s buffer': post(Buffer.from('{"max_tokens":5}')),
  view: post(new DataView(new ArrayBuffer(9), 2, 3)),
  'a detached buffer': post(detached()),
  blob: post(new Blob(['part'])),
  'a blob that is too long': post(new Blob(['x'.repeat(50)])),
  form: post(form()),
  stream: post(new Blob(['part']).stream()),
  'an iterable': post({
    *[Symbol.asyncIterator]() {
      yield Buffer.from('x');
    },
  }),
  'an object': post({a: 1}),
  null: post(null),
});

const URLS = [
  'https://user:word@api.test/items',
  'https://api.test/items?a=1&b=2&&c&token=x#fragment?d=4',
  'https://api.test/items?page=2&shown=https%3A%2F%2Fu%3Ap%40b.test%2F%3Fc%3D1&page=3%263=4',
  'https://api.test/items?%zz=1&page=%zz',
  'https://api.test/items?page=%E0%A4%A&x',
  'https://api.test/items?page=a;b=c&&',
  'https://api.test/go/https://user:word@b.test/?next=//x',
];

const ASKED = [
  '{"max_tokens":50}',
  '{"max_completion_tokens":70,"max_tokens":50}',
  '{"max_output_tokens":"60"}',
  '{"generationConfig":{"maxOutputTokens":30}}',
  '{"inferenceConfig":{"maxTokens":20}}',
  '{"parameters":{"max_new_tokens":10}}',
  '{"options":{"num_predict":-1}}',
  `{"image":"${'A'.repeat(2100)}"}`,
  '{"max_tokens":',
  '[1]',
  '"max_tokens"',
];

const content = {choices: [{index: 0, delta: {content: 'Hi'}}]};
const framed = (...chunks: string[]): Row => ({answer: {...events(), body: chunks}, method: 'POST', body: '{}'});
const STREAMS: Rows = {
  'carriage returns': framed('data: {"choices":[]}\r\rdata: {"error":{"type":"api_error"}}\r\r'),
  'both, split between chunks': framed(
    'data: {"choices":[]}\r',
    '\n\r',
    '\ndata: {"error":',
    '{"type":"api_error"}}\r\n\r\n',
  ),
  'a carriage return at the end of a chunk': framed('data: {"error":{"type":"overloaded_error"}}\r', '\r'),
  'a byte order mark': framed('\ufeffdata: {"error":{"type":"api_error"}}\n\n'),
  'data in several lines': framed('data: {"error":\ndata: {"type":"rate_limit_error"}}\n\n'),
  'fields without values, ids, retries and comments': framed(
    ':c\nid: 1\nretry: 5\ndata\nevent\n\n',
    `data: ${JSON.stringify(content)}\n\n`,
  ),
  'an event without an end': framed('data: {"error":{"type":"api_error"}}'),
  'an event without an end, and a line': framed('data: {"error":{"type":"api_error"}}\n'),
  'an event in single bytes': framed(...'data: {"error":{"type":"api_error"}}\n\n'),
  'an error as a text': framed('data: {"error":"busy"}\n\n'),
  'an announcement that is nested deep': framed(
    `data: {"choices":${'['.repeat(9)}${']'.repeat(9)}}\n\n`,
    'data: {"error":{"type":"api_error"}}\n\n',
  ),
  'one that is nested too deep': framed(
    `data: {"choices":${'['.repeat(12)}${']'.repeat(12)}}\n\n`,
    'data: {"error":{"type":"api_error"}}\n\n',
  ),
  'an empty error': framed('data: {"error":""}\n\n', 'event: error\ndata: {}\n\n'),
  'an error of Google': framed('data: [{"error":{"code":503}}]\n\n'),
  'errors that are not transient': framed('data: {"error":{"type":"invalid_request_error"}}\n\n'),
  'a status in digits': framed('data: {"error":{"code":"504","message":"x"}}\n\n'),
  'announcements of Anthropic': framed(
    'event: message_start\ndata: {"type":"message_start","message":{"content":[]}}\n\n',
    'data: {"type":"content_block_start","content_block":{"type":"text","text":""}}\n\n',
    'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":""}}\n\n',
    'data: {"type":"error","error":{"type":"overloaded_error"}}\n\n',
  ),
  'a tool call of Anthropic': framed(
    'data: {"type":"content_block_start","content_block":{"type":"tool_use","name":"x"}}\n\n',
    'data: {"type":"error","error":{"type":"overloaded_error"}}\n\n',
  ),
  'announcements of OpenAI': framed(
    'data: {"type":"response.created","response":{"output":[]}}\n\n',
    'data: {"type":"response.output_item.added","item":{"type":"message","id":"1","content":[]}}\n\n',
    'data: {"type":"response.content_part.added","part":{"type":"output_text","text":""}}\n\n',
    'data: {"type":"response.output_text.delta","delta":""}\n\n',
    'data: {"type":"keepalive"}\n\n',
    'data: {"type":"response.failed","response":{"error":{"code":"server_is_overloaded"}}}\n\n',
  ),
  'announcements of Google and Cohere': framed(
    'data: {"candidates":[{"index":0,"content":{"role":"model","parts":[]}}]}\n\n',
    'data: {"usageMetadata":{"promptTokenCount":5}}\n\n',
    'data: {"type":"message-start","delta":{"message":{"role":"assistant","content":[]}}}\n\n',
    'data: {"type":"content-start","delta":{"message":{"content":{"type":"text","text":""}}}}\n\n',
    'data: {"error":{"status":"UNAVAILABLE"}}\n\n',
  ),
};

const STREAM_CODES = [
  ...['insufficient_quota', 'billing_error', 'enforced_spend_limit_reached', 'rate_limit_exceeded', 'slow_down'],
  ...['rate_limit_error', 'ThrottlingException', 'SlowDown', 'TooManyRequestsException', 'server_is_overloaded'],
  ...['overloaded_error', 'overloaded', 'server_error', 'api_error', 'timeout_error', 'ModelTimeoutException'],
  ...['ModelErrorException', 'ModelStreamErrorException', 'InternalServerException', 'invalid_request_error'],
  ...['authentication_error', 'permission_error', 'not_found_error', 'request_too_large', 'ValidationException'],
  ...['AccessDeniedException', 'ModelNotReadyException', 'ServiceUnavailableException', 'unknown_error'],
];

/** A place, and one beside it. */
const SITES = [
  ['https://eu.shop.test', 'https://us.shop.test'],
  ['https://eu.shop.co.uk', 'https://eu.other.co.uk'],
  ['https://10.0.0.1', 'https://10.0.0.2'],
  ['https://[::1]', 'https://[::2]'],
  ['https://shop', 'https://other'],
] as const;
const elsewhere = (home: string, away: string): PolicyInput => ({
  endpoints: [
    {name: 'home', origin: home},
    {name: 'away', origin: away, rank: 1},
  ],
});
const CARRIED: readonly Call[] = [
  {headers: {accept: 'x', 'user-agent': 'x', traceparent: '00-1', 'x-trace-id': '1'}},
  {headers: {authorization: 'Bearer x'}},
  {headers: {'x-api-key': 'x'}},
  {headers: {cookie: 'a=b'}},
  {headers: {host: 'x', 'x-own': '1'}},
];

const tables: Readonly<Record<string, Table>> = {
  'statuses of a GET': {rows: rowsOf(STATUSES, status => ({answer: {status}}))},
  'statuses of a POST with a key': {
    rows: rowsOf([401, 403, 409, 422, 425, 500, 503], status => ({
      answer: {status},
      method: 'POST',
      headers: {'idempotency-key': 'mine'},
    })),
    policy: {idempotency: {}, retryOn: [409, 422, 503]},
    ports: {prepareAttempt: () => {}},
  },
  'statuses of a POST without a key': {
    rows: rowsOf([401, 408, 421, 425, 429, 500, 503, 529], status => ({answer: {status}, method: 'POST'})),
  },
  'answers after a failure': {
    rows: {
      'a key in use': {
        method: 'POST',
        headers: {'idempotency-key': 'mine'},
        answer: {status: 503},
        next: {status: 409},
      },
      'a key used before': {
        method: 'POST',
        headers: {'idempotency-key': 'mine'},
        answer: {status: 503},
        next: {status: 422},
      },
      'another failure': {answer: {status: 503}, next: {status: 429, headers: {'retry-after': '1'}}},
      'an early failure twice': {answer: {status: 425}, next: {status: 425}},
      'a refused connection after a redirect': {method: 'POST', answer: {status: 429, isRedirected: true}},
      'a request that timed out after a redirect': {method: 'POST', answer: {status: 408, isRedirected: true}},
      'a forbidden rate': {answer: {status: 403, headers: {'retry-after': '1'}}, next: {status: 403}},
    },
    policy: {maxAttempts: 3, retryOn: [403, 429, 503, 'network']},
  },
  'bodies of errors': {
    rows: rowsOf(ERRORS, ([status, body]) => ({
      answer: {status, body: JSON.stringify(body), headers: {'content-type': 'application/json'}},
      method: 'POST',
    })),
    policy: {refusals: {}, idempotentMethods: ['POST'], retryAfter: {maxMs: 100_000}},
  },
  'paid attempts': {
    rows: {
      ...rowsOf(CODES.slice(9, 16), code => ({answer: {throws: {value: withCause({code})}}})),
      ...rowsOf([408, 429, 500, 504, 524], status => ({answer: {status}})),
    },
    policy: {paid: {}, attemptTimeoutMs: null},
  },
  'triggers by group': {
    rows: rowsOf([400, 403, 499, 500, 501, 505, 511, 512, 599], status => ({answer: {status}})),
    policy: {retryOn: ['4xx', '5xx']},
  },
  'headers that decide': {rows: rowsOf(HEADERS, ([status, headers]) => ({answer: {status, headers}}))},
  hints: {rows: rowsOf(HINTS, headers => ({answer: {status: 429, headers}}))},
  'thrown by the fetch': {rows: THROWN},
  'thrown by the fetch of a POST': {
    rows: rowsOf(CODES.slice(0, 18), code => ({answer: {throws: {value: withCause({code})}}, method: 'POST'})),
  },
  'only timeouts are retried': {
    rows: rowsOf(CODES.slice(8, 16), code => ({answer: {throws: {value: withCause({code})}}})),
    policy: {retryOn: ['timeout']},
  },
  URLs: {rows: rowsOf(URLS, url => ({url})), policy: {queryAllowList: ['page', 'shown', 'token']}},
  'streams of events': {rows: STREAMS, policy: {stream: {}, refusals: {}, idempotentMethods: ['POST']}},
  'errors of streams by their code': {
    rows: rowsOf(STREAM_CODES, code => ({answer: events({error: {code, type: code}}), method: 'POST', body: '{}'})),
    policy: {stream: {}, refusals: {}, idempotentMethods: ['POST']},
  },
  'streams that are late': {
    rows: {
      'a GET': {answer: events(300)},
      'a POST': {answer: events(300), method: 'POST'},
    },
    policy: {stream: {firstContentMs: 100}, retryOn: [503]},
  },
  'tokens that bodies ask for': {
    rows: rowsOf(ASKED, body => ({method: 'POST', body})),
    policy: {quota: {limits: [{unit: 'tokens', max: 60, perMs: 100}], maxWaitMs: 1000}},
  },
};

/** Each pair of sites is a policy of its own. */
const siteTables = Object.fromEntries(
  SITES.map(([home, away]) => [
    `what goes from ${home} elsewhere`,
    {
      rows: rowsOf([...CARRIED, {url: `${home}/?page=1&token=x;y=2`}, {url: `${home}/?secret`}], call => ({
        answer: {status: 503},
        next: {status: 500},
        url: `${home}/`,
        ...call,
      })),
      policy: {
        ...elsewhere(home, away),
        failover: {sharedKeys: true},
      },
    },
  ]),
);

const scenes = (from: number, named: Readonly<Record<string, Table>>): Scenes =>
  Object.fromEntries(Object.entries(named).map(([name, table], index) => [name, () => play(table, from + index)]));

export const tableScenes: Scenes = {
  ...scenes(2400, {...tables, ...siteTables}),
  // Made anew: a body can be read once.
  'bodies that are sent': () =>
    play({rows: BODIES(), policy: {replayLimitBytes: 20, idempotentMethods: ['POST']}}, 2450),
  'translations that are wrong': () => {
    const wrong = wrongTranslations();
    return play(
      {
        rows: rowsOf(
          [
            {path: 'x'},
            {path: '//evil.test/'},
            {body: 5},
            {body: [1, 2]},
            {headers: {'Idempotency-Key': 'x'}},
            {headers: {'x-a': null, 'x-b': '1'}},
            {},
          ],
          each => ({
            url: EU,
            headers: {'x-a': '1'},
            method: 'PUT',
            body: 'x',
            answer: {status: 503},
            resilience: {'x-case': each},
          }),
        ),
        policy: {endpoints: REGIONS!, failover: {sharedKeys: true, headers: ['x-a']}},
        ports: {translate: () => wrong.shift()},
      },
      2460,
    );
  },
  'what functions return': functions,
};

const wrongTranslations = (): object[] => [
  {path: 'x'},
  {path: '//evil.test/'},
  {body: 5},
  {body: Buffer.from('new')},
  {headers: {'Idempotency-Key': 'x'}},
  {headers: {'x-a': null, 'x-b': '1'}},
  Promise.resolve({}),
];

/** Usage that corrects a quota, and errors of other clients. */
async function functions(): Promise<string[]> {
  const quota = {limits: [{unit: 'tokens', max: 1000, perMs: 60_000}]} as const;
  const stage = new Stage({policy: {...QUIET, quota}, seed: 2470, detail: 'events'});
  const call = guard(stage.handle, {...stage.ports, on: undefined, observer: null, name: 'shop'} as object);
  const circular: Record<string, unknown> = {};
  circular.usage = circular;
  const values: readonly unknown[] = [
    {usage: {input_tokens: 5, output_tokens: 7, cache_creation_input_tokens: 2}},
    {body: {usageMetadata: {promptTokenCount: 4, candidatesTokenCount: 3, thoughtsTokenCount: 9}}},
    {prompt_eval_count: 6, eval_count: 8},
    {usage: {}},
    {usage: null},
    circular,
    'text',
    null,
  ];
  const thrown: readonly unknown[] = [
    {status: 503},
    {statusCode: 429, headers: {'retry-after': '1'}},
    {response: {status: 500, headers: new Headers({'retry-after-ms': '20'})}},
    Object.assign(new Error('x'), {code: 'ECONNRESET'}),
    new Error('x'),
    'text',
    null,
  ];
  const inner = ([1, 2] as const).map(maxAttempts =>
    createFetch(
      {...QUIET, maxAttempts},
      {...stage.ports, fetch: async () => new Response(null, {status: 503}), observer: null},
    ),
  );
  const calls = values.length + thrown.length + inner.length;
  return stage.playInTurn(calls, async index => {
    const value = await call(
      (_signal, {attempt}) => {
        if (index >= values.length + thrown.length) return inner[index - values.length - thrown.length]!(HOME);
        if (index >= values.length && attempt === 1) throw thrown[index - values.length];
        return values[index];
      },
      {idempotent: true, tokens: {inputTokens: 20, outputTokens: 30}},
    ).catch(nameOf);
    stage.recorder.note(`call ${index + 1}`, {
      value: typeof value === 'string' ? value : typeof value,
      quotas: stage.handle.snapshot(stage.clock.now()).origins[0]?.quotas,
    });
  });
}
