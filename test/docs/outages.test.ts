/** The simulation in docs/guides/outages.md is what its command prints, with the files of the page. UPDATE_DOCS=1 writes it. */
import {expect} from 'chai';
import {policies, scenario} from '../../examples/outage.ts';
import {PrintingPage} from './printed.ts';

describe('the guide to outages', () => {
  const page = new PrintingPage('outages.md');

  // unasserted: check() compares the page with what is printed.
  it('shows what its command prints', () => page.check());

  it('has the scenario and the policies of examples/outage.ts', () => {
    const parsed = (name: string): unknown => JSON.parse(page.files.get(name)!);
    expect(parsed('outage.json')).to.deep.equal(scenario);
    const {backoff, ...retries} = policies['retries alone']!;
    expect(parsed('retries.json')).to.deep.equal({...retries, backoff: {baseMs: 200}});
    expect(backoff).to.deep.equal({kind: 'exponential', baseMs: 200, jitter: 'full'});
    const {breaker} = parsed('breaker.json') as {breaker: unknown};
    expect(breaker).to.deep.equal(policies['with a breaker']!.breaker);
  });
});
