import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {simulatePage} from '../../scripts/simulate-page.ts';

describe('docs/simulate.md', () => {
  it('is what scripts/simulate-page.ts writes', async () => {
    const page = readFileSync(new URL('../../docs/simulate.md', import.meta.url), 'utf8');
    expect(page === (await simulatePage()), 'docs/simulate.md is stale: run npm run generate').to.equal(true);
  });
});
