/** The page of the defaults is what the simulator says today. */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {defaultsPage} from '../../scripts/defaults-page.ts';

describe('docs/defaults.md', () => {
  it('is what `npm run docs:defaults` writes', async () => {
    expect(await defaultsPage()).to.equal(readFileSync(new URL('../../docs/defaults.md', import.meta.url), 'utf8'));
  });
});
