import {expect} from 'chai';
import {type Course, policies, simulated} from '../../examples/outage.ts';

describe('outage', () => {
  let alone: Course;
  let breaker: Course;
  before(async () => {
    alone = await simulated(policies['retries alone']!);
    breaker = await simulated(policies['with a breaker']!);
  });

  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

  it('retries alone send more than four requests for each call of the outage', () => {
    expect(sum(alone.requests.slice(4, 6)) / 60).to.be.above(4);
  });

  it('a breaker shrinks the storm to its first failures and a probe each second', () => {
    expect(sum(breaker.requests.slice(3, 6))).to.be.below(20);
  });

  it('retries alone keep the service down when the outage is over', () => {
    const after = alone.success.slice(8);
    expect(after).to.have.length(4);
    for (const success of after) expect(success).to.be.below(0.3);
  });

  it('with a breaker the service is back within two seconds', () => {
    expect(breaker.success.slice(8)).to.deep.equal([1, 1, 1, 1]);
    expect(breaker.succeeded).to.be.above(1.5 * alone.succeeded);
  });

  it('both send each call once before the outage', () => {
    for (const {requests} of [alone, breaker]) expect(sum(requests.slice(0, 3))).to.equal(89);
  });
});
