/** The first example of the playground shows what retries do to a service with a capacity. */
import {expect} from 'chai';
import {readScenario} from '../../src/simulate/scenario/read.ts';
import {simulate} from '../../src/simulate/simulate.ts';
import {examples} from '../../tools/site/playground/examples.ts';

describe('the first example of the playground', () => {
  const [{text, scenario}] = examples;

  it('meets a service with a capacity, which its retries keep down and the default does not', async () => {
    expect(readScenario(scenario).service.capacity).not.to.equal(null);
    const careless = await simulate(JSON.parse(text), scenario);
    const byDefault = await simulate({}, scenario);
    expect(careless.recovery?.afterMs).to.equal(Number.POSITIVE_INFINITY);
    expect(byDefault.recovery?.afterMs).to.be.below(60_000);
    expect(careless.successRatio).to.be.below(byDefault.successRatio);
  });
});
