/** Each format of a log is told apart by itself, and its failures are classified by the engine. */
import {readFileSync} from 'node:fs';
import {inspect} from 'node:util';
import {expect} from 'chai';
import OpenAI from 'openai';
import {pino} from 'pino';
import {deadUrl, LoopbackServer} from '../support/loopback-server.ts';
import {shortly, triaged, triagedOne} from './triaged.ts';

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');

const WINSTON = [
  '1 ? network yellow retry-with-key',
  '3 ? network yellow retry-with-key',
  '4 ? network yellow retry-with-key',
  '6 ? UND_ERR_SOCKET yellow retry-with-key',
  '7 ? attempt timeout yellow retry-with-key',
  '9 ? attempt timeout yellow retry-with-key',
  '10 POST 503 yellow retry-with-key',
  '11 GET attempt timeout yellow retry',
  '12 GET ECONNREFUSED green retry',
  '13 ? 429 rate_limit_exceeded green do-not-retry',
  '14 ? 429 rate_limit_exceeded green do-not-retry',
  '15 ? 429 rate_limit_exceeded green do-not-retry',
  '16 ? network yellow retry-with-key',
  '18 ? network yellow retry-with-key',
  '19 ? attempt timeout yellow retry-with-key',
  '21 ? attempt timeout yellow retry-with-key',
  '22 ? 529 overloaded_error yellow retry-with-key',
  '23 ? 529 overloaded_error yellow retry-with-key',
  '24 ? 529 overloaded_error yellow retry-with-key',
];

describe('triage: formats', () => {
  it('reads what pino 10 and pino-http wrote of fetch, axios, the SDKs and a server', () => {
    expect(triaged(fixture('pino.log')).failures.map(shortly)).to.deep.equal([
      '1 ? not a transient error red fix', // A port that fetch does not allow.
      '2 ? UND_ERR_SOCKET yellow retry-with-key',
      '3 ? attempt timeout yellow retry-with-key',
      '4 GET attempt timeout yellow retry',
      '5 GET ECONNREFUSED green retry',
      '6 ? 429 rate_limit_exceeded green do-not-retry', // 102 s are more than retryAfter.maxMs.
      '7 ? not a transient error red fix',
      '8 ? attempt timeout yellow retry-with-key',
      '9 ? 529 overloaded_error yellow retry-with-key',
      '10 POST 503 yellow retry-with-key',
    ]);
  });

  it('reads what winston 3 wrote of the same, also where a cause was lost', () => {
    expect(triaged(fixture('winston.log')).failures.map(shortly)).to.deep.equal(WINSTON);
  });

  it('reads JSON behind the time and the level of a logger', () => {
    const json = JSON.stringify({
      method: 'GET',
      err: {message: 'connect ECONNREFUSED 127.0.0.1:1', code: 'ECONNREFUSED'},
    });
    expect(shortly(triagedOne(`2026-11-24T10:15:02.000Z ERROR ${json}`))).to.equal('1 GET ECONNREFUSED green retry');
  });

  it('reads the code behind the message where axios has one of its own', () => {
    const err = {name: 'AxiosError', message: 'connect ECONNREFUSED 127.0.0.1:1', code: 'ERR_NETWORK'};
    expect(shortly(triagedOne(JSON.stringify({method: 'POST', err})))).to.equal('1 POST ECONNREFUSED green retry');
  });

  it('reads errors as Node prints them, over many lines', () => {
    expect(triaged(fixture('node.txt')).failures.map(shortly)).to.deep.equal([
      '1 ? UND_ERR_SOCKET yellow retry-with-key',
      '27 ? attempt timeout yellow retry-with-key',
      '35 POST 503 yellow retry-with-key',
      '87 GET attempt timeout yellow retry',
      '138 GET ECONNREFUSED green retry',
      '195 ? 429 rate_limit_exceeded green wait',
      '225 ? attempt timeout yellow retry-with-key',
      '240 ? 529 overloaded_error yellow retry-with-key',
    ]);
  });

  it('reads the system call that Node prints beside the code of an error', () => {
    const POST = "  method: 'POST'\n";
    const sent = (syscall: string): string => {
      const cause = Object.assign(new Error('the peer did not answer'), {code: 'ETIMEDOUT', syscall});
      return triagedOne(`${inspect(new TypeError('fetch failed', {cause}))}\n${POST}`).sent;
    };
    expect([sent('connect'), sent('read')]).to.deep.equal(['not-sent', 'maybe-processed']);
  });

  describe('errors of this machine, logged by pino and printed by Node', () => {
    let server: LoopbackServer;
    before(async () => {
      server = await LoopbackServer.start();
    });
    after(() => server.close());

    const ways: readonly (readonly [string, (error: unknown) => string])[] = [
      [
        'pino',
        error => {
          const lines: string[] = [];
          pino({base: null}, {write: (text: string) => void lines.push(text)}).error({err: error}, 'failed');
          return lines.join('');
        },
      ],
      ['Node', error => inspect(error)],
    ];
    const errors: readonly (readonly [string, string, () => Promise<unknown>])[] = [
      ['a refused connection', 'ECONNREFUSED green', () => deadUrl().then(fetch)],
      ['an unknown name', 'ENOTFOUND green', () => fetch('http://nothing.invalid/')],
      [
        'a broken connection',
        'UND_ERR_SOCKET yellow',
        () => fetch(server.place(response => void response.socket?.end()).url),
      ],
      ['a timeout', 'attempt timeout yellow', () => fetch(server.place('hang').url, {signal: AbortSignal.timeout(20)})],
      ['an abort', 'aborted by the caller red', () => fetch(server.origin, {signal: AbortSignal.abort()})],
      [
        "a 429 of OpenAI's SDK",
        '429 insufficient_quota red',
        () => openAi(server.place({status: 429, body: QUOTA}).url).models.list(),
      ],
    ];
    const openAi = (baseURL: string): OpenAI => new OpenAI({apiKey: 'key', baseURL, maxRetries: 0});
    const QUOTA =
      '{"error":{"message":"You exceeded your quota.","type":"insufficient_quota","code":"insufficient_quota"}}';

    for (const [way, logged] of ways)
      for (const [title, expected, fail] of errors)
        it(`${title}, by ${way}`, async () => {
          const error = await fail().then(
            () => undefined,
            (thrown: unknown) => thrown,
          );
          const {signal, light} = triagedOne(logged(error));
          expect(`${signal} ${light}`).to.equal(expected);
        });
  });

  /** Lines by hand; the comment names what documents the format. */
  const lines: readonly (readonly [title: string, line: string, expected: string])[] = [
    // docs.docker.com: JSON File logging driver.
    [
      'a line of pino in a file of Docker',
      JSON.stringify({
        log: '{"level":50,"req":{"method":"GET","url":"/a"},"res":{"statusCode":503}}\n',
        stream: 'stdout',
        time: '2026-11-24T10:15:02Z',
      }),
      '1 GET 503 yellow retry',
    ],
    // kubernetes.io: the CRI logging format.
    [
      'a line of pino in a file of Kubernetes',
      '2026-11-24T10:15:02.1Z stdout F {"level":50,"req":{"method":"GET","url":"/a"},"res":{"statusCode":429}}',
      '1 GET 429 green wait',
    ],
    // kubernetes.io, as above: an error takes a line for each of its lines.
    [
      'an error in a file of Kubernetes',
      '2026-11-24T10:15:02.1Z stderr F TypeError: fetch failed\n2026-11-24T10:15:02.1Z stderr F     at x\n2026-11-24T10:15:02.1Z stderr F   [cause]: Error: connect ECONNREFUSED 10.0.0.9:443',
      '1 ? ECONNREFUSED green retry',
    ],
    [
      'a line of pino by docker compose',
      'web-1  | {"level":50,"req":{"method":"GET","url":"/a"},"res":{"statusCode":429}}',
      '1 GET 429 green wait',
    ],
    [
      'records in one list',
      JSON.stringify([{level: 30}, {level: 50, req: {method: 'PUT', url: '/a'}, res: {statusCode: 500}}], null, 2),
      '5 PUT 500 yellow retry',
    ],
    [
      'ky by pino',
      '{"level":50,"err":{"type":"HTTPError","message":"Request failed with status code 502 Bad Gateway: PUT https://a.test/x"}}',
      '1 PUT 502 yellow retry',
    ],
    [
      'winston as text',
      'error: call failed: Request failed with status code 503 {"code":"ERR_BAD_RESPONSE"}',
      '1 ? 503 yellow retry-with-key',
    ],
    ['a message without a name', 'warn: connect ECONNREFUSED 10.0.0.9:443', '1 ? ECONNREFUSED green retry'],
    // www.elastic.co: Elastic Common Schema.
    [
      'a line of ECS',
      '{"@timestamp":"2026-11-24T10:15:02Z","log.level":"error","http":{"request":{"method":"PUT"},"response":{"status_code":502}},"url":{"full":"https://a.test/x"}}',
      '1 PUT 502 yellow retry',
    ],
    [
      'ky',
      'HTTPError: Request failed with status code 500 Internal Server Error: GET https://a.test/x',
      '1 GET 500 yellow retry',
    ],
    ['got', 'HTTPError: Response code 404 (Not Found)', '1 ? 404 red fix'],
    [
      'node-fetch',
      'FetchError: request to https://a.test/x failed, reason: connect ECONNREFUSED 10.0.0.9:443',
      '1 ? ECONNREFUSED green retry',
    ],
    ['Node, on an open connection', 'Error: read EHOSTUNREACH', '1 ? EHOSTUNREACH yellow retry-with-key'],
    [
      'Node, on an open connection, printed',
      "TypeError: fetch failed\n  [cause]: Error: write ENETUNREACH {\n    errno: -101,\n    code: 'ENETUNREACH',\n    syscall: 'write'\n  }",
      '1 ? ENETUNREACH yellow retry-with-key',
    ],
    [
      'pino, on an open connection',
      '{"level":50,"err":{"type":"Error","message":"read EHOSTUNREACH","code":"EHOSTUNREACH"}}',
      '1 ? EHOSTUNREACH yellow retry-with-key',
    ],
    [
      'node-fetch, on an open connection',
      'FetchError: request to https://a.test/x failed, reason: read EHOSTUNREACH',
      '1 ? EHOSTUNREACH yellow retry-with-key',
    ],
    ['Python', 'openai.RateLimitError: Error code: 429 - Please try again in 20s', '1 ? 429 green wait'],
    ['grpc-js', 'Error: 14 UNAVAILABLE: Connection dropped', '1 POST UNAVAILABLE yellow retry-with-key'],
    [
      'grpc-js without a connection',
      'Error: 14 UNAVAILABLE: No connection established. Last error: connect ECONNREFUSED',
      '1 POST UNAVAILABLE green retry',
    ],
    [
      'grpc-js on an open connection',
      'Error: 14 UNAVAILABLE: read EHOSTUNREACH',
      '1 POST UNAVAILABLE yellow retry-with-key',
    ],
    [
      'grpc-js, reconnecting',
      'Error: 14 UNAVAILABLE: No connection established. Last error: read EHOSTUNREACH',
      '1 POST UNAVAILABLE green retry',
    ],
    ['grpc-js, a mistake', 'Error: 3 INVALID_ARGUMENT: no name', '1 POST INVALID_ARGUMENT red fix'],
    [
      'grpc-js by pino',
      '{"level":50,"err":{"type":"Error","message":"4 DEADLINE_EXCEEDED: Deadline exceeded after 1s","code":4,"details":"Deadline exceeded after 1s"}}',
      '1 POST DEADLINE_EXCEEDED red do-not-retry',
    ],
    ...[-104, 0, 17].map(
      code =>
        [
          `no error of gRPC, whose codes are 1 to 16: ${code}`,
          `{"level":50,"err":{"type":"Error","message":"read ECONNRESET","code":${code},"details":"reset"}}`,
          '1 ? ECONNRESET yellow retry-with-key',
        ] as [string, string, string],
    ),
    [
      'an error of steadfetch',
      '{"level":50,"err":{"type":"RejectedError","message":"The circuit is open.","code":"CIRCUIT_OPEN"}}',
      '1 ? refused before sending red do-not-retry',
    ],
    // nginx.org: ngx_http_log_module, predefined format "combined"; $upstream_status of ngx_http_upstream_module.
    [
      'nginx, combined',
      '10.0.0.7 - - [24/Nov/2026:10:15:02 +0000] "POST /predict?k=1 HTTP/1.1" 504 167 "-" "curl/8.5.0"',
      '1 POST 504 yellow retry-with-key',
    ],
    [
      'nginx, with more fields',
      '10.0.0.7 - bob [24/Nov/2026:10:15:02 +0000] "GET /a HTTP/2.0" 502 167 "-" "curl/8.5.0" 0.5 "502, 502"',
      '1 GET 502 yellow retry',
    ],
    [
      'nginx, a client that left',
      '10.0.0.7 - - [24/Nov/2026:10:15:02 +0000] "GET /a HTTP/1.1" 499 0 "-" "-"',
      '1 GET aborted by the caller red do-not-retry',
    ],
    // nginx, src/http/ngx_http_upstream.c.
    [
      'nginx, no answer',
      '2026/11/24 10:15:02 [error] 31#31: *17 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 10.0.0.7, server: api, request: "POST /predict HTTP/1.1", upstream: "http://10.0.0.9:8080/predict", host: "api.test"',
      '1 POST attempt timeout yellow retry-with-key',
    ],
    [
      'nginx, no connection',
      '2026/11/24 10:15:02 [error] 31#31: *17 upstream timed out (110: Connection timed out) while connecting to upstream, client: 10.0.0.7, server: api, request: "POST /predict HTTP/1.1", upstream: "http://10.0.0.9:8080/predict", host: "api.test"',
      '1 POST ETIMEDOUT green retry',
    ],
    [
      'nginx, no servers',
      '2026/11/24 10:15:02 [error] 31#31: *17 no live upstreams while connecting to upstream, client: 10.0.0.7, server: api, request: "POST /predict HTTP/1.1", upstream: "http://backend/predict", host: "api.test"',
      '1 POST ECONNREFUSED green retry',
    ],
    [
      'nginx, a limit',
      '2026/11/24 10:15:02 [error] 31#31: *17 limiting requests, excess: 10.200 by zone "api", client: 10.0.0.7, server: api, request: "POST /predict HTTP/1.1", host: "api.test"',
      '1 POST 429 green wait',
    ],
    // www.envoyproxy.io: access logging, default format string and %RESPONSE_FLAGS%.
    ...(
      [
        ['UF', 503, '503 green retry'],
        ['UH', 503, '503 green retry'],
        ['UO', 503, '503 green wait'],
        ['RL', 429, '429 red do-not-retry'],
        ['UC', 503, '503 yellow retry-with-key'],
        ['UT', 504, '504 yellow retry-with-key'],
        ['UR', 503, '503 yellow retry-with-key'],
        ['LR', 503, '503 yellow retry-with-key'],
        ['URX,UF', 503, '503 yellow retry-with-key'],
        ['NR', 404, '404 red fix'],
        ['DC', 0, 'aborted by the caller red do-not-retry'],
      ] as const
    ).map(
      ([flags, status, expected]) =>
        [
          `Envoy, ${flags}`,
          `[2026-11-24T10:15:02.310Z] "POST /predict HTTP/2" ${status} ${flags} 154 0 226 - "10.0.35.28" "curl/8" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "api.test" "10.0.2.1:80"`,
          `1 POST ${expected}`,
        ] as const,
    ),
    // Istio, istio.io: default access log format.
    [
      'Envoy of Istio',
      '[2026-11-24T10:15:02.310Z] "GET /status HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "delayed_connect_error:_111" 0 95 3 - "-" "curl/8" "84961386-6d84-929d-98bd-c5aee93b5c88" "httpbin:8000" "127.0.0.1:80" inbound|8000|| -',
      '1 GET 503 green retry',
    ],
    [
      'our own text',
      'c-1  POST https://a.test/x  attempt 2  ECONNRESET  12 ms  again in 150 ms (backoff)',
      '1 POST ECONNRESET yellow retry-with-key',
    ],
    [
      'our own text of gRPC',
      'c-1  dns:///a.test/shop.Orders/Get  attempt 1  UNAVAILABLE  12 ms  not_retryable: x',
      '1 POST UNAVAILABLE yellow retry-with-key',
    ],
    [
      'our own text of a timeout',
      'c-1  GET https://a.test/x  attempt 1  attempt timeout  12 ms  again in 150 ms (backoff)',
      '1 GET attempt timeout yellow retry',
    ],
  ];
  for (const [title, line, expected] of lines)
    it(`${title}`, () => expect(triaged(line).failures.map(shortly)).to.deep.equal([expected]));

  it('takes nothing for a failure that is none', () => {
    const quiet = [
      '{"level":30,"msg":"started, 0 errors","port":443}',
      '{"level":30,"req":{"method":"GET","url":"/503"},"res":{"statusCode":200},"responseTime":503}',
      '{"level":50,"err":{"type":"TypeError","message":"x is undefined","stack":"TypeError: x is undefined\\n    at y"}}',
      'TypeError: Cannot read properties of undefined',
      '    at y (/app/y.js:1:1)',
      'SyntaxError: Unexpected token',
      '10.0.0.7 - - [24/Nov/2026:10:15:02 +0000] "GET /503 HTTP/1.1" 200 503 "-" "Mozilla/5.0 500 Error"',
      'c-1  GET https://a.test/x  attempt 3  200  3 ms  success',
      'c-1  GET https://a.test/x  attempt 1  superseded  20 ms',
      '2026/11/24 10:15:02 [error] 31#31: *17 open() "/a" failed (2: No such file or directory), client: 10.0.0.7',
    ];
    const {failures, summary} = triaged(quiet.join('\n'));
    expect(failures.map(shortly)).to.deep.equal([]);
    expect(summary.lines).to.equal(quiet.length);
  });

  describe('OTLP JSON', () => {
    const span = (attributes: Record<string, unknown>, more: object = {}): object => ({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      kind: 3,
      startTimeUnixNano: '1795716467141000000',
      attributes: Object.entries(attributes).map(([key, value]) => ({
        key,
        value: typeof value === 'number' ? {intValue: String(value)} : {stringValue: value},
      })),
      ...more,
    });
    const document = (...spans: object[]): object => ({
      resourceSpans: [{resource: {}, scopeSpans: [{scope: {}, spans}]}],
    });
    const http = {'http.request.method': 'POST', 'url.full': 'https://a.test/orders?token=x'};
    const spans = [
      span({...http, 'http.response.status_code': 503, 'http.request.resend_count': 1}),
      span({...http, 'http.response.status_code': 200}),
      span({...http, 'http.response.status_code': 503}, {kind: 2}),
      span(
        {...http, 'error.type': 'ECONNREFUSED'},
        {
          events: [
            {
              name: 'exception',
              attributes: [{key: 'exception.message', value: {stringValue: 'connect ECONNREFUSED 10.0.0.9:443'}}],
            },
          ],
        },
      ),
      span({...http, 'error.type': 'timeout'}),
      span({'rpc.system': 'grpc', 'rpc.service': 'shop.Orders', 'rpc.method': 'Get', 'rpc.grpc.status_code': 14}),
      span({'rpc.system.name': 'grpc', 'rpc.method': 'shop.Orders/Get', 'rpc.response.status_code': 'UNAVAILABLE'}),
      span({'rpc.system.name': 'grpc', 'rpc.method': 'shop.Orders/Get', 'rpc.status_code': 'UNAVAILABLE'}),
    ];
    const expected = [
      'POST 503 yellow retry-with-key',
      'POST ECONNREFUSED green retry',
      'POST attempt timeout yellow retry-with-key',
      'POST UNAVAILABLE yellow retry-with-key',
      'POST UNAVAILABLE yellow retry-with-key',
      'POST UNAVAILABLE yellow retry-with-key',
    ];
    const all = (log: string): string[] => triaged(log).failures.map(each => shortly(each).replace(/^\d+ /, ''));

    it('is read from one document a line', () => {
      expect(all(spans.map(each => JSON.stringify(document(each))).join('\n'))).to.deep.equal(expected);
    });

    it('is read from one document over many lines, in chunks of any size', () => {
      const text = JSON.stringify(document(...spans), null, 2);
      expect(all(text)).to.deep.equal(expected);
      for (const chunk of [1, 7, 100]) expect(triaged(text, undefined, chunk).failures).to.have.length(expected.length);
    });

    it('is read among other lines', () => {
      expect(all(`started\n${JSON.stringify(document(...spans))}\ndone`)).to.deep.equal(expected);
    });

    it('gives the attempt, the time and the trace', () => {
      const [first] = triaged(JSON.stringify(document(...spans))).failures;
      expect(first!.failure).to.include({
        attempt: 2,
        at: 1_795_716_467_141,
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      });
      expect(first!.target).to.equal('https://a.test/orders?token=REDACTED');
    });
  });

  it('takes a key of blanks for none', () => {
    const json = (key: string): string =>
      JSON.stringify({req: {method: 'POST', url: '/a', headers: {'idempotency-key': key}}, res: {statusCode: 503}});
    const har = (value: string): string =>
      JSON.stringify({
        log: {
          version: '1.2',
          entries: [
            {
              startedDateTime: '2026-11-24T10:15:02.000Z',
              request: {method: 'POST', url: 'https://a.test/v1', headers: [{name: 'Idempotency-Key', value}]},
              response: {status: 503, headers: []},
            },
          ],
        },
      });
    const otlp = (stringValue: string): string => {
      const attributes = [
        {key: 'http.request.method', value: {stringValue: 'POST'}},
        {key: 'http.response.status_code', value: {intValue: '503'}},
        {key: 'http.request.header.idempotency-key', value: {arrayValue: {values: [{stringValue}]}}},
      ];
      return JSON.stringify({resourceSpans: [{scopeSpans: [{spans: [{kind: 3, attributes}]}]}]});
    };
    const refusals = (key: string): (string | null)[] =>
      [json, har, otlp].flatMap(log => triaged(log(key)).failures.map(({refusal}) => refusal));
    expect(refusals('k')).to.deep.equal([null, null, null]);
    const gated = 'may-have-acted';
    for (const blank of ['', ' ', '\t']) expect(refusals(blank)).to.deep.equal([gated, gated, gated]);
  });

  it('HAR', () => {
    const entry = (response: object): object => ({
      startedDateTime: '2026-11-24T10:15:02.000Z',
      request: {method: 'POST', url: 'https://a.test/v1', headers: [{name: 'Idempotency-Key', value: 'k'}]},
      response,
    });
    const har = {
      log: {
        version: '1.2',
        entries: [
          entry({status: 200, headers: []}),
          entry({
            status: 429,
            headers: [{name: 'Retry-After', value: '7'}],
            content: {text: '{"error":{"code":"insufficient_quota"}}'},
          }),
          entry({status: 503, headers: []}),
          entry({status: 0, _error: 'net::ERR_CONNECTION_REFUSED'}),
          entry({status: 0, headers: []}),
        ],
      },
    };
    const expected = [
      'POST 429 insufficient_quota red fix',
      'POST 503 yellow retry-with-key',
      'POST ECONNREFUSED green retry',
      'POST network yellow retry-with-key',
    ];
    for (const text of [JSON.stringify(har), JSON.stringify(har, null, 2)]) {
      const {failures} = triaged(text);
      expect(failures.map(each => shortly(each).replace(/^\d+ /, ''))).to.deep.equal(expected);
      expect(failures[1]!.refusal, 'the key is on the request').to.equal(null);
    }
  });
});
