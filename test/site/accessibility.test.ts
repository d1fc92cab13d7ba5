/** One page of each kind as axe-core reads it, in both themes, on a phone and on a laptop. */
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {expect} from 'chai';
import type {Page} from 'playwright-core';
import {inBrowser} from './in-browser.ts';
import {PlaygroundPage} from './playground-page.ts';

const require = createRequire(new URL('../../tools/site/package.json', import.meta.url));
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly {readonly html: string}[];
}

const KINDS = [
  'index.html',
  'guides/idempotency.html',
  'rules/index.html',
  'rules/RL203.html',
  'conformance.html',
  'decisions/index.html',
  '404.html',
];

describe('the site, as axe reads it', () => {
  const site = inBrowser();

  async function expectNoViolations(page: Page): Promise<void> {
    await page.evaluate(axe);
    const {violations, passes} = await page.evaluate<{violations: Violation[]; passes: unknown[]}>('axe.run()');
    const shown = violations.map(({id, impact, nodes}) => [id, impact, ...nodes.slice(0, 5).map(({html}) => html)]);
    expect(shown).to.deep.equal([]);
    expect(passes).to.not.be.empty;
  }

  for (const [colorScheme, width, kinds] of [
    ['light', 1366, KINDS],
    // The contrast of all colors is computed in tokens.test.ts.
    ['dark', 390, KINDS.slice(0, 4)],
  ] as const) {
    for (const path of kinds)
      it(`has nothing that axe objects to in ${path}, in ${colorScheme} colors, at ${width} px`, async () => {
        const page = await site.browser.newPage({colorScheme, viewport: {width, height: 800}, reducedMotion: 'reduce'});
        await page.goto(`${site.origin}/${path}`, {waitUntil: 'networkidle'});
        await expectNoViolations(page);
        await page.close();
      });

    it(`has nothing that axe objects to in search, in ${colorScheme} colors, at ${width} px`, async () => {
      const page = await site.browser.newPage({colorScheme, viewport: {width, height: 800}});
      await page.goto(`${site.origin}/contents.html`, {waitUntil: 'networkidle'});
      await page.click('.find');
      await page.fill('.search input', 'budget');
      await page.locator('.search [role="group"] [role="option"]').first().waitFor();
      await page.evaluate(axe);
      const {violations} = await page.evaluate<{violations: Violation[]}>('axe.run(".search")');
      expect(violations.map(({id, nodes}) => [id, ...nodes.map(({html}) => html)])).to.deep.equal([]);
      await page.close();
    });

    it(`has nothing that axe objects to in the playground, in ${colorScheme} colors`, async () => {
      const playground = await PlaygroundPage.open(site.browser, site.origin);
      await playground.page.emulateMedia({colorScheme});
      await playground.simulate();
      await expectNoViolations(playground.page);
      await playground.close();
    });
  }
});
