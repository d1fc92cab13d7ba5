import {expect} from 'chai';
import {Plans, type PolicySource} from '../../src/client/plan.ts';
import {resolveOverrides, resolvePolicy} from '../../src/policy/resolve.ts';

describe('Plans', () => {
  it('keep the plans of overrides that are used, for any number of others', () => {
    let resolved = 0;
    const source: PolicySource = {
      resolve: resolvePolicy,
      resolveCall: (base, overrides) => {
        resolved++;
        return resolveOverrides(base, overrides);
      },
    };
    const plans = new Plans({}, source);
    const under = (deadlineMs: number) => plans.for('GET', 'https://a.test', '/', {deadlineMs}).plan;
    const used = under(1);
    for (let deadlineMs = 100; deadlineMs < 1100; deadlineMs++) {
      under(deadlineMs);
      expect(under(1)).to.equal(used);
    }
    expect(resolved).to.equal(1001);
  });
});
