/** An unsafe fix leaves nothing that is as bad as what it mends. */

import {expect} from 'chai';
import {severities} from '../../lint/finding.ts';
import {fixText} from '../../lint/fix.ts';
import {lintText} from '../../lint/lint.ts';

const bucket = (capacity: number, rest: object): object => ({budget: {kind: 'token-bucket', capacity, ...rest}});

describe('an unsafe fix', () => {
  const policies: readonly object[] = [
    bucket(0, {retryCost: 0}),
    bucket(4, {retryCost: 0, throttledCost: 0}),
    bucket(10, {retryCost: 0}),
    bucket(10, {retryCost: 0, throttledCost: 0}),
    bucket(40_000, {retryCost: 200}),
    {deadlineMs: 10},
    {attemptTimeoutMs: 10, deadlineMs: 15_000},
    {attemptTimeoutMs: 10, routes: [{match: {path: '/v1/a'}, deadlineMs: 15_000}]},
    {routes: [{match: {path: '/v1/a'}, retryOn: [404, 'UNAVAILABLE']}]},
    {retryOn: [404, 'UNAVAILABLE'], routes: [{match: {path: '/v1/a'}, maxAttempts: 2}]},
    {retryOn: [404, 401, 'UNAVAILABLE', 'INTERNAL'], routes: [{match: {path: '/v1/a'}}]},
  ];
  for (const policy of policies) {
    const text = JSON.stringify(policy);
    it(`brings no other finding that is as severe: ${text}`, async () => {
      const request = {path: 'p.json', files: {'p.json': text}};
      const before = await lintText(request);
      const {fixed, report} = await fixText(request, {unsafe: true});
      const rank = Math.max(...fixed.map(({severity}) => severities.indexOf(severity)), -1);
      const known = before.findings.map(({code, severity}) => `${code} ${severity}`);
      const brought = report.findings.filter(
        ({code, severity}) => !known.includes(`${code} ${severity}`) && severities.indexOf(severity) <= rank,
      );
      expect(brought.map(({message}) => message)).to.deep.equal([]);
    });
  }

  for (const [what, policy, field, value] of [
    ['the cost that the bucket holds', bucket(14, {retryCost: 0}), 'budget.retryCost', 14],
    ['a deadline in which all attempts end', {deadlineMs: 30}, 'deadlineMs', 30_000],
    ['a timeout that fits', {attemptTimeoutMs: 9}, 'attemptTimeoutMs', 9000],
  ] as const)
    it(`sets ${what}`, async () => {
      const {text} = await fixText({path: 'p.json', files: {'p.json': JSON.stringify(policy)}}, {unsafe: true});
      expect(JSON.parse(text)).to.have.nested.property(field, value);
    });

  it('takes a 404 out of a list that still has triggers', async () => {
    const text = '{"routes": [{"match": {"path": "/v1/a"}, "retryOn": [404, "UNAVAILABLE", 503]}]}';
    const fixed = await fixText({path: 'p.json', files: {'p.json': text}}, {unsafe: true});
    expect(fixed.text).to.contain('["UNAVAILABLE", 503]');
  });
});
