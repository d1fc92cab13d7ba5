import {expect} from 'chai';
import fc from 'fast-check';
import {REFUSED, type Receipt} from '../../src/guards/budget.ts';
import {RatioBudget} from '../../src/guards/ratio-budget.ts';

const policy = {kind: 'ratio', ratio: 0.1, windowMs: 10_000, minPerSecond: 0} as const;

function grants(budget: RatioBudget, now: number): number {
  for (let granted = 0; granted < 10_000; granted++) if (budget.withdraw(false, now) === REFUSED) return granted;
  throw new Error('There is no end of retries.');
}
const afterCalls = (
  calls: number,
  settings: ConstructorParameters<typeof RatioBudget>[0] = policy,
  now = 0,
): RatioBudget => {
  const budget = new RatioBudget(settings);
  for (let n = 0; n < calls; n++) budget.callStarted(now);
  return budget;
};

describe('RatioBudget', () => {
  for (const [calls, ratio, minPerSecond, granted] of [
    [0, 0.1, 0, 0],
    [9, 0.1, 0, 0],
    [10, 0.1, 0, 1],
    [30, 0.1, 0, 3],
    [70, 0.1, 0, 7],
    [99, 0.1, 0, 9],
    [1000, 0.1, 0, 100],
    [100, 0.29, 0, 29],
    [100, 0, 0, 0],
    [10, 2, 0, 20],
    [0, 0.1, 1, 10],
    [30, 0.1, 1, 13],
    [0, 0, 0.1, 1],
    [0, 0, 0.05, 0],
  ] as const) {
    it(`${calls} calls at ${ratio}, and ${minPerSecond} a second: ${granted} retries`, () => {
      expect(grants(afterCalls(calls, {...policy, ratio, minPerSecond}), 0)).to.equal(granted);
    });
  }

  it('an outage is made no more than a tenth worse @T44', () => {
    const budget = new RatioBudget(policy);
    let retries = 0;
    for (let call = 0; call < 10_000; call++) {
      const now = call * 10;
      budget.callStarted(now);
      for (let attempt = 0; attempt < 2; attempt++) if (budget.withdraw(false, now) !== REFUSED) retries++;
    }
    expect(retries).to.be.within(900, 1000);
  });

  it('calls of an hour ago pay for nothing', () => {
    expect(grants(afterCalls(1000), 3_600_000)).to.equal(0);
  });

  it('retries leave the window as calls do', () => {
    const budget = afterCalls(10);
    expect(grants(budget, 0)).to.equal(1);
    for (let n = 0; n < 10; n++) budget.callStarted(10_500);
    expect(grants(budget, 10_500)).to.equal(1);
  });

  it('a retry that does not happen is given back, once, and only while it counts @T45', () => {
    const budget = afterCalls(10);
    const receipt = budget.withdraw(false, 0);
    budget.giveBack(receipt, 100);
    expect(grants(budget, 100)).to.equal(1);
    const late = afterCalls(10);
    const old = late.withdraw(false, 0);
    for (let n = 0; n < 10; n++) late.callStarted(20_000);
    expect(late.withdraw(false, 20_000)).not.to.equal(REFUSED);
    late.giveBack(old, 20_000);
    expect(grants(late, 20_000), 'the old one had left by itself').to.equal(0);
  });

  it('a retry that succeeds stays spent, and so does a first try', () => {
    const budget = afterCalls(10);
    budget.withdraw(false, 0);
    budget.retrySucceeded();
    budget.firstTrySucceeded();
    expect(grants(budget, 0)).to.equal(0);
  });

  for (const [calls, spent, share] of [
    [0, 0, 0],
    [9, 0, 0],
    [10, 0, 1],
    [20, 1, 0.5],
    [20, 2, 0],
  ] as const)
    it(`${calls} calls, ${spent} retried: ${share} remain`, () => {
      const budget = afterCalls(calls);
      for (let n = 0; n < spent; n++) budget.withdraw(false, 0);
      expect(budget.remaining(0)).to.be.closeTo(share, 1e-6);
    });

  it('nothing remains of old calls, even without a query since', () => {
    expect(afterCalls(20).remaining(60_000)).to.equal(0);
  });

  it('a clock that begins below zero is as good as any', () => {
    for (let now = -20_000; now < 0; now += 500) {
      const budget = afterCalls(10, policy, now);
      const receipt = budget.withdraw(false, now);
      expect(receipt, `at ${now}`).not.to.equal(REFUSED);
      budget.giveBack(receipt, now);
      expect(budget.remaining(now)).to.be.closeTo(1, 1e-6);
    }
  });

  it('never overspends and never leaks, against a list of everything that ever happened', () => {
    const action = fc.constantFrom('call', 'call', 'call', 'retry', 'retry', 'giveBack', 'wait');
    const steps = fc.array(fc.tuple(action, fc.nat(1000), fc.nat(4000)), {maxLength: 100});
    const ratios = fc.tuple(fc.constantFrom(0, 0.1, 0.2, 0.5, 1), fc.constantFrom(0, 0.1, 0.3));
    fc.assert(
      fc.property(ratios, steps, ([ratio, minPerSecond], script) => {
        const budget = new RatioBudget({...policy, ratio, minPerSecond});
        const calls: number[] = [];
        let spent: {bucket: number; receipt: Receipt}[] = [];
        let now = 0;
        for (const [what, which, later] of script) {
          const bucket = Math.floor(now / 1000);
          const isIn = (of: number) => of > bucket - 10;
          if (what === 'call') {
            budget.callStarted(now);
            calls.push(bucket);
          } else if (what === 'retry') {
            const receipt = budget.withdraw(which % 2 === 0, now);
            const tenths = calls.filter(isIn).length * ratio * 10 + minPerSecond * 100;
            const allowed = Math.floor(Math.round(tenths) / 10);
            expect(receipt !== REFUSED).to.equal(spent.filter(each => isIn(each.bucket)).length < allowed);
            if (receipt !== REFUSED) spent.push({bucket, receipt});
          } else if (what === 'giveBack' && spent.length > 0) {
            const undone = spent[which % spent.length]!;
            budget.giveBack(undone.receipt, now);
            spent = spent.filter(each => each !== undone);
          } else now += later;
        }
      }),
      {seed: 45, numRuns: 300},
    );
  });
});
