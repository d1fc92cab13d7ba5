/** What curl's -v and wget print of one request: one failure, and the redirect or the answer above it says whether a server had the request. */
import {expect} from 'chai';
import {triaged} from './triaged.ts';

/** `POST 503 maybe-processed retry-with-key medium`, one for each failure. */
const read = (...lines: string[]): string[] =>
  triaged(`${lines.join('\n')}\n`).failures.map(({method, signal, sent, decision, confidence}) =>
    [method ?? '?', signal, sent, decision, confidence].join(' '),
  );

const WGET = [
  '--2026-11-24 10:15:02--  http://shop.test/v1/charges',
  'Connecting to shop.test... connected.',
  'HTTP request sent, awaiting response... ',
];
const wget = (answer: string, ...rest: string[]): string[] => [WGET[0]!, WGET[1]!, `${WGET[2]}${answer}`, ...rest];
const curl = (answer: string, ...rest: string[]): string[] => [
  '*   Trying 10.0.0.9:80...',
  '* Connected to shop.test (10.0.0.9) port 80',
  '> POST /v1/charges HTTP/1.1',
  '> Host: shop.test',
  '> Accept: */*',
  '> ',
  `< HTTP/1.1 ${answer}`,
  ...rest,
];
const REFUSED = 'failed: Connection refused.';

describe('triage: wget', () => {
  it('a status and its repetition are one failure', () =>
    expect(
      read(...wget('503 Service Unavailable', '2026-11-24 10:15:02 ERROR 503: Service Unavailable.', '')),
    ).to.deep.equal(['? 503 maybe-processed retry-with-key low']));

  it('a body that stops after 200 OK was answered', () =>
    expect(
      read(
        ...wget(
          '200 OK',
          'Length: 9 [text/html]',
          '',
          '2026-11-24 10:15:03 (1 MB/s) - Read error at byte 6/9 (Connection timed out).Giving up.',
        ),
      ),
    ).to.deep.equal(['? attempt timeout maybe-processed retry-with-key low']));

  it('a refused connection behind a redirect: the server that redirected may have acted', () =>
    expect(
      read(
        ...wget(
          '303 See Other',
          'Location: http://b.test/ [following]',
          '--2026-11-24 10:15:03--  http://b.test/',
          `Connecting to b.test... ${REFUSED}`,
        ),
      ),
    ).to.deep.equal(['? ECONNREFUSED maybe-processed retry-with-key low']));

  it('each try is an attempt of its own', () => {
    const {failures} = triaged(
      [
        WGET[0],
        `Connecting to shop.test... ${REFUSED}`,
        'Retrying.',
        '',
        WGET[0]!.replace('--  ', '--  (try: 2)  '),
        `Connecting to shop.test... ${REFUSED}`,
      ].join('\n'),
    );
    expect(failures.map(({failure, target}) => [failure.attempt, target])).to.deep.equal([
      [undefined, 'http://shop.test/v1/charges'],
      [2, 'http://shop.test/v1/charges'],
    ]);
  });

  it('a download that succeeds is none', () =>
    expect(read(...wget('200 OK', '', '2026-11-24 10:15:03 (1 MB/s) - ‘a’ saved [9/9]', ''))).to.deep.equal([]));
});

describe("triage: curl's -v", () => {
  it('the answer with its headers, and the error below it, are one failure', () =>
    expect(
      read(
        ...curl(
          '503 Service Unavailable',
          '< retry-after: 7',
          '< ',
          '* Closing connection',
          'curl: (22) The requested URL returned error: 503',
        ),
      ),
    ).to.deep.equal(['POST 503 maybe-processed retry-with-key high']));

  it('a refused connection behind a redirect: the server that redirected may have acted', () =>
    expect(
      read(
        ...curl(
          '307 Temporary Redirect',
          '< location: http://b.test/',
          '< ',
          '* Connection #0 to host shop.test left intact',
          "* Issue another request to this URL: 'http://b.test/'",
        ),
        '*   Trying 10.0.0.8:80...',
        '* connect to 10.0.0.8 port 80 failed: Connection refused',
        '* Closing connection 1',
        "curl: (7) Failed to connect to b.test port 80 after 0 ms: Couldn't connect to server",
      ),
    ).to.deep.equal(['POST ECONNREFUSED maybe-processed retry-with-key medium']));

  it('a body that stops after 200 OK was answered', () =>
    expect(
      read(
        ...curl(
          '200 OK',
          '< ',
          '* transfer closed with 9 bytes remaining to read',
          '* Closing connection',
          'curl: (18) transfer closed with 9 bytes remaining to read',
        ),
      ),
    ).to.deep.equal(['POST UND_ERR_SOCKET maybe-processed retry-with-key high']));

  it('two calls are two failures, and one that succeeds is none', () =>
    expect(
      read(
        ...curl('503 Busy', '< ', '* Closing connection'),
        ...curl('200 OK', '< ', '* Closing connection'),
        ...curl('400 Bad Request', '< '),
      ),
    ).to.deep.equal(['POST 503 maybe-processed retry-with-key medium', 'POST 400 maybe-processed fix high']));

  it('a key that the request had is seen', () => {
    const lines = curl('503 Busy', '< ').toSpliced(4, 0, '> Idempotency-Key: 8e03978e');
    expect(triaged(lines.join('\n')).failures.map(({failure}) => failure.keyed)).to.deep.equal([true]);
  });
});
