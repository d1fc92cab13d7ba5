/** The wait that a server asked for, wherever a program logs it; and what only looks like a fact of the answer. */
import {expect} from 'chai';
import {triagedOne} from './triaged.ts';

const URL = 'https://shop.test/v1/charges';
const record = (fields: object): string => JSON.stringify({method: 'POST', url: URL, status: 429, ...fields});

describe('triage: where Retry-After stands', () => {
  for (const [title, log] of [
    ['behind a sentence', `ERROR POST ${URL} failed: 429 Too Many Requests, Retry-After: 30`],
    ['headers of Python', `ERROR POST ${URL} failed with status 429, headers: {'Server': 'x', 'Retry-After': '30'}`],
    ['headers of Go', `pay: POST ${URL} failed: 429 Too Many Requests map[Date:[x] Retry-After:[30]]`],
    ['a Duration of Go as text', `level=ERROR msg=failed method=POST url=${URL} status=429 retry_after=30s`],
    ['a longer Duration of Go', `level=ERROR msg=failed method=POST url=${URL} status=429 retry_after=0h0m30s`],
    ['a Duration of Go in JSON, in nanoseconds', record({retry_after: 30_000_000_000})],
    ['a field in seconds', record({retry_after: 30})],
    ['pairs', record({headers: [['Retry-After', '30']]})],
    ['names and values', record({headers: [{name: 'Retry-After', value: '30'}]})],
    ['raw headers', record({rawHeaders: ['Server', 'x', 'Retry-After', '30']})],
    ['raw headers of the response', record({res: {statusCode: 429, rawHeaders: ['Retry-After', '30']}})],
  ] as const)
    it(title, () => {
      const {hint, nextWait, decision} = triagedOne(log);
      expect([decision, hint?.ms, nextWait!.minMs]).to.deep.equal(['wait', 30_000, 30_000]);
    });

  it('less than a second', () => expect(triagedOne(record({retry_after: '1500ms'})).hint!.ms).to.equal(1500));

  it('a date counts from the time of the line', () => {
    const log = `2026-11-24T10:15:00Z POST ${URL} failed: 429 Too Many Requests, Retry-After: Tue, 24 Nov 2026 10:15:40 GMT`;
    expect(triagedOne(log).hint!.ms).to.equal(40_000);
  });
});

describe('triage: what is no fact of the answer', () => {
  it('the options of a client, printed with its error, are no quota', () => {
    const log = [
      `HTTPError: Request failed with status code 502 Bad Gateway: POST ${URL}`,
      '    at send (file:///app/send.js:1:1) {',
      '  options: {',
      '    retry: {',
      '      limit: 0,',
      '      methods: [Array],',
      '      retryOnTimeout: false',
      '    }',
      '  }',
      '}',
    ].join('\n');
    expect([triagedOne(log).light, triagedOne(log).decision]).to.deep.equal(['yellow', 'retry-with-key']);
  });

  for (const [log, expected] of [
    [`ERROR POST ${URL} failed: fetch failed (ECONNREFUSED)`, 'ECONNREFUSED not-sent retry high'],
    [`ERROR POST ${URL} failed: fetch failed (ECONNRESET)`, 'ECONNRESET maybe-processed retry-with-key medium'],
    // A read of an open connection raises it too.
    ['OSError: [Errno 110] Connection timed out', 'attempt timeout maybe-processed retry-with-key low'],
    [`ERROR POST ${URL}: No route to host while reading`, 'EHOSTUNREACH maybe-processed retry-with-key medium'],
    // aiohttp's own number for an answer that it cannot read.
    [
      `ERROR POST ${URL} failed: ClientResponseError: 400, message="Invalid character in chunk size: b'ZZ'"`,
      'UND_ERR_SOCKET maybe-processed retry-with-key medium',
    ],
    // The address of the last request is another one: a server has sent the client on.
    [
      `{"level":"ERROR","method":"POST","url":"${URL}","error":"Post \\"http://b.test/\\": dial tcp 10.0.0.9:80: connect: connection refused"}`,
      'ECONNREFUSED maybe-processed retry-with-key medium',
    ],
    [
      `level=ERROR msg=failed method=POST url=${URL} err="Post \\"${URL}\\": dial tcp 10.0.0.9:80: connect: connection refused"`,
      'ECONNREFUSED not-sent retry high',
    ],
  ] as const)
    it(log.slice(0, 90), () => {
      const {signal, sent, decision, confidence} = triagedOne(log);
      expect([signal, sent, decision, confidence].join(' ')).to.equal(expected);
    });
});
