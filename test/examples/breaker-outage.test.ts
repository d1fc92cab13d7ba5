import {expect} from 'chai';
import {type Outage, policies, simulate} from '../../examples/breaker-outage.ts';

describe('breaker-outage', () => {
  let alone: Outage;
  let budget: Outage;
  let breaker: Outage;
  before(async () => {
    alone = await simulate(policies['retries alone']!);
    budget = await simulate(policies['with a budget']!);
    breaker = await simulate(policies['with a breaker']!);
  });

  it('retries alone send nearly four requests for each call of the outage', () => {
    expect(alone.callsWhileDown).to.equal(600);
    expect(alone.requestsWhileDown / alone.callsWhileDown).to.be.within(3.8, 4);
  });

  it('a budget keeps them to the load of good times', () => {
    expect(budget.requestsWhileDown / budget.callsWhileDown).to.be.within(1, 1.05);
  });

  it('a breaker shrinks the storm to its first failures and a probe every 15 s', () => {
    expect(breaker.requestsWhileDown).to.be.below(20);
    expect(breaker.failedAfterMs).to.be.below(alone.failedAfterMs / 100);
  });

  it('retries alone keep the server down after its database is back, until the calls end', () => {
    expect(alone.backAfterMs).to.be.above(60_000);
    expect(alone.failedWhileUp).to.be.above(590);
  });

  it('a breaker costs up to one open time when the database is back, and is better than none', () => {
    expect(breaker.backAfterMs).to.be.within(0, 16_600);
    expect(breaker.failedWhileUp).to.be.below(166);
    expect(breaker.failed).to.be.below(alone.failed);
  });

  it('a budget costs nothing then', () => expect(budget.failedWhileUp).to.be.below(5));

  it('all of them send each call once before, and those that came back send each call once after', () => {
    for (const {requests} of [alone, budget, breaker]) expect(requests.slice(0, 6)).to.deep.equal(Array(6).fill(50));
    for (const {requests} of [budget, breaker]) expect(requests.slice(-5)).to.deep.equal(Array(5).fill(50));
  });
});
