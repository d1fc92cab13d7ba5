/** The playground as axe-core reads it. */
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {expect} from 'chai';
import type {Browser} from 'playwright-core';
import {launchChromium} from '../../tools/chromium/launch.ts';
import {SiteServer} from './built.ts';
import {PlaygroundPage} from './playground-page.ts';

const require = createRequire(new URL('../../tools/site/package.json', import.meta.url));
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly {readonly html: string}[];
}

describe('the playground, with findings and a simulation', () => {
  const server = new SiteServer();
  let origin: string;
  let browser: Browser | undefined;

  before(async function () {
    origin = await server.listen();
    browser = await launchChromium();
    if (browser !== undefined) return;
    console.log('      skipped: no chromium');
    this.skip();
  });

  after(async () => {
    await browser?.close();
    server.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe objects to, in ${colorScheme} colors`, async () => {
      const playground = await PlaygroundPage.open(browser!, origin);
      const {page} = playground;
      await page.emulateMedia({colorScheme});
      await playground.simulate();
      await page.evaluate(axe);
      const {violations, passes} = await page.evaluate<{violations: Violation[]; passes: unknown[]}>('axe.run()');
      expect(violations.map(({id, nodes}) => [id, ...nodes.map(({html}) => html)])).to.deep.equal([]);
      expect(passes).to.not.be.empty;
      await playground.close();
    });
  }
});
