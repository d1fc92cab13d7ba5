/** What a log says together: its causes, the most frequent first. */
import {expect} from 'chai';
import {triaged} from './triaged.ts';

const failed = (path: string, status: number): string =>
  `10.0.0.7 - - [24/Nov/2026:10:15:02 +0000] "GET ${path} HTTP/1.1" ${status} 0 "-" "-"`;

describe('triage: the causes of failures', () => {
  it('are counted, and the most frequent comes first', () => {
    const log = [failed('/a', 503), failed('/b', 502), failed('/b', 502), failed('/b', 502), failed('/a', 503)];
    const {causes} = triaged(log.join('\n')).summary;
    expect(causes.map(({signal, target, count}) => ({signal, target, count}))).to.deep.equal([
      {signal: '502', target: '/b', count: 3},
      {signal: '503', target: '/a', count: 2},
    ]);
  });
});
