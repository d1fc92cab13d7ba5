/**
 * What a log does not say is never taken for safe: an earlier try of a proxy or of a redirect, a connection that was open, the request that an error
 * belongs to, the headers of an answer. Each line is in the format of its writer; the values are made up.
 */
import {expect} from 'chai';
import {triaged} from './triaged.ts';

/** `POST 503 maybe-processed yellow medium`. */
const read = (log: string): string[] =>
  triaged(log).failures.map(({method, signal, sent, light, confidence}) =>
    [method ?? '?', signal, sent, light, confidence].join(' '),
  );

const missingOf = (log: string): string =>
  triaged(log)
    .failures.map(({missing}) => missing.join('; '))
    .join('\n');

type Case = readonly [title: string, log: string, ...expected: string[]];

function reads(cases: readonly Case[]): void {
  for (const [title, log, ...expected] of cases) it(`reads ${title}`, () => expect(read(log)).to.deep.equal(expected));
}

const haproxy = (times: string, end: string): string =>
  `10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web api/s1 ${times} 0/0 "POST /charge HTTP/1.1"`.replace('END', end);

describe('triage: earlier tries of HAProxy', () => {
  reads([
    [
      'an answer that the proxy refused as malformed',
      haproxy('0/0/1/-1/5 502 209 - - PH-- 1/1/0/0/0', ''),
      'POST 502 maybe-processed yellow medium',
    ],
    [
      'a body that the proxy refused as malformed',
      haproxy('0/0/1/2/5 502 209 - - PD-- 1/1/0/0/0', ''),
      'POST 502 maybe-processed yellow medium',
    ],
    [
      'a request that a rule of the proxy denied',
      haproxy('0/-1/-1/-1/0 429 188 - - PR-- 1/1/0/0/0', ''),
      'POST 429 not-processed green high',
    ],
    ...['-1', '-6', '-1001'].map(
      (connect): Case => [
        `a second server without a connection, Tc ${connect}`,
        haproxy(`0/1/${connect}/-1/1 503 217 - - SC-- 1/1/0/0/+1`, ''),
        'POST 503 maybe-processed yellow medium',
      ],
    ),
    [
      'the same server, tried three times more',
      haproxy('0/0/-1/-1/3003 503 217 - - SC-- 1/1/0/0/3', ''),
      'POST 503 maybe-processed yellow medium',
    ],
    [
      'an answer after a redispatch that alone is harmless',
      haproxy('0/1/0/3/4 429 217 - - ---- 1/1/0/0/+1', ''),
      'POST 429 maybe-processed yellow medium',
    ],
    [
      'a server without a connection, asked once',
      haproxy('0/0/-1/-1/3 503 217 - - SC-- 1/1/0/0/0', ''),
      'POST 503 not-sent green high',
    ],
  ]);

  it('names the tries that are not logged', () =>
    expect(missingOf(haproxy('0/1/-1/-1/1 503 217 - - SC-- 1/1/0/0/+1', ''))).to.include('earlier tries of the proxy'));
});

const envoy = (end: string): string =>
  `[2026-11-24T10:15:02.000Z] "POST /charge HTTP/1.1" ${end} - "-" 10 91 5 - "-" "curl/8" "id-1" "pay.test" "10.0.0.9:80"`;

describe('triage: earlier tries of Envoy', () => {
  reads([
    [
      'a connection that ended within the answer',
      envoy('503 UF upstream_reset_after_response_started{connection_termination}'),
      'POST 503 maybe-processed yellow medium',
    ],
    [
      'the same in JSON',
      '{"method":"POST","path":"/charge","response_code":503,"response_flags":"UF","response_code_details":"upstream_reset_after_response_started{connection_termination}","start_time":"2026-11-24T10:15:02.310Z"}',
      'POST 503 maybe-processed yellow medium',
    ],
    [
      'a connection that was not made, after retries',
      envoy('503 UF,URX upstream_reset_before_response_started{remote_connection_failure}'),
      'POST 503 maybe-processed yellow medium',
    ],
    [
      'a connection that was not made',
      envoy('503 UF upstream_reset_before_response_started{remote_connection_failure}'),
      'POST 503 not-sent green high',
    ],
    [
      'the text of its answer after retries',
      'HTTP 503: upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused',
      '? ECONNREFUSED maybe-processed yellow low',
    ],
    [
      'an answer of 200 whose connection ended within the body',
      envoy('200 UC upstream_reset_after_response_started{connection_termination}'),
      'POST UND_ERR_SOCKET maybe-processed yellow medium',
    ],
  ]);
});

const nginx = (connection: number, message: string, server = '10.0.0.8:80', path = '/charge'): string =>
  `2026/11/24 10:15:02 [error] 29#29: *${connection} ${message}, client: 10.0.0.7, server: shop.test, request: "POST ${path} HTTP/1.1", upstream: "http://${server}${path}", host: "shop.test"`;
const READING = 'upstream timed out (110: Connection timed out) while reading response header from upstream';
const REFUSED = 'connect() failed (111: Connection refused) while connecting to upstream';

describe('triage: tries of nginx', () => {
  reads([
    [
      'a server that timed out, then one that refused, as one request',
      [nginx(19, READING), nginx(20, REFUSED, '10.0.0.9:80', '/other'), nginx(19, REFUSED, '10.0.0.9:80')].join('\n'),
      'POST attempt timeout maybe-processed yellow medium',
      'POST ECONNREFUSED not-sent green medium',
    ],
    [
      'a server that refused, then one that timed out, as one request',
      [nginx(19, REFUSED), nginx(19, READING, '10.0.0.9:80')].join('\n'),
      'POST attempt timeout maybe-processed yellow medium',
    ],
    [
      'the same server again as the next request of that connection',
      [nginx(19, READING), nginx(19, READING)].join('\n'),
      'POST attempt timeout maybe-processed yellow medium',
      'POST attempt timeout maybe-processed yellow medium',
    ],
    [
      'a remark on a server as no failure of its own',
      [
        nginx(3, READING),
        nginx(3, 'upstream server temporarily disabled while reading response header from upstream').replace(
          '[error]',
          '[warn]',
        ),
      ].join('\n'),
      'POST attempt timeout maybe-processed yellow medium',
    ],
    [
      'a list of servers of which the first may have acted, in the access log',
      '10.0.0.7 - - [24/Nov/2026:10:15:02 +0000] "POST /charge HTTP/1.1" 429 157 "-" "curl/8" "504, 429"',
      'POST 429 maybe-processed yellow medium',
    ],
    [
      'a header that is too large',
      nginx(3, 'upstream sent too big header while reading response header from upstream'),
      'POST 502 maybe-processed yellow medium',
    ],
    [
      'an answer that is not HTTP',
      nginx(3, 'upstream sent no valid HTTP/1.0 header while reading response header from upstream'),
      'POST 502 maybe-processed yellow medium',
    ],
    [
      'a request that broke off on its way',
      nginx(3, 'writev() failed (32: Broken pipe) while sending request to upstream'),
      'POST UND_ERR_SOCKET maybe-processed yellow medium',
    ],
    [
      'a lost route of an open connection',
      nginx(3, 'recv() failed (113: No route to host) while reading response header from upstream'),
      'POST UND_ERR_SOCKET maybe-processed yellow medium',
    ],
    [
      'a handshake that failed',
      nginx(3, 'SSL_do_handshake() failed (SSL: error:0A000410:SSL routines) while SSL handshaking to upstream'),
      'POST EPROTO maybe-processed red high',
    ],
    [
      'a name that is not known',
      nginx(3, 'host not found in upstream "pay.svc"'),
      'POST ENOTFOUND not-sent green medium',
    ],
    [
      'a body above its limit',
      nginx(3, 'client intended to send too large body: 10485761 bytes'),
      'POST 413 maybe-processed red high',
    ],
  ]);

  it('counts an error behind nginx in other words as not read, and none of its files', () => {
    const file = nginx(3, 'open() "/srv/favicon.ico" failed (2: No such file or directory)');
    const {failures, summary} = triaged(`${nginx(3, 'upstream did something unknown')}\n${file}\n`);
    expect(failures).to.deep.equal([]);
    expect(summary.unread).to.equal(1);
  });

  it('names what it assumes of servers that answered before', () =>
    expect(missingOf(nginx(3, REFUSED))).to.include('answers of other servers'));
});

describe('triage: failures of an open connection in the words of a connect', () => {
  const TIMED_OUT = '? attempt timeout maybe-processed yellow low';
  const LOST = '? EHOSTUNREACH maybe-processed yellow low';
  const cases: readonly (readonly [log: string, expected: string])[] = [
    ['Read error (Connection timed out) in headers.', TIMED_OUT],
    ['java.net.SocketException: Connection timed out (Read failed)', TIMED_OUT],
    ['java.net.SocketException: Connection timed out (Write failed)', TIMED_OUT],
    ['java.net.SocketException: No route to host (Read failed)', LOST],
    ['System.IO.IOException: Unable to read data from the transport connection: Connection timed out.', TIMED_OUT],
    ['redis.exceptions.TimeoutError: Error 110 while writing to socket. Connection timed out.', TIMED_OUT],
    ['psycopg2.OperationalError: could not receive data from server: Connection timed out', TIMED_OUT],
    ["requests.exceptions.ConnectionError: ('Connection aborted.', OSError(113, 'No route to host'))", LOST],
    ['Post "https://a.test/x": read tcp 10.0.0.7:5->10.0.0.9:443: read: no route to host', LOST.replace('?', 'POST')],
  ];
  for (const [log, expected] of cases)
    it(log, () =>
      expect(read(log)).to.deep.equal([expected.replace(/low$/, log.startsWith('Post') ? 'medium' : 'low')]),
    );

  for (const log of [
    'java.net.ConnectException: Connection timed out (Connection timed out)',
    'redis.exceptions.TimeoutError: Error 110 connecting to a.test:6379. Connection timed out.',
    'Post "https://a.test/x": dial tcp 10.0.0.9:443: connect: connection timed out',
  ])
    it(`${log}, of a connect`, () => expect(read(log).join()).to.match(/ETIMEDOUT not-sent green high$/));
});

describe('triage: answers that broke off', () => {
  const axios = {code: 'ERR_BAD_RESPONSE', config: {method: 'post', url: 'https://a.test/x'}};
  reads([
    [
      "aiohttp's own number for a truncated answer",
      "aiohttp.client_exceptions.ClientPayloadError: Response payload is not completed: <ContentLengthError: 400, message='Not enough data to satisfy content length header.'>",
      '? UND_ERR_SOCKET maybe-processed yellow low',
    ],
    [
      'the same in one line',
      "2026-11-24 10:15:02,213 - app - ERROR - POST failed: <TransferEncodingError: 400, message='Not enough data to satisfy transfer length header.'>",
      '? UND_ERR_SOCKET maybe-processed yellow low',
    ],
    [
      "aiohttp's own number for an answer that is not HTTP",
      `ERROR POST failed: ClientResponseError: 400, message="Bad status line: Expected HTTP/", url='https://a.test/x'`,
      '? UND_ERR_SOCKET maybe-processed yellow low',
    ],
    [
      'a 400 of the server, as aiohttp prints it',
      "aiohttp.client_exceptions.ClientResponseError: 400, message='Bad Request', url='https://a.test/x'",
      '? 400 maybe-processed red high',
    ],
    [
      'axios, by pino',
      JSON.stringify({level: 50, err: {type: 'AxiosError', message: 'stream has been aborted', ...axios}}),
      'POST ECONNRESET maybe-processed yellow medium',
    ],
    [
      'axios, by winston',
      JSON.stringify({
        level: 'error',
        message: 'stream has been aborted',
        name: 'AxiosError',
        isAxiosError: true,
        ...axios,
        request: {res: {statusCode: 200}},
        stack: 'AxiosError: stream has been aborted\n    at IncomingMessage.handlerStreamAborted (http.js:1:1)',
      }),
      'POST ECONNRESET maybe-processed yellow medium',
    ],
    [
      'axios, by its message alone',
      '2026-11-24T10:15:02Z ERROR payment failed: stream has been aborted',
      '? ECONNRESET maybe-processed yellow low',
    ],
  ]);
});

describe('triage: messages of errors behind a level', () => {
  for (const [message, expected] of [
    ['other side closed', '? UND_ERR_SOCKET maybe-processed yellow low'],
    ['terminated', '? network maybe-processed yellow low'],
    ['The server aborted pending request', '? ECONNRESET maybe-processed yellow low'],
    ["Timeout awaiting 'request' for 1500ms", '? ETIMEDOUT maybe-processed yellow low'],
    ["Timeout awaiting 'connect' for 800ms", '? UND_ERR_CONNECT_TIMEOUT not-sent green high'],
    ['The operation was aborted.', '? aborted by the caller maybe-processed red medium'],
    ['Parse Error: Expected HTTP/', '? HPE_INVALID_CONSTANT maybe-processed red high'],
    ['malformed HTTP response "x"', '? UND_ERR_SOCKET maybe-processed yellow low'],
    ['14 UNAVAILABLE: try later', 'POST UNAVAILABLE maybe-processed yellow medium'],
    ['13 INTERNAL: broken', 'POST INTERNAL maybe-processed red high'],
    ['10 ABORTED: conflict', 'POST ABORTED maybe-processed red high'],
    ['16 UNAUTHENTICATED: who', 'POST UNAUTHENTICATED maybe-processed red high'],
    ['2 UNKNOWN: what', 'POST UNKNOWN maybe-processed red high'],
  ] as const)
    it(message, () => expect(read(`2026-11-24T10:15:02Z ERROR call failed: ${message}`)).to.deep.equal([expected]));

  it('does not read a number and a name that do not belong together', () =>
    expect(read('2026-11-24T10:15:02Z ERROR 13 UNAVAILABLE: what').join()).not.to.include('UNAVAILABLE'));
});

describe('triage: who aborted', () => {
  const aborted = (frames: string): string => `AbortError: The operation was aborted.\n${frames}\n`;
  reads([
    [
      "node-fetch's abort by AbortSignal.timeout()",
      aborted(
        '    at abortSignal (node:internal/abort_controller:370:10)\n    at Timeout._onTimeout (node:internal/abort_controller:127:7)',
      ),
      '? attempt timeout maybe-processed yellow low',
    ],
    [
      'the same by winston',
      JSON.stringify({
        level: 'error',
        message: 'The operation was aborted.',
        stack: aborted('    at listOnTimeout (node:internal/timers:581:17)'),
      }),
      '? attempt timeout maybe-processed yellow low',
    ],
    [
      'an abort in a function of the caller',
      aborted('    at AbortController.abort (node:internal/abort_controller:1:1)\n    at stop (app.js:1:1)'),
      '? aborted by the caller maybe-processed red high',
    ],
    [
      'an abort without a stack, less sure',
      'AbortError: The operation was aborted.',
      '? aborted by the caller maybe-processed red medium',
    ],
  ]);
});

describe('triage: timeouts under other names', () => {
  reads([
    [
      "S3's RequestTimeout, by boto3",
      'botocore.exceptions.ClientError: An error occurred (RequestTimeout) when calling the PutObject operation: Idle too long',
      '? attempt timeout maybe-processed yellow low',
    ],
    [
      'the same by the SDK for JavaScript',
      '{"level":"error","method":"PUT","err":{"name":"RequestTimeout","message":"Idle too long","$metadata":{"httpStatusCode":400}}}',
      'PUT attempt timeout maybe-processed yellow high',
    ],
    [
      'ESOCKETTIMEDOUT',
      '{"level":"error","method":"GET","err":{"code":"ESOCKETTIMEDOUT","connect":false}}',
      'GET attempt timeout maybe-processed yellow high',
    ],
    [
      'a timeout of got, which prints the codes that it would retry',
      "RequestError: Timeout awaiting 'request' for 1500ms\n    at x (y.js:1:1) {\n  code: 'ETIMEDOUT',\n  options: {\n    retry: {\n      errorCodes: [\n        'ENETUNREACH',\n        'ECONNREFUSED'\n      ]\n    }\n  }\n}",
      '? ETIMEDOUT maybe-processed yellow low',
    ],
  ]);
});

describe('triage: the wait that the server asked for', () => {
  const waitOf = (log: string): number | undefined => triaged(log).failures[0]?.nextWait?.minMs;
  const answer = (headers: string): string =>
    `{"level":"error","method":"GET","url":"/m","response":{"status":503,"headers":${headers}}}`;

  for (const [title, log, expected] of [
    ['headers as a list of pairs', answer('[["date","x"],["Retry-After","20"]]'), 20_000],
    ['headers as a flat list', answer('["date","x","Retry-After","20"]'), 20_000],
    [
      'the headers that Node prints with an error of axios',
      "AxiosError: Request failed with status code 503\n    at settle (settle.js:1:1) {\n  response: {\n    status: 503,\n    headers: Object [AxiosHeaders] {\n      'retry-after': '7',\n      date: 'Tue, 24 Nov 2026 10:15:02 GMT'\n    }\n  }\n}",
      7000,
    ],
    [
      'a date among printed headers, from the date of the answer on',
      "AxiosError: Request failed with status code 429\n    at settle (settle.js:1:1) {\n      'retry-after': 'Tue, 24 Nov 2026 10:15:32 GMT',\n      date: 'Tue, 24 Nov 2026 10:15:02 GMT'\n}",
      30_000,
    ],
  ] as const)
    it(`is read in ${title}`, () => expect(waitOf(log)).to.equal(expected));

  for (const status of [429, 503])
    it(`makes a ${status} without headers less sure, and they are named`, () => {
      const log = `{"method":"GET","url":"/a","status":${status},"body":{"error":{"message":"later"}}}`;
      expect(read(log).join()).to.match(/medium$/);
      expect(missingOf(log)).to.include('headers (no Retry-After assumed)');
    });

  it('is asked by headers that are shown, or by none', () => {
    expect(missingOf(answer('{"date":"x"}'))).not.to.include('headers');
    expect(missingOf('{"method":"GET","url":"/a","status":500}')).not.to.include('headers');
  });
});

describe('triage: the request of an error beside that which a server handles', () => {
  const inbound = {id: 7, method: 'GET', url: '/checkout', remoteAddress: '10.0.0.7'};
  const line = (fields: object): string => JSON.stringify({level: 50, pid: 1, hostname: 'h', req: inbound, ...fields});
  const config = {method: 'post', url: 'https://pay.test/charge'};
  const failed = line({err: {type: 'AxiosError', message: 'read ECONNRESET', code: 'ECONNRESET', config}});
  const answer = line({res: {statusCode: 500}, err: {type: 'Error', message: 'failed with status code 500'}});

  it('is that of the configuration', () => {
    const [found] = triaged(failed).failures;
    expect([found?.method, found?.target, found?.light]).to.deep.equal(['POST', 'https://pay.test/charge', 'yellow']);
  });

  reads([
    [
      'an answer of the other server',
      line({err: {type: 'AxiosError', message: 'Request failed with status code 503', status: 503, config}}),
      'POST 503 maybe-processed yellow medium',
    ],
    [
      'the request in the message',
      JSON.stringify({
        level: 'error',
        req: {method: 'GET', url: '/checkout'},
        err: {message: 'Post "https://pay.test/charge": read: connection reset by peer'},
      }),
      'POST ECONNRESET maybe-processed yellow medium',
    ],
    [
      'an error that does not name its request',
      line({err: {type: 'Error', message: 'socket hang up', code: 'ECONNRESET'}}),
      '? ECONNRESET maybe-processed yellow low',
    ],
    [
      'an error beside a request that can be either',
      '{"level":"error","req":{"method":"GET","url":"/checkout"},"err":{"message":"socket hang up","code":"ECONNRESET"}}',
      'GET ECONNRESET maybe-processed yellow medium',
    ],
    ['the answer of the server to its client', answer, 'GET 500 maybe-processed yellow medium'],
    [
      'a failure and the answer that it led to, as one',
      `${failed}\n${answer}`,
      'POST ECONNRESET maybe-processed yellow medium',
    ],
    [
      'an answer to another request beside the failure',
      `${failed}\n${answer.replace('"id":7', '"id":8')}`,
      'POST ECONNRESET maybe-processed yellow medium',
      'GET 500 maybe-processed yellow medium',
    ],
  ]);
});

describe('triage: a connection that was not made after a redirect', () => {
  const refused = {message: 'connect ECONNREFUSED 10.0.0.9:443', code: 'ECONNREFUSED'};
  const axios = (count: number): string =>
    JSON.stringify({level: 50, method: 'POST', err: {...refused, request: {_redirectable: {_redirectCount: count}}}});
  const traceback = (frame: string): string =>
    `Traceback (most recent call last):\n  File "/a/x.py", line 1, in ${frame}\nConnectionRefusedError: [Errno 111] Connection refused`;
  reads([
    ['axios', axios(1), 'POST ECONNREFUSED maybe-processed yellow medium'],
    ['axios without a redirect', axios(0), 'POST ECONNREFUSED not-sent green high'],
    [
      'what Node prints of axios',
      "AxiosError: connect ECONNREFUSED 10.0.0.9:443\n    at x (y.js:1:1) {\n  code: 'ECONNREFUSED',\n  request: {\n    _redirectCount: 2\n  }\n}",
      '? ECONNREFUSED maybe-processed yellow low',
    ],
    ['requests', traceback('resolve_redirects\n    resp = self.send('), '? ECONNREFUSED maybe-processed yellow low'],
    [
      'urllib3',
      traceback('urlopen\n    return self.urlopen(method, redirect_location, **kw)'),
      '? ECONNREFUSED maybe-processed yellow low',
    ],
    ['a traceback without a redirect', traceback('send\n    self.connect()'), '? ECONNREFUSED not-sent green high'],
    [
      'the frames that structlog lists',
      JSON.stringify({
        level: 'error',
        method: 'POST',
        event: 'call failed: [Errno 111] Connection refused',
        exception: [{exc_type: 'ConnectError', frames: [{locals: {history: '[<Response [307 Temporary Redirect]>]'}}]}],
      }),
      'POST ECONNREFUSED maybe-processed yellow medium',
    ],
  ]);

  it('names the server that redirected', () => expect(missingOf(axios(1))).to.include('the server that redirected'));
});

describe('triage: what is no failure, and what is one', () => {
  for (const log of [
    'level=info msg="connection timeout configured" timeout=30s status=200',
    '2026-11-24T10:15:02Z INFO retryable errors: ECONNRESET, ETIMEDOUT, ECONNREFUSED',
  ])
    it(`takes nothing from ${log}`, () => {
      const {failures, summary} = triaged(log);
      expect([failures.length, summary.unread]).to.deep.equal([0, 0]);
    });

  it('counts a traceback of which Docker holds each line as a string once', () => {
    const lines = [
      'Traceback (most recent call last):',
      '  File "/a/x.py", line 1, in send',
      '    raise error',
      'ConnectionResetError: [Errno 104] Connection reset by peer',
      '',
      'During handling of the above exception, another exception occurred:',
      '',
      'Traceback (most recent call last):',
      '  File "/a/y.py", line 1, in call – über',
      "requests.exceptions.ConnectionError: ('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))",
    ].map(line => JSON.stringify({log: `${line}\n`, stream: 'stderr', time: '2026-11-24T10:15:02.1Z'}));
    expect(read(lines.join('\n'))).to.deep.equal(['? ECONNRESET maybe-processed yellow low']);
  });
});
