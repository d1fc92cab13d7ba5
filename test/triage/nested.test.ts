/** Retries of several layers around one request are found by a header, by a proxy's list of servers, and by the spans of a trace. */
import {expect} from 'chai';
import {triaged} from './triaged.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** @param retries `http.request.resend_count`. */
const span = (spanId: number, parent: number, retries = 0): object => ({
  traceId: TRACE,
  spanId: String(spanId).padStart(16, '0'),
  parentSpanId: String(parent).padStart(16, '0'),
  kind: 3,
  attributes: [
    {key: 'http.request.method', value: {stringValue: 'GET'}},
    {key: 'http.response.status_code', value: {intValue: '503'}},
    ...(retries > 0 ? [{key: 'http.request.resend_count', value: {intValue: String(retries)}}] : []),
  ],
});
const otlp = (...spans: object[]): string => JSON.stringify({resourceSpans: [{scopeSpans: [{spans}]}]});
const nestedIn = (log: string): object => triaged(log).summary.nested;

describe('triage: nested retries', () => {
  it('sees the count that an SDK sends', () => {
    const line = (count: number): string =>
      JSON.stringify({
        req: {method: 'POST', url: '/a', headers: {'x-stainless-retry-count': String(count)}},
        res: {statusCode: 503},
      });
    const {summary, failures} = triaged([0, 1, 2].map(line).join('\n'));
    expect(summary.nested).to.include({byHeader: 2});
    expect(failures.map(({failure}) => failure.attempt)).to.deep.equal([1, 2, 3]);
  });

  it('sees the servers that nginx asked, also where the last one answered', () => {
    const line = (status: number, upstream: string): string =>
      `10.0.0.7 - - [24/Nov/2026:10:15:02 +0000] "GET /a HTTP/1.1" ${status} 9 "-" "-" "${upstream}" 0.1`;
    const {summary, failures} = triaged(
      [line(200, '502, 200'), line(502, '502, 504, 502'), line(503, '503')].join('\n'),
    );
    expect(failures).to.have.length(2);
    expect(summary.nested).to.include({byProxy: 2, proxyTries: 5});
  });

  it('sees a retried span below a retried span', () => {
    // Two attempts of an outer layer, each with two of an inner one.
    const nested = otlp(span(1, 0), span(2, 0, 1), span(3, 1), span(4, 1, 1), span(5, 2), span(6, 2, 1));
    expect(nestedIn(nested)).to.deep.include({traces: 1, worst: {traceId: TRACE, attempts: 6}});
  });

  it('does not take two calls of one trace for layers', () => {
    expect(nestedIn(otlp(span(1, 8), span(2, 8, 1), span(3, 9), span(4, 9, 1)))).to.include({traces: 0});
  });

  it('sees attempts that begin anew in one trace of lines', () => {
    const line = (attempt: number): string =>
      JSON.stringify({
        traceId: TRACE,
        attempt,
        method: 'GET',
        url: 'https://a.test/x',
        err: {message: 'Request failed with status code 503'},
      });
    expect(nestedIn([1, 2, 1, 2].map(line).join('\n'))).to.include({traces: 1});
    expect(nestedIn([1, 2, 3].map(line).join('\n'))).to.include({traces: 0});
  });

  it('forgets traces of a long log, and still counts them', () => {
    const trace = (id: number): string =>
      otlp(
        ...[span(1, 0), span(2, 0, 1), span(3, 2), span(4, 2, 1)].map(each => ({
          ...each,
          traceId: id.toString(16).padStart(32, '0'),
        })),
      );
    const log = Array.from({length: 10_500}, (_, id) => trace(id)).join('\n');
    expect(nestedIn(log)).to.include({traces: 10_500});
  });

  it('remembers a bounded number of spans, and counts the traces that it forgets', () => {
    const trace = (id: number): string => {
      const traceId = id.toString(16).padStart(32, '0');
      const others = Array.from({length: 200}, (_, other) => ({...span(other + 10, 0), attributes: []}));
      const nested = [span(1, 0), span(2, 0, 1), span(3, 2), span(4, 2, 1)];
      return otlp(...[...nested, ...others].map(each => ({...each, traceId})));
    };
    const log = Array.from({length: 300}, (_, id) => trace(id)).join('\n');
    expect(nestedIn(log)).to.deep.include({traces: 300});
  });
});
