/** How many places a traffic needs, against calls that arrive by chance. */

import {expect} from 'chai';
import {inFlight, lastWaitMs, placesFor, refusedShare} from '../../../lint/analysis/places.ts';
import {type Random, seededRandom} from '../../../src/core/random.ts';
import {latencyCdf, meanLatencyMs} from '../../../src/math/attempt-latency.ts';
import {isNear, mean} from '../../math/simulated.ts';

const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Of answers with a median of 180 ms and a sigma of 0.5. */
const answerMs = (random: Random): number => 180 * Math.exp(0.5 * normal(random));
const quantiles = {p50: 180, p95: 180 * Math.exp(0.5 * 1.6448536)};

/** Calls that come by chance and hold a place, or find none: the share refused, and the mean number in flight. */
function serve(places: number, perSecond: number, calls: number, random: Random): {refused: number; inFlight: number} {
  let now = 0;
  let refused = 0;
  let heldMs = 0;
  let ends: number[] = [];
  for (let call = 0; call < calls; call++) {
    now += (-Math.log(1 - random()) * 1000) / perSecond;
    ends = ends.filter(end => end > now);
    if (ends.length >= places) refused++;
    else {
      const ms = answerMs(random);
      ends.push(now + ms);
      heldMs += ms;
    }
  }
  return {refused: refused / calls, inFlight: heldMs / now};
}

describe('the mean latency', () => {
  for (const capMs of [Number.POSITIVE_INFINITY, 600, 180, 100]) {
    it(`cut at ${capMs} ms: 200,000 answers agree`, () => {
      const random = seededRandom(2);
      const answers = Array.from({length: 200_000}, () => Math.min(capMs, answerMs(random)));
      expect(isNear(meanLatencyMs(quantiles, capMs)!, mean(answers))).to.equal(true);
    });
  }

  it('of a curve with a bend is the sum of its pieces', () => {
    const bent = {p50: 100, p95: 200, p99: 900, max: 2000};
    const cdf = latencyCdf(bent)!;
    // The mean of what is not negative is the sum over the share that takes longer.
    let mean = 0;
    for (let ms = 0.05; ms < 2000; ms += 0.1) mean += (1 - cdf(ms)) * 0.1;
    expect(meanLatencyMs(bent, Number.POSITIVE_INFINITY)).to.be.closeTo(mean, 0.05);
    expect(meanLatencyMs(bent, 200)).to.be.closeTo(
      Array.from({length: 2000}, (_, index) => (1 - cdf(index / 10 + 0.05)) * 0.1).reduce((a, b) => a + b),
      0.05,
    );
  });

  it('is unknown with one quantile, and with quantiles that do not rise', () => {
    expect(meanLatencyMs({p50: 100}, 1000)).to.equal(undefined);
    expect(meanLatencyMs({p50: 100, p99: 50}, 1000)).to.equal(undefined);
    expect(meanLatencyMs(undefined, 1000)).to.equal(undefined);
  });
});

describe('places', () => {
  const load = inFlight(50, meanLatencyMs(quantiles, Number.POSITIVE_INFINITY)!);

  it('are taken as Little’s law predicts: 100,000 calls agree', () => {
    const {inFlight: seen} = serve(1000, 50, 100_000, seededRandom(7));
    expect(isNear(load, seen)).to.equal(true);
  });

  for (const places of [5, 10, 15]) {
    it(`${places} of them refuse as many as Erlang’s formula says: 100,000 calls agree`, () => {
      const {refused} = serve(places, 50, 100_000, seededRandom(11));
      expect(refusedShare(places, load)).to.be.closeTo(refused, 0.01);
    });
  }

  it('fewer than the load refuse at least what is above them', () => {
    for (const places of [1, 3, 7]) expect(refusedShare(places, 9)).to.be.above(1 - places / 9);
  });

  it('are enough for one refusal in a hundred, and one fewer is not', () => {
    for (const traffic of [0.1, 1, 9, 200]) {
      const places = placesFor(traffic, 0.01);
      expect(refusedShare(places, traffic)).to.be.at.most(0.01);
      expect(refusedShare(places - 1, traffic)).to.be.above(0.01);
    }
  });

  it('let the last call of a queue wait for all before it', () => expect(lastWaitMs(100, 10, 200)).to.equal(2000));
});
