/** How a measurement is shown. */
import {expect} from 'chai';
import fc from 'fast-check';
import {histogramOf} from '../../src/cli/measure-histogram.ts';
import {measureText} from '../../src/cli/measure-text.ts';
import type {MeasuredCall} from '../../src/measure/measurement.ts';
import {call, calls, measured} from './measured.ts';

const verdictOf = (plain: MeasuredCall[], policy: MeasuredCall[]): string =>
  measureText(measured({calls: plain}, {calls: policy}))
    .trimEnd()
    .split('\n\n')
    .at(-1)!
    .replaceAll('\n', ' ');

describe('measureText', () => {
  it('says in plain words whether the difference is more than chance', () => {
    expect(verdictOf(calls(40, 10), calls(50, 0))).to.equal(
      'Of 100 calls, 20.0 more succeeded under the policy than with plain fetch (95 % interval: 8.7 to 33.0 more). That is more than chance.',
    );
    expect(verdictOf(calls(50, 0), calls(40, 10))).to.equal(
      'Of 100 calls, 20.0 fewer succeeded under the policy than with plain fetch (95 % interval: 8.7 to 33.0 fewer). That is more than chance.',
    );
    expect(verdictOf(calls(48, 2), calls(50, 0))).to.match(
      /^Of 100 calls, 4\.0 more .* 3\.\d fewer to 13\.\d more\)\. Chance alone explains a difference of this size\./,
    );
    expect(verdictOf(calls(48, 2), calls(48, 2))).to.match(/^Of 100 calls, as many succeeded/);
  });

  it('claims nothing where no call failed, every call failed, or none was made', () => {
    expect(verdictOf(calls(50, 0), calls(50, 0))).to.match(/^No call failed on either side/);
    expect(verdictOf(calls(0, 50), calls(0, 50))).to.match(/^Every call failed on both sides/);
    expect(verdictOf([], [])).to.match(/^No pair of calls was completed/);
  });

  it('shows no latency where no call succeeded', () => {
    expect(measureText(measured({calls: calls(0, 5)}, {calls: calls(0, 5)}))).not.to.include('Latency');
  });

  it('explains redirects', () => {
    const text = measureText(measured({calls: calls(0, 5, '302')}, {calls: calls(0, 5, '302')}));
    expect(text).to.include('Redirects are failures here');
  });

  it('says how a policy allows a POST to be retried, where the server may have acted', () => {
    const text = measureText(measured({calls: calls(5, 1)}, {calls: calls(5, 1, '503, may-have-acted')}));
    expect(text).to.include('may have acted on some failed calls').and.include('"idempotentMethods": ["POST"]');
  });

  it('says that calls were cut off, so that the numbers may be too good', () => {
    const text = measureText(measured({calls: calls(5, 0), cutOff: 2}, {calls: calls(4, 0), cutOff: 1}));
    expect(text)
      .to.include('Stopped: 5 and 4 of 5 calls')
      .and.include('not counted: 2 of plain fetch, 1 of the policy');
  });

  const anyCalls = fc.array(
    fc.record({
      durationMs: fc.oneof(fc.double({min: 0, max: 5, noNaN: true}), fc.double({min: 0, max: 1e6, noNaN: true})),
      failure: fc.option(fc.string({unit: 'grapheme', maxLength: 120}), {freq: 2}),
    }),
    {maxLength: 300},
  );
  const asCalls = (given: readonly {durationMs: number; failure: string | null}[]): MeasuredCall[] =>
    given.map(({durationMs, failure}, pair) => call(pair, durationMs, failure));

  const encoded = fc.string({unit: 'grapheme', maxLength: 40}).map(encodeURIComponent);
  /** fast-check's own takes 0.8 s to make a table of the characters in a path. */
  const anyUrl = fc
    .record({domain: fc.domain(), path: fc.array(encoded), query: encoded})
    .map(({domain, path, query}) => `https://${domain}/${path.join('/')}?q=${query}`);

  it('fits into 80 columns, whatever was measured', () => {
    fc.assert(
      fc.property(anyCalls, anyCalls, anyUrl, (before, after, url) => {
        const attempts = new Map(before.map(({failure}, index) => [failure ?? '200', index]));
        const text = measureText(
          measured({calls: asCalls(before), attempts, cutOff: 1}, {calls: asCalls(after)}, `GET ${url}`),
        );
        for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80);
      }),
    );
  });

  it('has every call in one row of the histogram, and at most thirteen rows', () => {
    fc.assert(
      fc.property(anyCalls, anyCalls, (before, after) => {
        const sides = [asCalls(before), asCalls(after)];
        const rows = histogramOf(sides);
        for (const [index, side] of sides.entries())
          expect(rows.reduce((sum, {counts}) => sum + counts[index]!, 0)).to.equal(side.length);
        expect(rows.length).to.be.at.most(13);
      }),
    );
  });

  it('has a row for a latency whose logarithm is rounded up', () => {
    const rows = histogramOf([asCalls([{durationMs: 999_999.999999999, failure: null}]), []]);
    expect(rows).to.deep.equal([{range: '700,000 to 1,000,000', counts: [1, 0]}]);
  });

  it('takes as many calls as --yes allows', () => {
    const many = Array.from({length: 200_000}, (_, pair) => call(pair, 10 + (pair % 10)));
    expect(histogramOf([many, many])).to.deep.equal([
      {range: '10 to 15', counts: [100_000, 100_000]},
      {range: '15 to 20', counts: [100_000, 100_000]},
    ]);
  });

  it('has narrow rows for latencies that are alike, and wide ones for others', () => {
    const ranges = (...latencies: number[]): string[] =>
      histogramOf([latencies.map((ms, pair) => call(pair, ms))]).map(({range}) => range);
    expect(ranges(10, 14.9, 15)).to.deep.equal(['10 to 15', '15 to 20']);
    expect(ranges(0.004, 0.2)).to.deep.equal(['0.1 to 0.15', '0.15 to 0.2', '0.2 to 0.3']);
    expect(ranges(12, 25, 8000)).to.deep.equal(['10 to 15', '15 to 20', '20 to 30', '...', '7,000 to 10,000']);
    const spread = Array.from({length: 40}, (_, power) => 0.2 * 1.5 ** power);
    expect(ranges(...spread).at(-1)).to.equal('1,000,000 to 10,000,000');
  });
});
