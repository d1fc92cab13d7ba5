import {expect} from 'chai';
import fc from 'fast-check';
import {SlidingWindow} from '../../src/guards/sliding-window.ts';

const HOUR = 3_600_000;
/** Ten buckets of 100 ms. */
const filled = (): SlidingWindow => {
  const window = new SlidingWindow(1000);
  for (let at = 0; at < 1000; at += 100) {
    window.addAll(at);
    window.addMarked(at);
  }
  return window;
};
const counts = ({all, marked}: SlidingWindow) => [all, marked];

describe('SlidingWindow', () => {
  for (const [now, expected] of [
    [999, 10],
    [1000, 9],
    [1099, 9],
    [1100, 8],
    [1500, 4],
    [1899, 1],
    [1900, 0],
    [HOUR, 0],
  ] as const) {
    it(`at ${now} ms, ${expected} of ten are left`, () => {
      const window = filled();
      window.advance(now);
      expect(counts(window)).to.deep.equal([expected, expected]);
    });
  }

  it('is empty after an idle hour, and counts again from there @T28', () => {
    const window = filled();
    window.addAll(HOUR);
    expect(counts(window)).to.deep.equal([1, 0]);
    window.addMarked(HOUR + 150);
    window.advance(HOUR + 1000);
    expect(counts(window)).to.deep.equal([0, 1]);
  });

  it('an undo takes back its own mark and no other', () => {
    const window = new SlidingWindow(1000);
    const early = window.addMarked(50);
    window.addMarked(550);
    window.undoMarked(early, 600);
    expect(window.marked).to.equal(1);
    window.advance(1100);
    expect(window.marked, 'the mark of 550 ms').to.equal(1);
    window.advance(1500);
    expect(window.marked).to.equal(0);
  });

  it('a late undo finds its bucket gone and changes nothing', () => {
    for (const late of [1050, 1950, HOUR]) {
      const window = new SlidingWindow(1000);
      const old = window.addMarked(50);
      window.addMarked(late); // In the very place of the old bucket, at 1,050 ms.
      window.undoMarked(old, late);
      expect(window.marked, `${late} ms`).to.equal(1);
    }
  });

  it('an undo in the last moment still counts', () => {
    const window = new SlidingWindow(1000);
    const old = window.addMarked(50);
    window.undoMarked(old, 999);
    expect(window.marked).to.equal(0);
  });

  it('starts over when it is cleared', () => {
    const window = filled();
    window.clear();
    expect(counts(window)).to.deep.equal([0, 0]);
    window.addAll(1000);
    window.advance(1999);
    expect(counts(window)).to.deep.equal([1, 0]);
    window.advance(2000);
    expect(counts(window)).to.deep.equal([0, 0]);
  });

  it('a query with an earlier time removes nothing', () => {
    const window = new SlidingWindow(1000);
    window.addAll(5000);
    window.advance(2000);
    window.advance(5050);
    expect(counts(window)).to.deep.equal([1, 0]);
  });

  it('a clock that begins below zero is as good as any', () => {
    const window = new SlidingWindow(1000);
    window.addAll(-50);
    window.addAll(50);
    expect(window.all).to.equal(2);
    window.advance(900);
    expect(window.all).to.equal(1);
  });

  it('against a list of everything that ever happened', () => {
    const step = fc.tuple(fc.constantFrom('all', 'marked', 'undo', 'look'), fc.integer({min: 0, max: 400}), fc.nat(9));
    fc.assert(
      fc.property(fc.array(step, {maxLength: 60}), steps => {
        const window = new SlidingWindow(1000);
        const all: number[] = [];
        let marked: {bucket: number; receipt: number}[] = [];
        let now = 0;
        for (const [action, later, which] of steps) {
          now += later;
          const bucket = Math.floor(now / 100);
          if (action === 'all') {
            window.addAll(now);
            all.push(bucket);
          } else if (action === 'marked') marked.push({bucket, receipt: window.addMarked(now)});
          else if (action === 'undo' && marked.length > 0) {
            const undone = marked[which % marked.length]!;
            window.undoMarked(undone.receipt, now);
            marked = marked.filter(mark => mark !== undone);
          } else window.advance(now);
          const isIn = (of: number) => of > bucket - 10;
          expect(window.all).to.equal(all.filter(isIn).length);
          expect(window.marked).to.equal(marked.filter(mark => isIn(mark.bucket)).length);
        }
      }),
      {seed: 28, numRuns: 300},
    );
  });
});
