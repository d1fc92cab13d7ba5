/**
 * Failures as proxies, HTTP clients and loggers of other languages write them. Each line is in the documented format of its writer, or was
 * printed by it; the values are made up.
 */
import {expect} from 'chai';
import {triaged} from './triaged.ts';

/** `POST 503 not-sent green retry`, and the words for what the log lacks are left out. */
const read = (log: string): string[] =>
  triaged(log).failures.map(({method, signal, sent, light, decision}) =>
    [method ?? '?', signal, sent, light, decision].join(' '),
  );

const CASES: Readonly<Record<string, readonly (readonly [title: string, log: string, ...expected: string[]])[]>> = {
  // docs.haproxy.org, 8.2.3 HTTP log format, 8.5 session state at disconnection.
  HAProxy: [
    [
      'a server that cannot be reached',
      'Nov 24 10:15:02 lb haproxy[14389]: 10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web~ api/s1 0/0/-1/-1/3003 503 217 - - SC-- 2/2/0/0/0 0/0 "POST /predict HTTP/1.1"',
      'POST 503 not-sent green retry',
    ],
    [
      'no server left',
      '10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web api/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 "GET /a HTTP/1.1"',
      'GET 503 not-sent green retry',
    ],
    [
      'a queue that was too slow',
      '10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web api/s1 0/5001/-1/-1/5001 503 217 - - sQ-- 9/9/8/4/0 0/3 "POST /a HTTP/1.1"',
      'POST 503 not-sent green retry',
    ],
    [
      'a server that did not answer in time',
      '10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web api/s1 0/0/1/-1/30001 504 195 - - sH-- 1/1/0/0/0 0/0 "POST /a HTTP/1.1"',
      'POST 504 maybe-processed yellow retry-with-key',
    ],
    [
      'a server that broke off',
      '10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web api/s1 0/0/1/-1/12 502 208 - - SH-- 1/1/0/0/0 0/0 {api.test} "GET /a HTTP/1.1"',
      'GET 502 maybe-processed yellow retry',
    ],
    [
      'a limit of the proxy itself',
      '10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web web/<NOSRV> 0/-1/-1/-1/0 429 188 - - PR-- 1/1/0/0/0 0/0 "POST /a HTTP/1.1"',
      'POST 429 not-processed green wait',
    ],
    [
      'a client that left',
      '10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web api/s1 0/0/1/-1/812 -1 0 - - CH-- 1/1/0/0/0 0/0 "POST /a HTTP/1.1"',
      'POST aborted by the caller maybe-processed red do-not-retry',
    ],
    [
      'a connection of TCP mode',
      'Nov 24 10:15:02 lb haproxy[14387]: 10.0.1.2:33313 [24/Nov/2026:10:15:00.003] fnt bck/srv1 0/-1/5007 0 SC 0/0/0/0/3 0/0',
      '? ECONNREFUSED not-sent green retry',
    ],
    [
      'a success',
      '10.0.1.2:33317 [24/Nov/2026:10:15:02.655] web api/s1 10/0/30/69/109 200 503 - - ---- 1/1/1/1/0 0/0 "GET /a HTTP/1.1"',
    ],
  ],
  // istio.io, access logs; envoyproxy.io, %RESPONSE_FLAGS%.
  'Envoy in JSON': [
    [
      'no connection',
      '{"authority":"httpbin:8000","bytes_received":0,"bytes_sent":95,"duration":3,"method":"POST","path":"/status","protocol":"HTTP/1.1","response_code":503,"response_code_details":"upstream_reset_before_response_started{connection_failure}","response_flags":"UF","start_time":"2026-11-24T10:15:02.310Z","user_agent":"curl/8"}',
      'POST 503 not-sent green retry',
    ],
    [
      'a client that left',
      '{"method":"GET","path":"/a","response_code":0,"response_flags":"DC","start_time":"2026-11-24T10:15:02.310Z"}',
      'GET aborted by the caller maybe-processed red do-not-retry',
    ],
    [
      'a rate limit',
      '{"method":"GET","path":"/a","response_code":429,"response_flags":"RL","start_time":"2026-11-24T10:15:02.310Z"}',
      'GET 429 not-processed red do-not-retry',
    ],
    [
      'a success',
      '{"method":"GET","path":"/a","response_code":200,"response_flags":"-","start_time":"2026-11-24T10:15:02.310Z"}',
    ],
  ],
  // docs.aws.amazon.com, Access logs for your Application Load Balancer; of the Classic one.
  'load balancers of AWS': [
    [
      'a target that did not answer',
      'h2 2026-11-24T10:15:02.186641Z app/lb/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.000 -1 -1 504 - 34 366 "POST https://www.example.com:443/a HTTP/2.0" "curl/8" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:1:targetgroup/t/7 "Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2026-11-24T10:15:01.1Z "forward" "-" "-" "10.0.0.1:80" "-" "-" "-"',
      'POST 504 maybe-processed yellow retry-with-key',
    ],
    [
      'no target',
      'http 2026-11-24T10:15:02.186641Z app/lb/50dc6c495c0c9188 192.168.131.39:2817 - -1 -1 -1 503 - 34 366 "POST http://www.example.com:80/ HTTP/1.1" "curl/8" - - arn:x "Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2026-11-24T10:15:01.1Z "forward" "-" "-" "-" "-" "-" "-"',
      'POST 503 not-sent green retry',
    ],
    [
      'a client that left',
      'http 2026-11-24T10:15:02.186641Z app/lb/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.000 -1 -1 460 - 34 0 "GET http://www.example.com:80/ HTTP/1.1" "curl/8" - - arn:x "Root=1-2" "-" "-" 0 2026-11-24T10:15:01.1Z "forward" "-" "-" "10.0.0.1:80" "-" "-" "-"',
      'GET aborted by the caller maybe-processed red do-not-retry',
    ],
    [
      'the Classic Load Balancer',
      '2026-11-24T10:15:02.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 503 503 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/8" - -',
      'GET 503 maybe-processed yellow retry',
    ],
  ],
  // doc.traefik.io, access logs.
  Traefik: [
    [
      'JSON',
      '{"ClientAddr":"10.0.0.7:53","DownstreamStatus":502,"Duration":1002,"OriginStatus":502,"RequestHost":"a.test","RequestMethod":"POST","RequestPath":"/x","RetryAttempts":0,"StartUTC":"2026-11-24T10:15:02.1Z","level":"info","msg":"","time":"2026-11-24T10:15:02Z"}',
      'POST 502 maybe-processed yellow retry-with-key',
    ],
    [
      'CLF',
      '10.0.0.7 - - [24/Nov/2026:10:15:02 +0000] "GET /x HTTP/1.1" 504 15 "-" "curl/8" 7 "api@docker" "http://10.0.0.9:80" 30001ms',
      'GET 504 maybe-processed yellow retry',
    ],
  ],
  logfmt: [
    [
      'logrus',
      'time="2026-11-24T10:15:02Z" level=error msg="request failed" method=POST path=/predict status=503 duration=31ms',
      'POST 503 maybe-processed yellow retry-with-key',
    ],
    [
      "Heroku's router",
      '2026-11-24T10:15:02.1+00:00 heroku[router]: at=error code=H12 desc="Request timeout" method=GET path="/" host=a.herokuapp.com request_id=8601b555 fwd="1.2.3.4" dyno=web.1 connect=1ms service=30000ms status=503 bytes=0',
      'GET 503 maybe-processed yellow retry',
    ],
    [
      'an error of Go',
      'ts=2026-11-24T10:15:02Z level=error caller=x.go:12 method=GET err="Get \\"https://a.test/x\\": dial tcp 10.0.0.9:443: connect: connection refused"',
      'GET ECONNREFUSED not-sent green retry',
    ],
  ],
  // net/http, net, crypto/tls, google.golang.org/grpc.
  Go: [
    [
      'no listener',
      '2026/11/24 10:15:02 Post "https://a.test/x": dial tcp 10.0.0.9:443: connect: connection refused',
      'POST ECONNREFUSED not-sent green retry',
    ],
    [
      'no name',
      '2026/11/24 10:15:02 Get "https://a.test/x": dial tcp: lookup a.test on 10.0.0.2:53: no such host',
      'GET ENOTFOUND not-sent green retry',
    ],
    [
      'no connection in time',
      'Post "https://a.test/x": dial tcp 10.0.0.9:443: i/o timeout',
      'POST ETIMEDOUT not-sent green retry',
    ],
    [
      'no TLS in time',
      'Post "https://a.test/x": net/http: TLS handshake timeout',
      'POST ETIMEDOUT not-sent green retry',
    ],
    [
      'no headers in time',
      'Post "https://a.test/x": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      'POST attempt timeout maybe-processed yellow retry-with-key',
    ],
    [
      'a broken connection',
      'Post "https://a.test/x": read tcp 10.0.0.7:5->10.0.0.9:443: read: connection reset by peer',
      'POST ECONNRESET maybe-processed yellow retry-with-key',
    ],
    ['an end of the stream', 'Get "https://a.test/x": EOF', 'GET UND_ERR_SOCKET maybe-processed yellow retry'],
    [
      'a certificate',
      'Get "https://a.test/x": tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
      'GET CERT_HAS_EXPIRED not-sent red fix',
    ],
    [
      'gRPC',
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.9:50051: connect: connection refused"',
      'POST UNAVAILABLE not-sent green retry',
    ],
    [
      'gRPC, a deadline',
      'rpc error: code = DeadlineExceeded desc = context deadline exceeded',
      'POST DEADLINE_EXCEEDED maybe-processed red do-not-retry',
    ],
    [
      'aws-sdk-go-v2',
      'operation error DynamoDB: PutItem, https response error StatusCode: 503, RequestID: ABC, api error ServiceUnavailable: try later',
      '? 503 maybe-processed yellow retry-with-key',
    ],
  ],
  // java.net, OkHttp, Spring.
  Java: [
    [
      'a read',
      'java.net.SocketTimeoutException: Read timed out\n\tat java.base/sun.nio.ch.NioSocketImpl.timedRead(NioSocketImpl.java:278)\n\tat com.acme.Client.call(Client.java:12)',
      '? attempt timeout maybe-processed yellow retry-with-key',
    ],
    [
      'a connect',
      'java.net.SocketTimeoutException: Connect timed out\n\tat java.base/java.net.Socket.connect(Socket.java:633)',
      '? ETIMEDOUT not-sent green retry',
    ],
    [
      'OkHttp',
      'java.net.SocketTimeoutException: failed to connect to a.test/10.0.0.9 (port 443) from /10.0.0.7 (port 5) after 10000ms',
      '? ETIMEDOUT not-sent green retry',
    ],
    [
      'OkHttp, an open connection',
      'java.io.IOException: unexpected end of stream on https://a.test/...\n\tat okhttp3.internal.http1.Http1ExchangeCodec.readResponseHeaders(Http1ExchangeCodec.kt:210)\nCaused by: java.io.EOFException: \\n not found: limit=0 content=…',
      '? UND_ERR_SOCKET maybe-processed yellow retry-with-key',
    ],
    [
      'Spring, a status',
      'org.springframework.web.client.HttpServerErrorException$ServiceUnavailable: 503 Service Unavailable: "no healthy upstream"',
      '? 503 maybe-processed yellow retry-with-key',
    ],
    [
      'Spring, no connection',
      'org.springframework.web.client.ResourceAccessException: I/O error on GET request for "http://a.test/x": Connection refused\n\tat org.springframework.web.client.RestTemplate.doExecute(RestTemplate.java:785)\nCaused by: java.net.ConnectException: Connection refused',
      'GET ECONNREFUSED not-sent green retry',
    ],
    [
      'Spring WebClient',
      'org.springframework.web.reactive.function.client.WebClientResponseException$TooManyRequests: 429 Too Many Requests from POST https://a.test/x',
      'POST 429 not-processed green wait',
    ],
    [
      'gRPC',
      'io.grpc.StatusRuntimeException: UNAVAILABLE: io exception',
      'POST UNAVAILABLE maybe-processed yellow retry-with-key',
    ],
  ],
  // curl.se, libcurl error codes.
  curl: [
    ['no name', 'curl: (6) Could not resolve host: a.test', '? ENOTFOUND not-sent green retry'],
    [
      'no listener',
      "curl: (7) Failed to connect to a.test port 443 after 0 ms: Couldn't connect to server",
      '? FailedToOpenSocket not-sent green retry',
    ],
    [
      'no answer in time',
      'curl: (28) Operation timed out after 5001 milliseconds with 0 bytes received',
      '? attempt timeout maybe-processed yellow retry-with-key',
    ],
    [
      'no connection in time',
      'curl: (28) Connection timed out after 5001 milliseconds',
      '? ETIMEDOUT not-sent green retry',
    ],
    [
      'a status, by --fail',
      'curl: (22) The requested URL returned error: 503',
      '? 503 maybe-processed yellow retry-with-key',
    ],
    ['an empty reply', 'curl: (52) Empty reply from server', '? UND_ERR_SOCKET maybe-processed yellow retry-with-key'],
    ['a status, by -w', '503 0.012345', '? 503 maybe-processed yellow retry-with-key'],
    ['a status, by -w with names', 'http_code=503 time_total=0.012345', '? 503 maybe-processed yellow retry-with-key'],
    [
      'a status, by -v',
      '> POST /x HTTP/1.1\n> Host: a.test\n>\n< HTTP/1.1 429 Too Many Requests\n< retry-after: 7\n<\n',
      '? 429 not-processed green wait',
    ],
  ],
  // requests, urllib3, httpx, aiohttp, boto3, grpcio, structlog, as they print.
  Python: [
    [
      'urllib3, a retry',
      "WARNING:urllib3.connectionpool:Retrying (Retry(total=2, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<urllib3.connection.HTTPSConnection object at 0x7f0>: Failed to establish a new connection: [Errno 111] Connection refused')': /x",
      '? ECONNREFUSED not-sent green retry',
    ],
    [
      'requests, no listener',
      "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='a.test', port=443): Max retries exceeded with url: /x (Caused by NewConnectionError('<urllib3.connection.HTTPSConnection object at 0x7f0>: Failed to establish a new connection: [Errno 111] Connection refused'))",
      '? ECONNREFUSED not-sent green retry',
    ],
    [
      'requests, no name',
      "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='a.test', port=443): Max retries exceeded with url: /x (Caused by NameResolutionError(\"<urllib3.connection.HTTPSConnection object at 0x7f0>: Failed to resolve 'a.test' ([Errno -2] Name or service not known)\"))",
      '? ENOTFOUND not-sent green retry',
    ],
    [
      'requests, a read',
      "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='a.test', port=443): Read timed out. (read timeout=5)",
      '? attempt timeout maybe-processed yellow retry-with-key',
    ],
    [
      'requests, a broken connection',
      "requests.exceptions.ConnectionError: ('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
      '? UND_ERR_SOCKET maybe-processed yellow retry-with-key',
    ],
    [
      'requests, a status',
      'requests.exceptions.HTTPError: 503 Server Error: Service Unavailable for url: https://a.test/x',
      '? 503 maybe-processed yellow retry-with-key',
    ],
    [
      'httpx, a status',
      "httpx.HTTPStatusError: Server error '503 Service Unavailable' for url 'https://a.test/x'\nFor more information check: https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/503",
      '? 503 maybe-processed yellow retry-with-key',
    ],
    [
      'httpx, its own log',
      'INFO:httpx:HTTP Request: POST https://api.openai.com/v1/chat/completions "HTTP/1.1 429 Too Many Requests"',
      'POST 429 not-processed green wait',
    ],
    ['httpx, no connection in time', 'httpx.ConnectTimeout: timed out', '? ETIMEDOUT not-sent green retry'],
    [
      'aiohttp, no listener',
      "aiohttp.client_exceptions.ClientConnectorError: Cannot connect to host a.test:443 ssl:default [Connect call failed ('10.0.0.9', 443)]",
      '? FailedToOpenSocket not-sent green retry',
    ],
    [
      'aiohttp, a status',
      "aiohttp.client_exceptions.ClientResponseError: 503, message='Service Unavailable', url='https://a.test/x'",
      '? 503 maybe-processed yellow retry-with-key',
    ],
    [
      'aiohttp, a broken connection',
      'aiohttp.client_exceptions.ServerDisconnectedError: Server disconnected',
      '? UND_ERR_SOCKET maybe-processed yellow retry-with-key',
    ],
    [
      'boto3',
      'botocore.exceptions.ClientError: An error occurred (ThrottlingException) when calling the Converse operation (reached max retries: 4): Too many requests, please wait before trying again.',
      '? 429 ThrottlingException not-processed green wait',
    ],
    [
      'boto3, the account',
      'botocore.errorfactory.ServiceQuotaExceededException: An error occurred (ServiceQuotaExceededException) when calling the InvokeModel operation: Your account has reached its limit',
      '? 400 ServiceQuotaExceededException not-processed red fix',
    ],
    [
      'boto3, a mistake',
      'botocore.exceptions.ClientError: An error occurred (ValidationException) when calling the InvokeModel operation: Malformed input request',
      '? 400 ValidationException maybe-processed red fix',
    ],
    [
      'botocore, no listener',
      'botocore.exceptions.EndpointConnectionError: Could not connect to the endpoint URL: "https://bedrock-runtime.us-east-1.amazonaws.com/model/x/invoke"',
      '? FailedToOpenSocket not-sent green retry',
    ],
    [
      'botocore, a read',
      'botocore.exceptions.ReadTimeoutError: Read timeout on endpoint URL: "https://bedrock-runtime.us-east-1.amazonaws.com/model/x/invoke"',
      '? attempt timeout maybe-processed yellow retry-with-key',
    ],
    [
      'gRPC',
      'grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with:\n\tstatus = StatusCode.UNAVAILABLE\n\tdetails = "failed to connect to all addresses; last error: UNKNOWN: ipv4:10.0.0.9:50051: Failed to connect to remote host: connect: Connection refused (111)"\n\tdebug_error_string = "UNKNOWN:Error received from peer"\n>',
      'POST UNAVAILABLE not-sent green retry',
    ],
    [
      'gRPC in a line',
      'ERROR rpc failed: StatusCode.RESOURCE_EXHAUSTED',
      'POST RESOURCE_EXHAUSTED maybe-processed red do-not-retry',
    ],
    [
      'structlog',
      '2026-11-24 10:15:02 [error    ] request failed                 attempt=2 method=POST status_code=503 url=https://a.test/x',
      'POST 503 maybe-processed yellow retry-with-key',
    ],
    [
      'structlog in color',
      '\u001b[2m2026-11-24 10:15:02\u001b[0m [\u001b[31m\u001b[1merror    \u001b[0m] \u001b[1mrequest failed\u001b[0m \u001b[36mmethod\u001b[0m=\u001b[35mGET\u001b[0m \u001b[36mstatus_code\u001b[0m=\u001b[35m502\u001b[0m',
      'GET 502 maybe-processed yellow retry',
    ],
    [
      'a traceback with causes, as one failure',
      [
        'Traceback (most recent call last):',
        '  File "/app/httpcore/_sync/connection.py", line 124, in _connect',
        '    stream = self._network_backend.connect_tcp(**kwargs)',
        'httpcore.ConnectTimeout: timed out',
        '',
        'The above exception was the direct cause of the following exception:',
        '',
        'Traceback (most recent call last):',
        '  File "/app/httpx/_transports/default.py", line 101, in map_httpcore_exceptions',
        '    yield',
        'httpx.ConnectTimeout: timed out',
        '',
        'The above exception was the direct cause of the following exception:',
        '',
        'Traceback (most recent call last):',
        '  File "/app/main.py", line 3, in <module>',
        'openai.APITimeoutError: Request timed out.',
      ].join('\n'),
      '? ETIMEDOUT not-sent green retry',
    ],
  ],
  'records of JSON': [
    [
      'Google Cloud Logging',
      '{"httpRequest":{"requestMethod":"POST","requestUrl":"https://a.test/x","status":503,"latency":"0.2s"},"severity":"ERROR","timestamp":"2026-11-24T10:15:02Z"}',
      'POST 503 maybe-processed yellow retry-with-key',
    ],
    [
      'status_code',
      '{"time":"2026-11-24T10:15:02Z","method":"GET","url":"https://a.test/x","status_code":503}',
      'GET 503 maybe-processed yellow retry',
    ],
    ['statusCode as text', '{"method":"GET","path":"/x","statusCode":"503"}', 'GET 503 maybe-processed yellow retry'],
    [
      'http.status_code',
      '{"http.method":"GET","http.url":"https://a.test/x","http.status_code":503}',
      'GET 503 maybe-processed yellow retry',
    ],
    [
      'structlog, an exception',
      '{"event":"call failed","level":"error","exception":"Traceback (most recent call last):\\n  File \\"x.py\\", line 1, in <module>\\nhttpx.ReadTimeout: timed out"}',
      '? attempt timeout maybe-processed yellow retry-with-key',
    ],
    [
      'zap',
      '{"level":"error","ts":1795716467.1,"msg":"call failed","error":"Post \\"https://a.test/x\\": dial tcp 10.0.0.9:443: connect: connection refused"}',
      'POST ECONNREFUSED not-sent green retry',
    ],
    [
      'nested deeper',
      '{"lvl":"error","data":{"call":{"method":"GET","status":502}}}',
      'GET 502 maybe-processed yellow retry',
    ],
  ],
  servers: [
    [
      'gin',
      '[GIN] 2026/11/24 - 10:15:02 | 503 |     1.234ms |       10.0.0.7 | POST     "/predict"',
      'POST 503 maybe-processed yellow retry-with-key',
    ],
    [
      'uvicorn',
      'INFO:     10.0.0.7:52144 - "POST /predict HTTP/1.1" 503 Service Unavailable',
      'POST 503 maybe-processed yellow retry-with-key',
    ],
    ['morgan', 'GET /a 502 12.345 ms - 20', 'GET 502 maybe-processed yellow retry'],
  ],
};

describe('triage: writers of logs', () => {
  for (const [writer, cases] of Object.entries(CASES))
    for (const [title, log, ...expected] of cases)
      it(`${writer}: ${title}`, () => expect(read(log)).to.deep.equal(expected));
});
