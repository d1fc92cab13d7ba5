import {expect} from 'chai';
import fc from 'fast-check';
import {REFUSED, type Receipt} from '../../src/guards/budget.ts';
import {TokenBucket} from '../../src/guards/token-bucket.ts';
import {defaultPolicy} from '../../src/policy/defaults.ts';
import type {TokenBucketBudget} from '../../src/policy/types.ts';

const policy = defaultPolicy.budget as TokenBucketBudget;
const still = {...policy, refillPerMinute: 0};

/** How many retries it grants at once. */
function grants(bucket: TokenBucket, throttled: boolean, now = 0): number {
  for (let granted = 0; ; granted++) if (bucket.withdraw(throttled, now) === REFUSED) return granted;
}

describe('TokenBucket', () => {
  for (const [title, settings, throttled, granted, left] of [
    ['100 tokens are 7 retries at 14', still, false, 7, 0.02],
    ['or 20 at 5, when throttled @T46', still, true, 20, 0],
    ['exactly enough is enough', {...still, capacity: 28}, false, 2, 0],
    ['one short is too little', {...still, capacity: 27}, false, 1, 13 / 27],
    ['an empty bucket grants nothing', {...still, capacity: 0}, false, 0, 0],
  ] as const) {
    it(title, () => {
      const bucket = new TokenBucket(settings);
      expect(grants(bucket, throttled)).to.equal(granted);
      expect(bucket.remaining(0)).to.be.closeTo(left, 1e-9);
    });
  }

  it('a retry that costs nothing is never refused', () => {
    const bucket = new TokenBucket({...still, capacity: 0, retryCost: 0});
    for (let n = 0; n < 1000; n++) expect(bucket.withdraw(false, 0)).not.to.equal(REFUSED);
  });

  it('a refusal takes nothing', () => {
    const bucket = new TokenBucket({...still, capacity: 13});
    expect(bucket.withdraw(false, 0)).to.equal(REFUSED);
    expect(bucket.remaining(0)).to.equal(1);
  });

  it('refunds the cost of a retry that succeeds, be it 14 or 5', () => {
    const bucket = new TokenBucket(still);
    for (const throttled of [false, true]) {
      const receipt = bucket.withdraw(throttled, 0);
      expect(bucket.remaining(0)).to.equal(throttled ? 0.95 : 0.86);
      bucket.retrySucceeded(receipt);
      expect(bucket.remaining(0)).to.equal(1);
    }
  });

  it('a retry that does not happen gives its tokens back @T45', () => {
    const bucket = new TokenBucket(still);
    bucket.giveBack(bucket.withdraw(false, 0));
    expect(bucket.remaining(0)).to.equal(1);
  });

  it('14 successful first attempts pay for one retry', () => {
    const bucket = new TokenBucket({...still, capacity: 14});
    bucket.withdraw(false, 0);
    for (let n = 0; n < 13; n++) bucket.firstTrySucceeded();
    expect(bucket.withdraw(false, 0)).to.equal(REFUSED);
    bucket.firstTrySucceeded();
    expect(bucket.withdraw(false, 0)).to.equal(14);
  });

  describe('a quiet client is not without retries for ever', () => {
    for (const [elapsed, granted] of [
      [0, 0],
      [59_999, 0],
      [60_000, 1],
      [120_000, 2],
      [3_600_000, 7],
    ] as const)
      it(`${elapsed} ms after it ran dry: ${granted}`, () => {
        const bucket = new TokenBucket({...policy, capacity: 98});
        expect(grants(bucket, false, 5000)).to.equal(7);
        expect(grants(bucket, false, 5000 + elapsed)).to.equal(granted);
      });

    it('many queries refill no more than one query', () => {
      const bucket = new TokenBucket({...policy, capacity: 98});
      grants(bucket, false);
      for (let now = 0; now <= 60_000; now += 7) bucket.remaining(now);
      expect(bucket.remaining(60_000) * 98).to.be.closeTo(14, 1e-6);
    });

    it('time before the first query adds no tokens', () => {
      const bucket = new TokenBucket({...policy, capacity: 98});
      expect(grants(bucket, false, 1e9)).to.equal(7);
    });
  });

  it('a clock that steps back and forth adds no tokens', () => {
    const bucket = new TokenBucket({...policy, capacity: 98});
    grants(bucket, false, 60_000);
    for (let step = 0; step < 100; step++) {
      bucket.remaining(0);
      bucket.remaining(60_000);
    }
    expect(bucket.remaining(60_000)).to.equal(0);
  });

  it('never overspends and never leaks, against an account book', () => {
    const action = fc.constantFrom('retry', 'throttled', 'succeed', 'giveBack', 'lose', 'first', 'wait');
    const steps = fc.array(fc.tuple(action, fc.nat(1000), fc.integer({min: 0, max: 90_000})), {maxLength: 80});
    const settings = fc.record({
      kind: fc.constant('token-bucket' as const),
      capacity: fc.nat(200),
      retryCost: fc.integer({min: 0, max: 30}),
      throttledCost: fc.integer({min: 0, max: 30}),
      refillPerMinute: fc.nat(100),
    });
    fc.assert(
      fc.property(settings, steps, (given, script) => {
        const bucket = new TokenBucket(given);
        const {capacity, retryCost, throttledCost, refillPerMinute} = given;
        let book = capacity;
        let now = 0;
        let open: Receipt[] = [];
        const credit = (tokens: number) => {
          book = Math.min(capacity, book + tokens);
        };
        bucket.remaining(now);
        for (const [what, which, later] of script) {
          const receipt = open[which % Math.max(1, open.length)];
          if (what === 'retry' || what === 'throttled') {
            const cost = what === 'throttled' ? throttledCost : retryCost;
            const got = bucket.withdraw(what === 'throttled', now);
            if (Math.abs(book - cost) < 1e-6) break; // Rounding may see it either way.
            expect(got, `${cost} of ${book}`).to.equal(book >= cost ? cost : REFUSED);
            if (got !== REFUSED) {
              book -= cost;
              open.push(got);
            }
          } else if (what === 'first') {
            bucket.firstTrySucceeded();
            credit(1);
          } else if (what === 'wait') {
            now += later;
            credit((later * refillPerMinute) / 60_000);
          } else if (receipt !== undefined) {
            open = open.toSpliced(which % open.length, 1);
            if (what === 'succeed') bucket.retrySucceeded(receipt);
            if (what === 'giveBack') bucket.giveBack(receipt);
            if (what !== 'lose') credit(receipt);
          }
          const share = bucket.remaining(now);
          expect(share).to.be.within(0, 1);
          expect(share * capacity).to.be.closeTo(book, 1e-6);
        }
      }),
      {seed: 44, numRuns: 400},
    );
  });
});
