/** A line with a sign of a failure in a format that triage does not know is counted and shown, never passed over in silence. */
import {expect} from 'chai';
import {summaryText} from '../../src/cli/triage-table.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import {triaged} from './triaged.ts';

const SECRET = 'qX7-zT9_wK3';

describe('triage: lines with a sign of a failure that nothing read', () => {
  it('are counted, with the number and the shape of the first ones', () => {
    const {failures, summary} = triaged(
      'started\n>> request to the shop was rejected <<\n>> call to payments failed <<\nok\n',
    );
    expect(failures).to.deep.equal([]);
    expect(summary.unread).to.equal(2);
    expect(summary.unreadSamples).to.deep.equal([
      {line: 2, shape: '* request * rejected *'},
      {line: 3, shape: '* call * failed *'},
    ]);
  });

  it('show no more than five samples, and no word that is not of the vocabulary of failures', () => {
    const line = `>> request of ${SECRET} to https://u:${SECRET}@a.test/${SECRET}?k=${SECRET} failed <<\n`;
    const {summary} = triaged(line.repeat(20));
    expect(summary.unread).to.equal(20);
    expect(summary.unreadSamples).to.have.length(5);
    expect(JSON.stringify(summary)).not.to.include(SECRET).and.not.to.include('a.test');
  });

  it('are told by the summary for people, also where no failure was read', () => {
    const {summary} = triaged('>> call to payments failed <<\n');
    expect(summaryText(summary, defaultPolicy))
      .to.match(/1 line .*sign of a failure/)
      .and.to.include('line 1: * call * failed *');
  });

  it('are counted in JSON too, where a record tells of a failure in fields that nothing reads', () => {
    const {failures, summary} = triaged(
      '{"lvl":"E","what":"payment call failed after 3 tries"}\n{"level":30,"msg":"ready"}',
    );
    expect(failures).to.deep.equal([]);
    expect(summary.unread).to.equal(1);
  });

  for (const [title, line] of [
    ['a line without a sign', 'INFO started in 500 ms, 0 errors'],
    ['an error that is no failure of a request', 'ERROR: cannot parse config.yaml: unexpected token'],
    [
      'a success of a known format',
      '10.0.0.7 - - [24/Nov/2026:10:15:02 +0000] "GET /timeout HTTP/1.1" 200 503 "-" "x"',
    ],
    [
      'a success in JSON',
      '{"level":30,"req":{"method":"GET","url":"/a"},"res":{"statusCode":200},"msg":"request completed after a timeout"}',
    ],
    [
      'the stack of an error that was read',
      'TypeError: fetch failed\n    at connectionFailedTimeout (x.js:1:1)\n  [cause]: Error: connect ECONNREFUSED 10.0.0.9:443',
    ],
  ] as const)
    it(`are not counted for ${title}`, () => expect(triaged(line).summary.unread).to.equal(0));
});
