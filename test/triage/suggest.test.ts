/** The suggested policy is valid, passes retry-lint, and would have decided as its reasons say. */
import {expect} from 'chai';
import {lintText} from '../../lint/index.ts';
import {definePolicy, type PolicyInput} from '../../src/core.ts';
import {triaged} from './triaged.ts';

const line = (status: number, method: string, more: object = {}): string =>
  JSON.stringify({level: 50, req: {method, url: '/a', headers: {}}, res: {statusCode: status}, ...more});
const outer = {req: {method: 'POST', url: '/a', headers: {'x-stainless-retry-count': '1'}}};
const quota = {err: {message: '429 You exceeded your current quota', error: {code: 'insufficient_quota'}}};

const logs: readonly (readonly [title: string, log: string[], policy: PolicyInput | undefined, fields: string[]])[] = [
  ['nothing of a log that the policy fits', [line(503, 'GET'), line(404, 'GET')], undefined, []],
  ['keys for POSTs that may have been acted on', [line(503, 'POST')], undefined, ['idempotency']],
  ['to read bodies that say that no retry helps', [line(429, 'POST', quota)], undefined, ['refusals']],
  ['to yield to a client above', [line(503, 'GET', outer)], undefined, ['nested']],
  [
    'statuses that the policy lacks',
    [line(503, 'GET'), line(502, 'GET')],
    {name: 'a', retryOn: [500, 'network', 'timeout']},
    ['retryOn'],
  ],
  [
    'not to retry what cannot succeed',
    [line(404, 'GET')],
    {name: 'a', retryOn: [404, 503, 'network', 'timeout']},
    ['retryOn'],
  ],
  [
    'to wait as long as servers ask',
    [JSON.stringify({req: {method: 'GET', url: '/a'}, res: {statusCode: 429, headers: {'retry-after': '90'}}})],
    {name: 'a', deadlineMs: 300_000},
    ['retryAfter'],
  ],
  [
    'all at once',
    [line(503, 'POST', outer), line(429, 'POST', quota)],
    {extends: ['steadfetch:batch']},
    ['refusals', 'nested'],
  ],
];

describe('triage: the suggested policy', () => {
  for (const [title, log, policy, fields] of logs)
    it(`suggests ${title}`, async () => {
      const {changes, policy: suggested} = triaged(log.join('\n'), policy).summary.suggestion;
      expect(changes.map(({field}) => field)).to.deep.equal(fields);
      definePolicy(suggested);
      const before = await findings(policy ?? {});
      const after = await findings(suggested);
      expect(after.filter(each => !before.includes(each))).to.deep.equal([]);
    });

  it('would have allowed the retry', () => {
    const log = line(503, 'POST').replace('"headers":{}', '"host":"a"');
    const {policy} = triaged(log).summary.suggestion;
    expect(triaged(log, policy).failures[0]).to.include({refusal: null, decision: 'retry-with-key'});
    expect(triaged(log, policy).summary.suggestion.changes).to.deep.equal([]);
  });

  it('leaves a hint alone that no deadline allows', () => {
    const log = JSON.stringify({
      req: {method: 'GET', url: '/a'},
      res: {statusCode: 429, headers: {'retry-after': '90'}},
    });
    expect(triaged(log).summary.suggestion.changes).to.deep.equal([]);
  });
});

async function findings(policy: PolicyInput): Promise<string[]> {
  const {findings: found} = await lintText({
    path: 'policy.json',
    files: {'policy.json': JSON.stringify(policy, null, 2)},
  });
  return found.map(({code}) => code);
}
