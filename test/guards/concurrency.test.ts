import {expect} from 'chai';
import fc from 'fast-check';
import {ConcurrencyLimit, type Waiter} from '../../src/guards/concurrency.ts';

/** The admitted waiters, in order. */
function queue() {
  const admitted: string[] = [];
  const waiter = (name: string): Waiter => ({admitted: () => admitted.push(name)});
  return {admitted, waiter};
}

describe('ConcurrencyLimit', () => {
  it('admits max attempts, and refuses the next one', () => {
    const limit = new ConcurrencyLimit({kind: 'fixed', max: 2, queue: 0});
    expect([limit.tryEnter(), limit.tryEnter(), limit.tryEnter()]).to.deep.equal([true, true, false]);
    expect([limit.max, limit.inFlight, limit.waiting]).to.deep.equal([2, 2, 0]);
    limit.exit();
    expect(limit.tryEnter()).to.equal(true);
  });

  it('has no queue if queue is 0, and refuses attempts when the queue is full', () => {
    const {waiter} = queue();
    expect(new ConcurrencyLimit({kind: 'fixed', max: 1, queue: 0}).wait(waiter('a'))).to.equal(false);
    const limit = new ConcurrencyLimit({kind: 'fixed', max: 1, queue: 2});
    limit.tryEnter();
    expect(['a', 'b', 'c'].map(name => limit.wait(waiter(name)))).to.deep.equal([true, true, false]);
    expect(limit.waiting).to.equal(2);
  });

  it('does not recurse if every waiter leaves at once, as when the breaker has opened', () => {
    const limit = new ConcurrencyLimit({kind: 'fixed', max: 1, queue: 20_000});
    limit.tryEnter();
    let admitted = 0;
    for (let count = 0; count < 20_000; count++)
      limit.wait({
        admitted: () => {
          admitted++;
          limit.exit();
        },
      });
    limit.exit();
    expect([admitted, limit.inFlight, limit.waiting]).to.deep.equal([20_000, 0, 0]);
  });

  it('admits waiters in the order of arrival', () => {
    const {admitted, waiter} = queue();
    const limit = new ConcurrencyLimit({kind: 'fixed', max: 1, queue: 10});
    limit.tryEnter();
    for (const name of ['a', 'b', 'c']) limit.wait(waiter(name));
    limit.exit();
    expect(admitted).to.deep.equal(['a']);
    expect([limit.inFlight, limit.waiting], 'its place is already taken').to.deep.equal([1, 2]);
    limit.exit();
    limit.exit();
    expect(admitted).to.deep.equal(['a', 'b', 'c']);
    limit.exit();
    expect([limit.inFlight, limit.waiting]).to.deep.equal([0, 0]);
  });

  it('admits no new attempt before the waiters, even while a place is passed on @T36', () => {
    const limit = new ConcurrencyLimit({kind: 'fixed', max: 1, queue: 1});
    limit.tryEnter();
    const barged: boolean[] = [];
    limit.wait({admitted: () => barged.push(limit.tryEnter())});
    limit.exit();
    expect(barged).to.deep.equal([false]);
    expect(limit.inFlight).to.equal(1);
  });

  it('admits no new attempt after a place was given back and before the next waiter has it', () => {
    const limit = new ConcurrencyLimit({kind: 'fixed', max: 1, queue: 2});
    limit.tryEnter();
    const barged: boolean[] = [];
    limit.wait({
      admitted: () => {
        limit.exit();
        barged.push(limit.tryEnter());
      },
    });
    const {admitted, waiter} = queue();
    limit.wait(waiter('next'));
    limit.exit();
    expect([barged, admitted]).to.deep.equal([[false], ['next']]);
    expect(limit.inFlight).to.equal(1);
  });

  it('does not admit a waiter that has left, and frees its place in the queue at once @T35', () => {
    const {admitted, waiter} = queue();
    const limit = new ConcurrencyLimit({kind: 'fixed', max: 1, queue: 2});
    limit.tryEnter();
    const [a, b, c] = [waiter('a'), waiter('b'), waiter('c')];
    limit.wait(a);
    limit.wait(b);
    limit.leave(a);
    expect(limit.waiting).to.equal(1);
    expect(limit.wait(c)).to.equal(true);
    limit.exit();
    limit.exit();
    expect(admitted).to.deep.equal(['b', 'c']);
  });

  it('ignores a waiter that leaves without being in the queue', () => {
    const {waiter} = queue();
    const limit = new ConcurrencyLimit({kind: 'fixed', max: 1, queue: 1});
    limit.tryEnter();
    const a = waiter('a');
    limit.leave(a);
    limit.wait(a);
    limit.exit();
    limit.leave(a);
    expect([limit.inFlight, limit.waiting]).to.deep.equal([1, 0]);
  });

  it('admits the next waiter if an admitted one gives its place back at once', () => {
    const admitted: string[] = [];
    const limit = new ConcurrencyLimit({kind: 'fixed', max: 1, queue: 3});
    limit.tryEnter();
    for (const name of ['a', 'b', 'c'])
      limit.wait({
        admitted: () => {
          admitted.push(name);
          limit.exit();
        },
      });
    limit.exit();
    expect(admitted).to.deep.equal(['a', 'b', 'c']);
    expect(limit.inFlight).to.equal(0);
  });

  it('frees every place exactly once, compared with a model @T37', () => {
    const step = fc.tuple(fc.constantFrom('enter', 'enter', 'exit', 'leave'), fc.nat(20));
    fc.assert(
      fc.property(fc.integer({min: 1, max: 4}), fc.nat(4), fc.array(step, {maxLength: 80}), (max, queue, steps) => {
        const limit = new ConcurrencyLimit({kind: 'fixed', max, queue});
        const inside = new Set<number>();
        const expectedQueue: number[] = [];
        const waiters = new Map<number, Waiter>();
        for (const [name, [action, which]] of steps.entries()) {
          if (action === 'enter') {
            const isFree = inside.size < max && expectedQueue.length === 0;
            expect(limit.tryEnter()).to.equal(isFree);
            if (isFree) inside.add(name);
            else {
              const waiter = {
                admitted: () => {
                  expect(expectedQueue.shift(), 'first in the queue').to.equal(name);
                  inside.add(name);
                },
              };
              expect(limit.wait(waiter)).to.equal(expectedQueue.length < queue);
              if (expectedQueue.length < queue) {
                expectedQueue.push(name);
                waiters.set(name, waiter);
              }
            }
          } else if (action === 'exit' && inside.size > 0) {
            inside.delete([...inside][which % inside.size]!);
            limit.exit();
          } else if (action === 'leave' && expectedQueue.length > 0) {
            const [gone] = expectedQueue.splice(which % expectedQueue.length, 1);
            limit.leave(waiters.get(gone!)!);
          }
          expect([limit.inFlight, limit.waiting]).to.deep.equal([inside.size, expectedQueue.length]);
          expect(limit.inFlight).to.be.at.most(max);
          if (expectedQueue.length > 0) expect(limit.inFlight, 'no call waits while a place is free').to.equal(max);
        }
        while (inside.size > 0) {
          inside.delete([...inside][0]!);
          limit.exit();
        }
        expect([limit.inFlight, limit.waiting]).to.deep.equal([0, 0]);
      }),
      {seed: 37, numRuns: 300},
    );
  });
});

describe('ConcurrencyLimit with a supply', () => {
  /** Places that other processes may leave; they are not granted. */
  const supplyOf = (hoped: number) => ({
    max: 0,
    hoped,
    taken: () => {},
    wanted: () => {},
    deny: () => {},
    freed: () => {},
  });

  it('lets attempts beyond its queue wait while places are hoped for, and refuses them afterwards', () => {
    const supply = supplyOf(2);
    const limit = new ConcurrencyLimit({kind: 'fixed', max: 3, queue: 1}, () => supply);
    const refused: string[] = [];
    const waiter = (name: string): Waiter => ({admitted: () => {}, refused: () => refused.push(name)});
    expect(['a', 'b', 'c', 'd'].map(name => limit.wait(waiter(name)))).to.deep.equal([true, true, true, false]);
    supply.hoped = 0;
    limit.supplied();
    expect([refused, limit.waiting]).to.deep.equal([['b', 'c'], 1]);
  });

  it('does not refuse a waiter that left because of another one, nor needs waiters to listen', () => {
    const supply = supplyOf(3);
    const limit = new ConcurrencyLimit({kind: 'fixed', max: 3, queue: 0}, () => supply);
    const refused: string[] = [];
    const leaving: Waiter = {admitted: () => {}, refused: () => refused.push('leaving')};
    limit.wait({admitted: () => {}, refused: () => limit.leave(leaving)});
    limit.wait(leaving);
    limit.wait({admitted: () => {}});
    supply.hoped = 0;
    limit.supplied();
    expect([refused, limit.waiting]).to.deep.equal([[], 0]);
  });
});
