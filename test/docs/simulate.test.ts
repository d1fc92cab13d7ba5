import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {simulatePage} from '../../scripts/simulate-page.ts';
import {simulate} from '../../src/simulate/simulate.ts';

describe('docs/simulate.md', () => {
  it('is what scripts/simulate-page.ts writes', async () => {
    const page = readFileSync(new URL('../../docs/simulate.md', import.meta.url), 'utf8');
    expect(page === (await simulatePage()), 'docs/simulate.md is stale: run npm run generate').to.equal(true);
  });
});

describe('README.md', () => {
  it('has the numbers that its command prints', async () => {
    const [none, of] = [await simulate(null, 'outage'), await simulate({extends: ['steadfetch:default']}, 'outage')];
    const percent = ({successRatio}: typeof none): string => `${(100 * successRatio).toFixed(2)} %`;
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8').replaceAll('\n', ' ');
    expect(readme).to.include(
      `without a policy ${percent(none)} are answered, with the defaults ${percent(of)}, by ${of.requestsPerCall.toFixed(3)} requests per call`,
    );
  });
});
