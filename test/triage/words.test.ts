/**
 * What a refusal says stands in a log in many ways: as a body, in the message of an error, as Python prints a dict. It means the same for a retry,
 * and where the log lacks it, the confidence falls and the missing fact is named.
 */
import {expect} from 'chai';
import {REFUSALS} from '../../src/decide/refusals.ts';
import type {TriagedFailure} from '../../src/triage/assess.ts';
import {pythonLiteral} from '../../src/triage/python-literal.ts';
import {factsIn} from '../../src/triage/text-facts.ts';
import {triagedOne} from './triaged.ts';

const QUOTA = 'You exceeded your current quota, please check your plan and billing details.';
const red = ({light, decision, nextWait, signal}: TriagedFailure): string =>
  `${signal} ${light} ${decision} ${nextWait === null ? 'no wait' : 'a wait'}`;

describe('triage: a used-up account', () => {
  const body = {error: {message: QUOTA, type: 'insufficient_quota', param: null, code: 'insufficient_quota'}};
  for (const [title, log] of [
    ['in the body', JSON.stringify({method: 'POST', status: 429, body})],
    ['in the body as text', JSON.stringify({method: 'POST', status: 429, body: JSON.stringify(body)})],
    [
      'as a word of the message',
      JSON.stringify({method: 'POST', status: 429, err: {message: `insufficient_quota: ${QUOTA}`}}),
    ],
    ['as a word of the line', `2026-11-24 10:15:02 ERROR POST https://a.test/v1 failed: 429 insufficient_quota`],
    [
      'as Python prints the body',
      `openai.RateLimitError: Error code: 429 - {'error': {'message': '${QUOTA}', 'type': 'insufficient_quota', 'param': None, 'code': 'insufficient_quota'}}`,
    ],
    [
      'as a client of Java prints the body',
      `HttpClientErrorException$TooManyRequests: 429 Too Many Requests: "${JSON.stringify(body).replaceAll('"', '\\"')}"`,
    ],
    ['without a status', 'ERROR call failed: insufficient_quota'],
  ] as const)
    it(`${title}`, () => expect(red(triagedOne(log))).to.equal('429 insufficient_quota red fix no wait'));

  for (const message of [
    '429 Your account has insufficient credits',
    // As OpenAI's client for Python prints it where the URL has a path.
    `429 ${QUOTA}`,
  ])
    it(`in the sentence "${message}" alone: less sure, and the missing body is named`, () => {
      const found = triagedOne(JSON.stringify({method: 'POST', url: '/v1', status: 429, err: {message}}));
      expect(red(found)).to.equal('429 red do-not-retry no wait');
      expect(found.confidence).to.equal('medium');
      expect(found.missing).to.include('body (the words of the error were read)');
    });
});

describe('triage: a wait in words', () => {
  const SENTENCE = 'Rate limit reached for gpt-4o: Limit 3, Used 3, Requested 1. Please try again in 20s.';
  for (const [title, log] of [
    ['in err.message', JSON.stringify({method: 'POST', status: 429, err: {message: SENTENCE}})],
    ['in the message of the line', JSON.stringify({method: 'POST', statusCode: 429, message: SENTENCE})],
    [
      'in an error of Python',
      `openai.RateLimitError: Error code: 429 - {'error': {'message': '${SENTENCE}', 'code': 'rate_limit_exceeded'}}`,
    ],
    ['in a line of text', `ERROR POST https://a.test/v1: 429 Too Many Requests: ${SENTENCE}`],
    ['in a column', `status,method,error\n429,POST,${SENTENCE.replaceAll(',', '')}\n`],
    ['as retry_after of logfmt', 'level=error method=POST status=429 retry_after=20 msg="rate limited"'],
    ['as retryAfter of JSON', '{"method":"POST","status":429,"retryAfter":20}'],
    ['without a status', JSON.stringify({method: 'POST', err: {message: SENTENCE}})],
  ] as const)
    it(`${title}`, () => {
      const {nextWait, decision} = triagedOne(log);
      expect([decision, nextWait?.minMs]).to.deep.equal(['wait', 20_000]);
    });
});

describe('triage: a refusal whose reason the log lacks', () => {
  for (const [title, log, missing] of [
    [
      '429 of an access log',
      '10.0.0.7 - - [24/Nov/2026:10:15:02 +0000] "GET /a HTTP/1.1" 429 0 "-" "-"',
      'body (a used-up account looks the same)',
    ],
    ['429 in JSON', '{"method":"GET","url":"/a","status":429}', 'body (a used-up account looks the same)'],
    [
      '429 with a message that says no more',
      '{"method":"GET","url":"/a","status":429,"msg":"request failed"}',
      'body (a used-up account looks the same)',
    ],
    ['403', '{"method":"GET","url":"/a","status":403}', 'body (a rate limit looks the same)'],
    ['a status that is only named', 'ERROR GET https://a.test/x failed: rate limit exceeded', 'status (429 assumed)'],
  ] as const)
    it(`${title}: medium, and it is named`, () => {
      const found = triagedOne(log);
      expect(found.confidence).to.equal('medium');
      expect(found.missing).to.include(missing);
    });

  for (const [title, log] of [
    [
      'a limiter of nginx',
      '2026/11/24 10:15:02 [error] 31#31: *17 limiting requests, excess: 10.200 by zone "api", client: 10.0.0.7, server: api, request: "GET /predict HTTP/1.1", host: "api.test"',
    ],
    ['a 429 with Retry-After', '{"method":"GET","url":"/a","res":{"statusCode":429,"headers":{"retry-after":"3"}}}'],
    [
      'a 429 with a body and other headers',
      '{"method":"GET","url":"/a","res":{"statusCode":429,"headers":{"date":"Tue, 24 Nov 2026 10:15:02 GMT"},"body":{"error":{"code":"rate_limit_exceeded"}}}}',
    ],
  ] as const)
    it(`${title}: high, because the reason is known`, () => expect(triagedOne(log).confidence).to.equal('high'));

  it('takes no word of an address for the words of the server', () => {
    const log =
      'requests.exceptions.HTTPError: 503 Server Error: Service Unavailable for url: https://a.test/v1/balance/recharge';
    expect(triagedOne(log).light).to.equal('yellow');
  });
});

describe('triage: the words of the engine', () => {
  it('are all found in a sentence, as far as no sentence has them by chance', () => {
    const codes = REFUSALS.filter(row => row.in === 'code')
      .flatMap(row => row.words)
      .filter(word => /_|[a-z][A-Z]/.test(word));
    expect(codes.length).to.be.above(30);
    for (const word of codes) expect(factsIn(`call failed (${word}): no`)?.codes, word).to.include(word);
  });

  it('are not taken from parts of other words', () => {
    expect(factsIn('my_insufficient_quota_handler')?.codes).to.deep.equal([]);
  });
});

describe('triage: literals of Python', () => {
  for (const [text, expected] of [
    [
      "{'a': 'b', 'c': None, 'd': [1, 2.5, True], 'e': {'f': \"it's\"}}",
      {a: 'b', c: null, d: [1, 2.5, true], e: {f: "it's"}},
    ],
    ["{'a': 'it\\'s'} and more", {a: "it's"}],
    ["{'a': (1,)}", {a: [1]}],
    ["{'a': ", undefined],
    ["{'a': <object at 0x7f>}", undefined],
    ['no literal', undefined],
    ['['.repeat(1000), undefined],
  ] as const)
    it(text.slice(0, 60), () => expect(pythonLiteral(text)).to.deep.equal(expected));
});
