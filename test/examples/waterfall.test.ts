import {expect} from 'chai';
import type {Span} from '../../examples/before-after/otlp.ts';
import {coloured} from '../../examples/before-after/paint.ts';
import {tellingTrace} from '../../examples/before-after/span-tree.ts';
import {waterfall} from '../../examples/before-after/waterfall.ts';

const span = (
  spanId: string,
  parentSpanId: string,
  startMs: number,
  endMs: number,
  facts: Partial<Span> = {},
): Span => ({
  traceId: '4bf92f3577b34da6',
  spanId,
  parentSpanId,
  name: 'GET /items/{id}',
  kind: 'client',
  startMs: 1_764_000_000_000 + startMs,
  endMs: 1_764_000_000_000 + endMs,
  failed: false,
  attributes: {},
  events: [],
  links: [],
  ...facts,
});

const retried: readonly Span[] = [
  // As they come: a parent ends last.
  span('b', 'a', 0, 20, {failed: true, attributes: {'http.response.status_code': 503, 'error.type': '503'}}),
  span('c', 'a', 60, 100, {attributes: {'http.response.status_code': 200, 'http.request.resend_count': 1}}),
  span('a', '', 0, 100, {
    name: 'steadfetch GET /items/{id}',
    kind: 'internal',
    attributes: {'steadfetch.call.outcome': 'success'},
    events: [
      {name: 'steadfetch.retry.scheduled', atMs: 1_764_000_000_020, attributes: {'steadfetch.retry.reason': '503'}},
    ],
  }),
];

const hedged: readonly Span[] = [
  span('a', '', 0, 8, {name: 'call', kind: 'internal'}),
  span('b', 'a', 0, 8, {name: 'GET', attributes: {'steadfetch.attempt.number': 1}}),
  span('c', 'a', 4, 8, {name: 'GET', links: ['b']}),
  span('d', 'a', 6, 8, {name: 'GET', links: ['elsewhere'], failed: true, attributes: {'error.type': 'ECONNRESET'}}),
];

const lines = (text: string): readonly string[] => text.split('\n');

describe('before-after: waterfall', () => {
  it('draws attempts under their call, with the wait between them', () => {
    expect(lines(waterfall(retried, {width: 100}))).to.deep.equal([
      'trace 4bf92f35                0                                         100 ms',
      '○ steadfetch GET /items/{id}  ─────────◆──────────────────────────────────────  100 ms  success',
      '  ▸ GET /items/{id}           ▒▒▒▒▒▒▒▒▒▒                                         20 ms  503',
      '  ▸ GET /items/{id}                    ···················████████████████████   40 ms  200, retry 1',
      '◆ 20 ms  retry.scheduled  retry.reason=503',
      '█ attempt  ▒ failed attempt  ─ call  · wait  ◆ event',
    ]);
  });

  it('marks links, by the attempt they point to where it is known', () => {
    expect(lines(waterfall(hedged, {width: 70}))).to.deep.equal([
      'trace 4bf92f35  0                 8.0 ms',
      '○ call          ────────────────────────  8.0 ms',
      '  ▸ GET         ████████████████████████  8.0 ms',
      '  ▸ GET                     ████████████  4.0 ms  ⇢ attempt 1',
      '  ▸ GET                           ▒▒▒▒▒▒  2.0 ms  ECONNRESET, ⇢ elsewh',
      '█ attempt  ▒ failed attempt  ─ call  · wait  ◆ event',
    ]);
  });

  for (const width of [1, 32, 40, 57, 80, 200]) {
    it(`stays within ${Math.max(width, 32)} columns in a terminal of ${width}`, () => {
      const longest = Math.max(...lines(waterfall(retried, {width})).map(line => line.length));
      expect(longest).to.be.at.most(Math.max(width, 32));
    });
  }

  it('has the same text in colour', () => {
    const drawn = waterfall(retried, {paint: coloured});
    expect(drawn).to.include('\u001b[31m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
    expect(drawn.replace(/\u001b\[\d+m/g, '')).to.equal(waterfall(retried));
  });

  it('draws spans whose parents are missing or circular', () => {
    expect(lines(waterfall([span('c', 'lost', 0, 5)]))).to.have.length(3);
    expect(lines(waterfall([span('x', 'y', 0, 5), span('y', 'x', 0, 5)]))).to.have.length(4);
    expect(waterfall([])).to.equal('no spans');
  });
});

describe('before-after: the trace with the most retries', () => {
  const trace = (traceId: string, spans: readonly Span[]): readonly Span[] => spans.map(one => ({...one, traceId}));

  it('has the most attempts of those that succeeded in the end', () => {
    const plain = trace('plain', retried.slice(1));
    const lost = trace('lost', [...retried.slice(0, 2), span('d', 'a', 101, 120), {...retried[2]!, failed: true}]);
    expect(tellingTrace([...plain, ...lost, ...trace('saved', retried)])[0]!.traceId).to.equal('saved');
  });

  it('is empty without spans', () => {
    expect(tellingTrace([])).to.deep.equal([]);
  });
});
