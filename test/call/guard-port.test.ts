/** Guards that come from elsewhere: the registry shares them, and calls tell them what they need to know. */
import {expect} from 'chai';
import {definePolicy} from '../../src/features/everything.ts';
import {createFetch} from '../../src/fetch/create-fetch.ts';
import {type Budget, REFUSED} from '../../src/guards/budget.ts';
import {LocalGuards} from '../../src/guards/guard-factory.ts';
import {ScriptedFetch, seededRandom, VirtualClock} from '../../src/testing.ts';
import {AT_ONCE} from '../support/policies.ts';

const ITEMS = 'https://shop.test/items';

/** Writes down what it hears. */
class Witness implements Budget {
  readonly heard: string[] = [];
  readonly #allows: boolean;

  constructor(allows: boolean) {
    this.#allows = allows;
  }

  callStarted(): void {
    this.heard.push('started');
  }

  firstTrySucceeded(): void {
    this.heard.push('first try succeeded');
  }

  attemptFailed(): void {
    this.heard.push('attempt failed');
  }

  withdraw(): number {
    this.heard.push('asked');
    return this.#allows ? 1 : REFUSED;
  }

  giveBack(): void {
    this.heard.push('given back');
  }

  retrySucceeded(): void {
    this.heard.push('retry succeeded');
  }

  remaining(): number {
    return 1;
  }
}

class WitnessGuards extends LocalGuards {
  readonly made: string[] = [];
  readonly witness: Witness;

  constructor(witness: Witness) {
    super(() => 0.5);
    this.witness = witness;
  }

  override budget(_settings: unknown, origin: string): Budget {
    this.made.push(origin);
    return this.witness;
  }
}

async function heardOf(script: number[], allows = true, calls = 1): Promise<WitnessGuards> {
  const clock = new VirtualClock();
  const guards = new WitnessGuards(new Witness(allows));
  const handle = definePolicy({backoff: AT_ONCE, breaker: null}, seededRandom(1), guards);
  const fetch = createFetch(handle, {clock, fetch: new ScriptedFetch(clock, script).fetch, observer: null});
  for (let call = 0; call < calls; call++) await clock.run(() => fetch(ITEMS));
  return guards;
}

describe('the guard port', () => {
  it('is asked once for the budget of an origin, however many calls there are', async () => {
    const {made} = await heardOf([200], true, 3);
    expect(made).to.deep.equal(['https://shop.test']);
  });

  it('a budget hears of a call that succeeds at once', async () => {
    const {witness} = await heardOf([200]);
    expect(witness.heard).to.deep.equal(['started', 'first try succeeded']);
  });

  it('a budget hears of each failed attempt before it is asked for the retry', async () => {
    const {witness} = await heardOf([503, 503, 200]);
    expect(witness.heard).to.deep.equal([
      'started',
      'attempt failed',
      'asked',
      'attempt failed',
      'asked',
      'retry succeeded',
    ]);
  });

  it('a budget hears of the failure of the last attempt, which is not retried', async () => {
    const {witness} = await heardOf([503], false);
    expect(witness.heard).to.deep.equal(['started', 'attempt failed', 'asked']);
  });

  it('an answer that no retry helps against is no failed attempt', async () => {
    const {witness} = await heardOf([404]);
    expect(witness.heard).to.deep.equal(['started']);
  });
});
