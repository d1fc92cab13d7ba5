/** The page of a measurement: what it says, and that it stands what servers and users write. */
import {expect} from 'chai';
import {LIGHT} from '../../src/charts/theme.ts';
import {measurementPage} from '../../src/cli/measure-page.ts';
import type {Measurement} from '../../src/measure/measurement.ts';
import {call, calls, measured} from './measured.ts';

const HOSTILE = `"><script>alert(1)</script>&'`;

const titles = (page: string): string[] =>
  [...page.matchAll(/<figcaption>(.*?)<\/figcaption>/g)].map(([, text]) => text!);

/** What a reader sees in tables and sentences. */
const textOf = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>|<div class="chart.*?<\/div>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

describe('measurementPage', () => {
  const attempts = new Map([
    ['200', 40],
    ['503', 10],
  ]);
  const shown = measurementPage(
    measured({calls: calls(40, 10), attempts}, {calls: calls(50, 0), attempts: new Map([['200', 50]])}),
  );

  it('shows success, latency, attempts and failures of both sides', () => {
    expect(titles(shown)).to.deep.equal([
      'Share of calls that succeeded',
      'Latency of all calls',
      'Attempts by how they ended',
      'Failed calls by their reason',
    ]);
    expect(textOf(shown))
      .to.include('calls that succeeded 40 of 50, 80.0 % 50 of 50, 100.0 %')
      .and.include('95 % interval 67.0 % to 88.8 % 92.9 % to 100.0 %')
      .and.include('P95 failed 57 ms');
  });

  it('says what was measured, and how', () => {
    expect(textOf(shown))
      .to.include('Measurement: GET http://x/')
      .and.include('policy default')
      .and.include('50 calls each, in turn, 5 requests a second in all, in 20.3 s')
      .and.include('30,000 ms for a call of plain fetch')
      .and.include('2026-01-01 00:00:00 UTC');
  });

  it('begins with the verdict', () => {
    expect(shown).to.match(/<\/h1>\n<p>Of 100 calls, 20\.0 more succeeded under the policy than with plain fetch/);
  });

  it('draws the line of a side up to the share of its calls that succeeded', () => {
    const [, latency = ''] = shown.split('<figcaption>Latency of all calls');
    const [, drawing = ''] = latency.split('<div class="chart light broad"');
    const endOf = (color: string): number => {
      const [path = ''] = new RegExp(`<path d="[^"]*" [^>]*stroke="${color}"`).exec(drawing) ?? [];
      return Number(/L([\d.]+) [\d.]+"/.exec(path)?.[1]);
    };
    const [plain, policy] = LIGHT.series.map(endOf) as [number, number];
    expect(policy - plain).to.be.within(120, 170);
  });

  it('shows what is known where no call succeeded, none failed, or none was made', () => {
    const of = (plain: Measurement['plain']['calls'], policy: Measurement['plain']['calls']): string[] =>
      titles(measurementPage(measured({calls: plain}, {calls: policy})));
    expect(of(calls(0, 5), calls(0, 5))).not.to.include('Latency of all calls');
    expect(of(calls(5, 0), calls(5, 0))).not.to.include('Failed calls by their reason');
    expect(of([], [])).to.deep.equal(['Share of calls that succeeded', 'Attempts by how they ended']);
    expect(of([call(0, 5)], [])).to.include('Latency of all calls');
  });

  it('names calls that were cut off, redirects, and POSTs that were not retried', () => {
    const page = measurementPage(
      measured({calls: calls(5, 1, '302'), cutOff: 2}, {calls: calls(5, 1, '503, may-have-acted')}),
    );
    expect(textOf(page))
      .to.include('not counted: 2 of plain fetch, 0 of the policy')
      .and.include('Redirects are failures here')
      .and.include('may have acted on some failed calls');
  });

  it('shows hostile words as text', () => {
    const failed = {...call(0, 5, HOSTILE), message: HOSTILE};
    const page = measurementPage(
      measured({calls: [failed], attempts: new Map([[HOSTILE, 1]])}, {calls: [call(0, 5)]}, `GET ${HOSTILE}`),
    );
    expect(page).not.to.match(/<script/i);
    expect(page).to.include('&lt;script&gt;');
  });

  it('adds up the rest of many reasons', () => {
    const many = Array.from({length: 30}, (_, pair) => call(pair, 5, `E${pair}`));
    expect(measurementPage(measured({calls: many}, {calls: calls(30, 0)}))).to.include('18 others');
  });

  it('stays small with as many calls as --yes allows', () => {
    const many = Array.from({length: 50_000}, (_, pair) => call(pair, 10 + (pair % 100)));
    expect(measurementPage(measured({calls: many}, {calls: many})).length).to.be.below(400_000);
  });
});
