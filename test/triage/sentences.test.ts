/** Sentences of programs about a request: which of their numbers is a status, and where one failure ends and the next begins. */
import {expect} from 'chai';
import {triaged} from './triaged.ts';

const URL = 'https://shop.test/v1/charges';

/** `POST 503 yellow retry-with-key`, one for each failure. */
const read = (log: string): string[] =>
  triaged(log).failures.map(({method, signal, light, decision}) => [method ?? '?', signal, light, decision].join(' '));

describe('triage: a number in a sentence', () => {
  for (const [sentence, expected] of [
    [`POST ${URL} failed: [Errno 104] Connection reset by peer`, 'POST ECONNRESET yellow retry-with-key'],
    [`POST ${URL} failed: [Errno 111] Connection refused`, 'POST ECONNREFUSED green retry'],
    [`POST ${URL} broke: ConnectionResetError(104, 'reset by peer')`, 'POST ECONNRESET yellow retry-with-key'],
    [`POST ${URL} failed: (104, 'Connection reset by peer')`, 'POST ECONNRESET yellow retry-with-key'],
    [`POST ${URL} with 200 items failed: 503`, 'POST 503 yellow retry-with-key'],
    [`POST ${URL} for 150 users failed with 502`, 'POST 502 yellow retry-with-key'],
    [`POST ${URL} after 300 ms: 503`, 'POST 503 yellow retry-with-key'],
    [`POST ${URL} order 404: Connection reset by peer`, 'POST ECONNRESET yellow retry-with-key'],
    [`POST ${URL} order 404 failed: Connection refused`, 'POST ECONNREFUSED green retry'],
    [`POST ${URL} returned 200, then connection reset by peer`, 'POST ECONNRESET yellow retry-with-key'],
    [`POST ${URL}: 503`, 'POST 503 yellow retry-with-key'],
    [`POST ${URL} => 503`, 'POST 503 yellow retry-with-key'],
    [`POST ${URL} answered (503)`, 'POST 503 yellow retry-with-key'],
  ] as const)
    it(sentence, () => expect(read(`2026-11-24 10:15:02 ERROR billing ${sentence}\n`)).to.deep.equal([expected]));

  for (const sentence of [`POST ${URL} returned 201 Created`, `GET ${URL} 200 17 - 3.1 ms`, `GET ${URL} -> 304`])
    it(`${sentence}: a success`, () => {
      const {failures, summary} = triaged(`2026-11-24 10:15:02 INFO billing ${sentence} after 4 retries\n`);
      expect([failures.length, summary.unread]).to.deep.equal([0, 0]);
    });

  it('a number that no word introduces is no status: the line counts as not read', () => {
    const {failures, summary} = triaged(`ERROR POST ${URL} as user 204 failed\n`);
    expect([failures.length, summary.unread]).to.deep.equal([0, 1]);
  });

  it('the sign behind an address is no part of it', () => {
    const {failures} = triaged(`ERROR order 7 POST ${URL}: Connection reset by peer\n`);
    expect(failures.map(({target}) => target)).to.deep.equal([URL]);
  });
});

describe('triage: tracebacks that follow each other', () => {
  const traceback = (error: string): string =>
    `Traceback (most recent call last):\n  File "/app/pay.py", line 7, in pay\n    send(order)\n${error}\n`;
  const RESET = traceback('ConnectionResetError: [Errno 104] Connection reset by peer');
  const REFUSED = traceback('ConnectionRefusedError: [Errno 111] Connection refused');

  it('each of them is a failure', () =>
    expect(read(RESET + REFUSED + RESET)).to.deep.equal([
      '? ECONNRESET yellow retry-with-key',
      '? ECONNREFUSED green retry',
      '? ECONNRESET yellow retry-with-key',
    ]));

  it('also with blank lines between them', () =>
    expect(read(`${RESET}\n${REFUSED}`)).to.deep.equal([
      '? ECONNRESET yellow retry-with-key',
      '? ECONNREFUSED green retry',
    ]));

  for (const joint of [
    'During handling of the above exception, another exception occurred:',
    'The above exception was the direct cause of the following exception:',
  ])
    it(`"${joint}" joins two to one failure`, () =>
      expect(read(`${RESET}\n${joint}\n\n${traceback('app.PaymentError: request failed')}`)).to.deep.equal([
        '? ECONNRESET yellow retry-with-key',
      ]));

  it('the line of the logger above the first belongs to it', () =>
    expect(read(`ERROR:root:POST ${URL} failed\n${REFUSED}${RESET}`)).to.deep.equal([
      'POST ECONNREFUSED green retry',
      '? ECONNRESET yellow retry-with-key',
    ]));
});

describe('triage: a sentence with JSON behind it', () => {
  const body = {
    error: {message: 'over the limit of the month', type: 'insufficient_quota', code: 'insufficient_quota'},
  };
  for (const [title, log, expected] of [
    [
      'the body of an answer',
      '2026/11/24 10:15:02 pay: unexpected status 503 Service Unavailable: {"error":{"message":"busy"}}',
      '? 503 yellow retry-with-key',
    ],
    [
      'a body that says more than the status',
      `2026/11/24 10:15:02 pay: unexpected status 429 Too Many Requests: ${JSON.stringify(body)}`,
      '? 429 insufficient_quota red fix',
    ],
    ['the fields of winston', 'error: read ECONNRESET {"order":17}', '? ECONNRESET yellow retry-with-key'],
    [
      'the fields of winston with the request',
      `error: Request failed with status code 503 {"method":"PUT","url":"${URL}"}`,
      'PUT 503 yellow retry',
    ],
    [
      'the fields of zap behind a tab',
      '2026-11-24T10:15:02.000Z\terror\tpay: connection refused\t{"order": 1}',
      '? ECONNREFUSED green retry',
    ],
  ] as const)
    it(title, () => expect(read(log)).to.deep.equal([expected]));

  it('a success with fields is none', () => expect(read('info: paid {"order":17,"status":200}')).to.deep.equal([]));
});

describe('triage: words of wget, of gRPC in Python, of aiohttp', () => {
  for (const [log, ...expected] of [
    ['No data received.', '? UND_ERR_SOCKET yellow retry-with-key'],
    ['Unable to establish SSL connection.', '? ECONNRESET green retry'],
    ['ERROR: The certificate of ‘shop.test’ is not trusted.', '? UNABLE_TO_VERIFY_LEAF_SIGNATURE red fix'],
    ['wget: unable to resolve host address ‘shop.test’', '? ENOTFOUND green retry'],
    ['12:00:01 ERROR Charge failed: ABORTED: the row was taken', 'POST ABORTED red do-not-retry'],
    ['12:00:01 ERROR Charge failed: UNIMPLEMENTED: no such method', 'POST UNIMPLEMENTED red fix'],
    ['12:00:01 ERROR Charge failed: UNAUTHENTICATED: no token', 'POST UNAUTHENTICATED red fix'],
    [
      `Traceback (most recent call last):\n  File "/app/pay.py", line 7, in pay\naiohttp.client_exceptions.TooManyRedirects: 0, message='', url='${URL}'`,
      '? not a transient error red fix',
    ],
    ['charge failed: invalid byte in chunk length', '? UND_ERR_SOCKET yellow retry-with-key'],
  ] as const)
    it(log.slice(0, 70), () => expect(read(`${log}\n`)).to.deep.equal(expected));

  it('a word of gRPC alone is not sure to be one', () => {
    const {confidence, missing} = triaged('ERROR Charge failed: INTERNAL: no\n').failures[0]!;
    expect([confidence, missing[0]]).to.deep.equal(['medium', 'protocol (gRPC assumed)']);
  });
});

describe("triage: a client's line about an answer, and the error made of it", () => {
  const line = (status: number, method = 'POST'): string =>
    `10:15:02 INFO httpx HTTP Request: ${method} ${URL} "HTTP/1.1 ${status} X"\n`;
  const error = (status: number): string =>
    `10:15:02 ERROR pay\nTraceback (most recent call last):\n  File "/app/pay.py", line 7, in pay\nvendor.InternalServerError: Error code: ${status} - busy\n`;

  it('are one failure, with the request of the line', () =>
    expect(read(line(503) + error(503))).to.deep.equal(['POST 503 yellow retry-with-key']));

  it('two attempts are two failures', () =>
    expect(read(`${line(503)}10:15:02 INFO vendor Retrying request\n${line(503)}${error(503)}`)).to.deep.equal([
      'POST 503 yellow retry-with-key',
      'POST 503 yellow retry-with-key',
    ]));

  it('another status is another failure', () =>
    expect(read(line(502) + error(503))).to.deep.equal([
      'POST 502 yellow retry-with-key',
      '? 503 yellow retry-with-key',
    ]));

  it('an error some lines below is another failure', () =>
    expect(read(`${line(503)}a\nb\nc\n${error(503)}`).length).to.equal(2));

  it('the last line of a log is not lost', () =>
    expect(read(line(503, 'GET'))).to.deep.equal(['GET 503 yellow retry']));
});
