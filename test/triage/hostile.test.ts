/** A log holds whatever was sent to a program. Nothing in it ends the reading, takes long, or reaches the terminal unseen. */
import {expect} from 'chai';
import fc from 'fast-check';
import {failureRecord, summaryRecord} from '../../src/cli/triage-records.ts';
import {failureRows, summaryText} from '../../src/cli/triage-table.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import {shortly, triaged} from './triaged.ts';

const GOOD = '{"level":50,"req":{"method":"GET","url":"/a"},"res":{"statusCode":503}}';
const SECRET = 'qX7-zT9_wK3';

/** All that the command would print. */
function printed(log: string | Buffer): string {
  const {failures, summary} = triaged(log);
  return [
    ...failures.flatMap(each => [failureRows(each, undefined), JSON.stringify(failureRecord(each, undefined))]),
    summaryText(summary, defaultPolicy),
    JSON.stringify(summaryRecord(summary)),
  ].join('\n');
}

describe('triage: hostile logs', () => {
  it('counts truncated JSON, and reads on', () => {
    const {failures, summary} = triaged(`${GOOD.slice(0, -1)}\n${GOOD}\n`);
    expect(failures.map(shortly)).to.deep.equal(['2 GET 503 yellow retry']);
    expect(summary.unreadable).to.equal(1);
  });

  it('passes over a line of 10 MB, and reads on', () => {
    const long = `{"msg":"${'x'.repeat(1e7)}","res":{"statusCode":503}}`;
    const {failures, summary} = triaged(`${GOOD}\n${long}\n${GOOD}\n${long}`);
    expect(failures.map(each => each.line)).to.deep.equal([1, 3]);
    expect(summary.tooLong).to.equal(2);
  });

  it('passes over a span of 10 MB, and reads on', () => {
    const span = (name: string): object => ({
      kind: 3,
      name,
      attributes: [
        {key: 'http.request.method', value: {stringValue: 'GET'}},
        {key: 'http.response.status_code', value: {intValue: '503'}},
      ],
    });
    const spans = [span('a'), span('x'.repeat(1e7)), span('b')];
    const {failures, summary} = triaged(JSON.stringify({resourceSpans: [{scopeSpans: [{spans}]}]}));
    expect(failures).to.have.length(2);
    expect(summary.unreadable).to.equal(1);
  });

  it('reads documents behind one that was cut off', () => {
    const whole =
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":3,"attributes":[{"key":"http.request.method","value":{"stringValue":"GET"}},{"key":"http.response.status_code","value":{"intValue":"503"}}]}]}]}]}';
    for (const cut of [20, 60, 100, 150])
      expect(triaged(`${whole.slice(0, cut)}\n${whole}\n${whole}`).failures, `cut after ${cut}`).to.have.length(2);
  });

  it('reads CRLF, a byte order mark, and the last line without its end', () => {
    for (const log of [`${GOOD}\r\n${GOOD}\r\n`, `\ufeff${GOOD}\n${GOOD}`, `\ufeff${GOOD}\r\n\r\n\r\n${GOOD}`])
      expect(triaged(log).failures).to.have.length(2);
  });

  it('reads UTF-8, in chunks that cut letters', () => {
    const line = '{"level":50,"req":{"method":"GET","url":"/ä/ö"},"res":{"statusCode":503},"msg":"日本語"}';
    for (const chunk of [1, 2, 3, 5]) expect(triaged(line, undefined, chunk).failures).to.have.length(1);
  });

  it('prints printable ASCII only, whatever the log holds', () => {
    const url = '/a\u001b[2J\u0007\u009b31m\u202ex\r\nforged';
    const logs = [
      JSON.stringify({level: 50, req: {method: 'GET', url}, res: {statusCode: 503}}),
      `10.0.0.7 - - [24/Nov/2026:10:15:02 +0000] "GET /\u001b]0;x\u0007 HTTP/1.1" 503 0 "-" "-"`,
      `Error: 503 \u001b[31mred`,
      JSON.stringify({
        policy: 'p',
        method: 'G\u001b[31m',
        url,
        latencyMs: 1,
        status: 503,
        transient: true,
        sent: 'x',
        error: '\u001b',
      }),
    ];
    for (const log of logs) expect(printed(log).replaceAll(/[\n§]/g, '')).to.match(/^[ -~]*$/);
  });

  it('prints no secret', () => {
    const url = `https://user:${SECRET}@a.test/bot${SECRET}123456:${SECRET}AAAA/send?key=${SECRET}&q=${SECRET}#${SECRET}`;
    const err = {
      type: 'Error',
      message: `503 ${SECRET} ${url}`,
      stack: `Error: ${SECRET}`,
      code: SECRET,
      config: {url, headers: {authorization: SECRET}},
    };
    const logs = [
      JSON.stringify({
        level: 50,
        err,
        req: {method: SECRET, url, headers: {authorization: `Bearer ${SECRET}`, cookie: SECRET}},
      }),
      `Error: 401 Incorrect API key provided: ${SECRET}`,
      `HTTPError: Request failed with status code 500: GET ${url}`,
      `level=error method=GET url=${url} status=503 err="${SECRET}"`,
      `Get "${url}": dial tcp 10.0.0.9:443: connect: connection refused ${SECRET}`,
      `requests.exceptions.HTTPError: 503 Server Error: ${SECRET} for url: ${url}`,
      `10.0.0.7:5 [24/Nov/2026:10:15:02.655] web api/s1 0/0/1/-1/12 502 208 - - SH-- 1/1/0/0/0 0/0 {${SECRET}} "GET ${url} HTTP/1.1"`,
      `time,status,error,user\n10:15,503,${SECRET},${SECRET}`,
      `c-1  GET ${url}  attempt 1  ${SECRET}  12 ms  failure: ${SECRET}`,
      JSON.stringify({
        policy: SECRET,
        method: 'GET',
        url,
        latencyMs: 1,
        error: SECRET,
        reason: SECRET,
        correlationId: SECRET,
      }),
      JSON.stringify({
        log: {
          version: '1.2',
          entries: [
            {
              request: {method: 'GET', url, headers: [{name: 'authorization', value: SECRET}]},
              response: {status: 500, content: {text: SECRET}},
            },
          ],
        },
      }),
    ];
    for (const log of logs) {
      expect(triaged(log).failures, log).to.have.length(1);
      expect(printed(log), log).not.to.include(SECRET);
    }
  });

  it('masks the parts of a path that look like tokens', () => {
    const target = (path: string): string | undefined =>
      triaged(JSON.stringify({req: {method: 'GET', url: path}, res: {statusCode: 503}})).failures[0]!.target;
    const random = 'Xk29fLq0ZtB7mWv3Rc81';
    expect(target(`/services/T0001/B0002/${random}/x`)).to.equal('/services/T0001/B0002/*/x');
    expect(target('/v1/chat/completions')).to.equal('/v1/chat/completions');
    expect(target('/openai/deployments/gpt-4o-mini/embeddings')).to.equal('/openai/deployments/gpt-4o-mini/embeddings');
    expect(target('/orders/8e03978e-40d5-43e8-bc93-6894a57f9324')).to.equal('/orders/*');
  });

  it('never throws, whatever the bytes', () => {
    const pieces = fc.constantFrom(
      GOOD,
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{',
      '{"log":{"entries":[',
      '"kind":3',
      'TypeError: fetch failed',
      '    at x',
      '  [cause]: Error: connect ECONNREFUSED {',
      '\n',
      '\r\n',
      '\0',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ' 503 ',
      '[2026-11-24T10:15:02.310Z] "GET / HTTP/2" 503 UF',
      ' attempt 1  503  3 ms',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string(), fc.json()), {maxLength: 20}),
        fc.integer({min: 1, max: 200}),
        (parts, chunk) => {
          const {failures} = triaged(parts.join(''), undefined, chunk);
          expect(failures.every(({nextWait}) => nextWait === null || Number.isFinite(nextWait.maxMs))).to.equal(true);
        },
      ),
      {numRuns: 300},
    );
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 500}), bytes => void triaged(Buffer.from(bytes))),
      {numRuns: 200},
    );
  });

  it('never throws, whatever is in a record', () => {
    const record = fc.record(
      {
        level: fc.anything(),
        err: fc.anything(),
        req: fc.anything(),
        res: fc.anything(),
        policy: fc.anything(),
        method: fc.anything(),
        url: fc.anything(),
        latencyMs: fc.anything(),
        status: fc.anything(),
        error: fc.anything(),
        type: fc.constantFrom('attempt.end', 'x'),
        call: fc.anything(),
        attempt: fc.anything(),
        retryAfterMs: fc.anything(),
      },
      {requiredKeys: []},
    );
    fc.assert(
      fc.property(
        record,
        each =>
          void printed(String(JSON.stringify(each, (_, value) => (typeof value === 'bigint' ? String(value) : value)))),
      ),
      {numRuns: 500},
    );
  });

  it('takes no more than linear time for lines that regular expressions could stumble over', () => {
    const lines = [
      `Error: ${'a: '.repeat(1e5)}`,
      `10.0.0.7 - ${'- '.repeat(1e5)}[503`,
      `x  ${'y  '.repeat(1e5)}attempt 1  503`,
      `${'('.repeat(1e5)}Error: `,
      `{"${'{"'.repeat(1e5)} 503 }`,
      `${'[24/Nov/2026:10:15:02] a b/c '.repeat(4e3)} 503 `,
      `dial ${'tcp dial '.repeat(1e4)}refused`,
      `lookup ${'a lookup '.repeat(1e4)}timeout`,
      `${'failed to connect to a '.repeat(5e3)}refused`,
      `${'status=503 '.repeat(1e4)}`,
      `${'request failed '.repeat(1e4)}`,
      `${'GET /a '.repeat(1e4)} 503 `,
      `Error: 429 ${"{'a': ".repeat(1e4)}`,
      `An error occurred (${'A'.repeat(1e5)}) when calling Error: x`,
      `status,error\n${'"a""'.repeat(1e5)}`,
    ];
    const started = process.cpuUsage();
    for (const line of lines) triaged(line);
    const {user} = process.cpuUsage(started);
    expect(user / 1000, 'ms of CPU').to.be.below(2000);
  });
});
