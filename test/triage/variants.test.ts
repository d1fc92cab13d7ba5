/** Lines as people quote them, as other programs prefix them, and in the formats that users give to their proxies. The values are made up. */
import {expect} from 'chai';
import {triaged} from './triaged.ts';

const read = (log: string): string[] =>
  triaged(log).failures.map(({method, signal, sent, light, decision}) =>
    [method ?? '?', signal, sent, light, decision].join(' '),
  );

const CASES: Readonly<Record<string, readonly (readonly [title: string, log: string, ...expected: string[]])[]>> = {
  'the error log of nginx': [
    [
      'without its time: a server that did not answer',
      '[error] 7#7: *12 upstream timed out (110: Connection timed out) while reading response header from upstream, client: 10.0.0.7, server: a.test, request: "POST /predict HTTP/1.1", upstream: "http://10.0.0.9:80/predict", host: "a.test"',
      'POST attempt timeout maybe-processed yellow retry-with-key',
    ],
    [
      'the message alone',
      'upstream timed out (110: Connection timed out) while reading response header from upstream, client: 10.0.0.7, server: _, request: "GET /a HTTP/1.1",',
      'GET attempt timeout maybe-processed yellow retry',
    ],
    [
      'behind syslog: a connection that was not made',
      'Nov 24 10:15:02 web nginx: 2026/11/24 10:15:02 [error] 7#7: *12 upstream timed out (110: Connection timed out) while connecting to upstream, client: 10.0.0.7, server: , request: "POST /a HTTP/1.1"',
      'POST ETIMEDOUT not-sent green retry',
    ],
  ],
  HAProxy: [
    [
      'a server that broke off within a body, without any other mark',
      '10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web~ api/s1 1/0/0/5/2511 200 5607 - - SD-- 7/7/1/1/0 0/0 "GET /a.js HTTP/2.0"',
      'GET UND_ERR_SOCKET maybe-processed yellow retry',
    ],
    [
      'a client that left within a body',
      '10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web~ api/s1 1/0/0/5/2511 200 5607 - - CD-- 7/7/1/1/0 0/0 "GET /a.js HTTP/2.0"',
      'GET aborted by the caller maybe-processed red do-not-retry',
    ],
    [
      'a client that stopped reading',
      '10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web~ api/s1 1/0/0/5/61084 200 5607 - - cD-- 7/7/1/1/0 0/0 "GET /a.js HTTP/2.0"',
      'GET aborted by the caller maybe-processed red do-not-retry',
    ],
    [
      'a web socket that was idle, which is no failure',
      '10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web~ api/s1 1/0/0/5/61084 101 5607 - - cD-- 7/7/1/1/0 0/0 "GET /ws HTTP/1.1"',
    ],
    [
      'a client that left before a server was connected, with the 503 of older versions',
      '10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web~ api/s1 0/0/-1/-1/3 503 217 - - CC-- 4/4/0/0/0 0/0 "GET /a.js HTTP/1.1"',
      'GET aborted by the caller maybe-processed red do-not-retry',
    ],
    [
      'option httplog clf: the same',
      'Nov 24 10:15:02 lb haproxy[301]: 10.0.1.2 - - [24/Nov/2026:10:15:02 +0000] "GET /a.js HTTP/1.1" 503 217 "" "" 59794 528 "web~" "api" "s1" 0 0 -1 -1 3 CC-- 4 4 0 0 0 0 0 "" "" "a.test" ""',
      'GET aborted by the caller maybe-processed red do-not-retry',
    ],
    [
      'option httplog clf: no server',
      '10.0.1.2 - - [24/Nov/2026:10:15:02 +0000] "POST /a HTTP/1.1" 503 217 "" "" 59794 528 "web~" "api" "<NOSRV>" 0 -1 -1 -1 3 SC-- 4 4 0 0 0 0 0 "" ""',
      'POST 503 not-sent green retry',
    ],
    [
      'JSON of a user with the state of the session',
      '{"ts":"24/Nov/2026:10:15:02","http_status":-1,"http_request":"GET /a HTTP/1.1","bytes_read":0,"upstream_response_time":-1,"termination_state":"SD"}',
      'GET UND_ERR_SOCKET maybe-processed yellow retry',
    ],
    [
      'JSON of a user, a session that ended well',
      '{"ts":"24/Nov/2026:10:15:02","http_status":200,"http_request":"GET /a HTTP/1.1","termination_state":"--","note":"no error"}',
    ],
  ],
  Envoy: [
    [
      'pairs of a user, with a flag that says more than the status',
      '[24/11/2026T10:15:02+0000 1575562493] method=POST authority=a.test request=/S/get response_flag=UT status=200 status_details=upstream_response_timeout total_time_ms=15001',
      'POST attempt timeout maybe-processed yellow retry-with-key',
    ],
    [
      'TCP as JSON: no connection',
      '{"response_code":"0","response_flags":"UF,URX","method":"-","path":"-","authority":"-","start_time":"2026-11-24T10:15:02.310Z","upstream_host":"10.0.0.9:5432"}',
      '? FailedToOpenSocket not-sent green retry',
    ],
    [
      'the details of an answer of its own',
      '503 UF upstream_reset_before_response_started{connection_failure}',
      '? FailedToOpenSocket not-sent green retry',
    ],
    [
      'its answer, as a client prints it',
      'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
      '? FailedToOpenSocket not-sent green retry',
    ],
    [
      'a reset',
      '503 upstream connect error or disconnect/reset before headers. reset reason: remote reset',
      '? 503 maybe-processed yellow retry-with-key',
    ],
  ],
  'load balancers': [
    [
      'a line of several files, as grep prints it',
      'logs/2026-11-24_lb.txt:2026-11-24T10:15:02.991796Z lb 10.0.0.7:43326 10.0.0.9:80 0.00008 0.000626 0.000057 503 503 566 326 "POST http://a.test:80/api HTTP/1.0" "curl/8" - -',
      'POST 503 maybe-processed yellow retry-with-key',
    ],
    [
      'a port in an address is no status',
      'h2 app/lb/5 10.0.0.7:443 0.001 60.001 -1 504 - "POST https://a.test:443/v1/reports HTTP/2.0" "curl/8"',
    ],
    [
      'Traefik on a round trip',
      'time="2026-11-24T10:15:02Z" level=debug msg="vulcand/oxy/forward/http: Round trip: http://10.0.0.9:80, code: 504, Length: 15, duration: 30.000786131s"',
      '? 504 maybe-processed yellow retry-with-key',
    ],
  ],
  clients: [
    ['curl in another language', 'curl: (52) Leere Antwort', '? UND_ERR_SOCKET maybe-processed yellow retry-with-key'],
    [
      'curl on a connection that timed out while it was read',
      'curl: (56) Recv failure: Connection timed out',
      '? attempt timeout maybe-processed yellow retry-with-key',
    ],
    [
      'Go on a connection that timed out while it was read',
      'Get "http://a.test/x": read tcp 10.0.0.7:5->10.0.0.9:80: read: connection timed out',
      'GET attempt timeout maybe-processed yellow retry',
    ],
    [
      'Go on one that was not made in time',
      'Post "http://a.test/x": dial tcp 10.0.0.9:80: connect: connection timed out',
      'POST ETIMEDOUT not-sent green retry',
    ],
    [
      'requests on a connection that timed out while it was open',
      "requests.exceptions.ConnectionError: ('Connection aborted.', TimeoutError(110, 'Connection timed out'))",
      '? attempt timeout maybe-processed yellow retry-with-key',
    ],
    [
      'Go without a socket of another program',
      "E1124 10:15:02.904022       1 main.go:392] can't scrape: dial unix /run/proxy.sock: connect: no such file or directory",
      '? FailedToOpenSocket not-sent green retry',
    ],
    [
      'aiohttp without a local address',
      '"Cannot connect to host a.test:443 ssl:default [Cannot assign requested address]"',
      '? FailedToOpenSocket not-sent green retry',
    ],
    [
      'httpcore on a server that ends its connection',
      "Error: <class 'httpcore.ProtocolError'> <ConnectionTerminated error_code:0, last_stream_id:7, additional_data:None>",
      '? UND_ERR_SOCKET maybe-processed yellow retry-with-key',
    ],
    [
      'grpcio, the old form, without a connection',
      'Rendezvous: <_Rendezvous of RPC that terminated with (StatusCode.UNAVAILABLE, Connect Failed)>',
      'POST UNAVAILABLE not-sent green retry',
    ],
    [
      'gRPC of .NET',
      'Grpc.Core.RpcException: Status(StatusCode=Unauthenticated, Detail="Bearer token expired")',
      'POST UNAUTHENTICATED maybe-processed red fix',
    ],
    [
      'credentials that OAuth refuses, inside of a 503 of the client',
      "google.api_core.exceptions.RetryError: Deadline of 60.0s exceeded, last exception: 503 Getting metadata from plugin failed with error: ('invalid_grant: Bad Request'",
      '? 400 maybe-processed red fix',
    ],
    [
      'an error that Node prints as an object',
      '{ HTTPError: Response code 503 (Service Unavailable)',
      '? 503 maybe-processed yellow retry-with-key',
    ],
    [
      'an error that an old Node prints as an object',
      "{ [Error: getaddrinfo ENOTFOUND] code: 'ENOTFOUND', errno: 'ENOTFOUND', syscall: 'getaddrinfo' }",
      '? ENOTFOUND not-sent green retry',
    ],
    [
      'Node, where none of several addresses could be reached in time',
      "TypeError: fetch failed\n  cause: Error [ERR_SOCKET_CONNECTION_TIMEOUT]: Socket connection timeout\n    code: 'ERR_SOCKET_CONNECTION_TIMEOUT'\n  }",
      '? ETIMEDOUT not-sent green retry',
    ],
  ],
  'words of clients': [
    [
      'Node on a request that its caller ended',
      '{"error":"Error: Request was aborted.\\n    at a (file:///cli.js:1:2)","time":1795716467905}',
      '? aborted by the caller maybe-processed red do-not-retry',
    ],
    [
      'AWS in XML',
      '<ErrorResponse>\n  <Error>\n    <Type>Sender</Type>\n    <Code>Throttling</Code>\n    <Message>Rate exceeded</Message>\n  </Error>\n</ErrorResponse>',
      '? 429 Throttling not-processed green wait',
    ],
    [
      'Envoy before 1.13 on its own answer',
      'Sending local reply with details upstream_reset_before_response_started{connection failure}',
      '? FailedToOpenSocket not-sent green retry',
    ],
    [
      'the JDK on a connection that broke',
      'javax.net.ssl.SSLException: Read error: I/O error during system call, Software caused connection abort',
      '? UND_ERR_SOCKET maybe-processed yellow retry-with-key',
    ],
    [
      'the body of an answer, as JSON and as Python prints it',
      'openai.error.APIError: Bad gateway. {"error":{"code":502,"message":"Bad gateway."}} 502 {\'error\': {\'code\': 502}}',
      '? 502 maybe-processed yellow retry-with-key',
    ],
    ['gRPC in C', 'Error: 14 UNAVAILABLE: failed to connect to all addresses', 'POST UNAVAILABLE not-sent green retry'],
    ['a name server that failed, in musl', 'socket.gaierror: [Errno -3] Try again', '? EAI_AGAIN not-sent green retry'],
  ],
  'errors over several lines': [
    [
      'behind the numbers of a process manager',
      "Error: TypeError: fetch failed\n[0]     at Object.fetch (node:internal/deps/undici/undici:11457:11)\n[0]   cause: ConnectTimeoutError: Connect Timeout Error\n[0]       at onConnectTimeout (node:internal/deps/undici/undici:8422:28)\n[0]     code: 'UND_ERR_CONNECT_TIMEOUT'\n[0]   }\n[0] }",
      '? UND_ERR_CONNECT_TIMEOUT not-sent green retry',
    ],
    [
      'behind syslog',
      'Nov 24 10:15:02 a app[web] error: Fetch error: TypeError: fetch failed\nNov 24 10:15:02 a app[web] info:     at node:internal/deps/undici/undici:12345:11\nNov 24 10:15:02 a app[web] info:   cause: SocketError: other side closed\nNov 24 10:15:02 a app[web] info:       at Socket.onSocketEnd (node:internal/deps/undici/undici:8903:26)',
      '? UND_ERR_SOCKET maybe-processed yellow retry-with-key',
    ],
    [
      'of Logback with the first cause below the line',
      '2026-11-24 10:15:02.974 ERROR 13628 --- [exec-1] dispatcherServlet : threw exception [I/O error on GET request for "http://a.test/hi": Connection refused: connect] with root cause\n\njava.net.ConnectException: Connection refused: connect\n\tat java.net.PlainSocketImpl.connect0(Native Method)',
      'GET ECONNREFUSED not-sent green retry',
    ],
    [
      'as a record of JSON behind a sentence',
      'API responded:\n\n{\n    "error": {\n        "message": "You exceeded your current quota.",\n        "type": "insufficient_quota",\n        "code": null\n    }\n}',
      '? 429 insufficient_quota not-processed red fix',
    ],
    [
      'as records of JSON, one of which ends too early',
      '{\n  "level": "error",\n  "method": "POST",\n  "path": "/sync",\n  "status": 500\n}\n{\n  "level": "info",\n  "status": 200\n}\nread ECONNRESET\n{\n  "status": 503,\nGET /b 502',
      'POST 500 maybe-processed yellow retry-with-key',
      '? ECONNRESET maybe-processed yellow retry-with-key',
      '? 503 maybe-processed yellow retry-with-key',
      'GET 502 maybe-processed yellow retry',
    ],
  ],
};

for (const [writer, cases] of Object.entries(CASES))
  describe(`triage: variants of ${writer}`, () => {
    for (const [title, log, ...expected] of cases) it(title, () => expect(read(log)).to.deep.equal(expected));
  });

describe('triage: a line that nothing reads', () => {
  it('is counted where the status stands before the request', () => {
    const {failures, summary} = triaged(
      'h2 app/lb/5 10.0.0.7:443 60.001 504 - "POST https://a.test:443/v1/reports HTTP/2.0"',
    );
    expect(failures).to.deep.equal([]);
    expect(summary.unread).to.equal(1);
  });
});
