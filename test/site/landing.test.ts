/** The landing page: its figures, its size, and that it needs no script. */
import {readFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import {expect} from 'chai';
import type {Browser, BrowserContext, Page} from 'playwright-core';
import {simulate} from '../../src/simulate/simulate.ts';
import {dist, read} from './built.ts';
import {inBrowser} from './in-browser.ts';

/** kB of 1000 bytes, all requests, after gzip. The goal is 30. */
const LANDING_KB = 100;

const html = read('index.html');
const text = html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
const results = (path: string) =>
  JSON.parse(readFileSync(new URL(`../../bench/conformance/${path}`, import.meta.url), 'utf8')).results;

describe('the figures of the landing page', () => {
  it('are those of the bench of model endpoints', () => {
    const models = results('models/results.json');
    for (const [name, client] of [
      ['openai alone', 'openai'],
      ['openai over steadfetch', 'openai-steadfetch'],
    ] as const) {
      const {calls, answered, requests} = models[client].rows['burst-hint'];
      expect(text).to.contain(`${name} ${answered} of ${calls} answered ${requests} requests`);
    }
    expect(text).to.contain(`${(models['openai-steadfetch'].rows['burst-hint'].ms / 1000).toFixed(1)} s`);
  });

  for (const [name, policy] of [
    ['Retries without a breaker', {breaker: null}],
    ['steadfetch by default', {}],
  ] as const)
    it(`are those of the simulator: ${name}`, async () => {
      const {successRatio, recovery, timeline} = await simulate(policy, 'spike', {seed: 1});
      const card = html.slice(html.indexOf(`<h2>${name}</h2>`)).split('</div></div>')[0]!;
      expect(card).to.contain(`>${(100 * successRatio).toFixed(1)} % <`);
      expect(card).to.contain(` ${recovery!.afterMs / 1000} s after`);
      const bars = Array.from({length: 60}, (_, bar) => timeline.slice(2 * bar, 2 * bar + 2));
      const answered = bars.filter(
        ([one, other]) => one!.succeeded + other!.succeeded >= (one!.calls + other!.calls) / 2,
      );
      const path = /class="got" d="([^"]*)"/.exec(card)![1]!;
      expect(path.split('M').slice(1)).to.have.length(answered.length);
      expect(answered).to.have.length.within(5, 55);
    });

  it('are those of the conformance tests and the rules', () => {
    const conformance = results('results.json');
    expect(text).to.contain(`All ${Object.keys(conformance.steadfetch).length} pitfalls`);
    const cells = ['axios + axios-retry', 'steadfetch'].map(name => conformance[name].T21b.cell);
    expect(cells).to.deep.equal(['fail', 'pass']);
    const rules = read('rules/index.html').match(/<h1[\s\S]*?<p>(\d+) rules/)![1];
    expect(text).to.contain(`${rules} rules , with fixes`);
  });
});

describe('the landing page', () => {
  const site = inBrowser();

  async function inPage(
    options: Parameters<Browser['newContext']>[0],
    use: (page: Page, context: BrowserContext) => Promise<void>,
  ): Promise<void> {
    const context = await site.browser.newContext(options);
    const page = await context.newPage();
    await use(page, context);
    await context.close();
  }

  it(`loads at most ${LANDING_KB} kB`, async () => {
    await inPage({}, async (page, context) => {
      const requested = new Set<string>();
      context.on('request', request => requested.add(new URL(request.url()).pathname));
      await page.goto(`${site.origin}/index.html`, {waitUntil: 'networkidle'});
      const sizes = [...requested].map(path => gzipSync(readFileSync(dist + path.slice(1))).length / 1000);
      const sum = sizes.reduce((total, size) => total + size, 0);
      console.log(`      size: landing page ${sum.toFixed(1)} kB gzipped, ${requested.size} files`);
      expect(requested.size).to.be.above(2);
      expect(sum).to.be.below(LANDING_KB);
    });
  });

  for (const width of [390, 1366]) {
    it(`does not move while it loads, and its largest part is text, at ${width} px`, async () => {
      await inPage({viewport: {width, height: 800}}, async page => {
        await page.goto(`${site.origin}/index.html`, {waitUntil: 'networkidle'});
        const {shift, largest} = await loadedIn(page);
        expect(shift).to.equal(0);
        expect(largest).to.be.oneOf(['p', 'h1', 'h2']);
      });
    });

    it(`nor does the playground, at ${width} px`, async () => {
      await inPage({viewport: {width, height: 800}}, async page => {
        await page.goto(`${site.origin}/playground/index.html`, {waitUntil: 'networkidle'});
        await page.locator('#findings > li').first().waitFor();
        await page.locator('#results svg').first().waitFor({state: 'attached'});
        expect((await loadedIn(page)).shift).to.equal(0);
      });
    });
  }

  it('shows every fault and every client by keyboard, without a script', async () => {
    for (const width of [390, 1366])
      await inPage({javaScriptEnabled: false, viewport: {width, height: 800}}, async page => {
        await page.goto(`${site.origin}/index.html`);
        const visible = (selector: string) => page.locator(selector).isVisible();
        expect(await visible('.fault1')).to.equal(true);
        await page.locator('#fault1').focus();
        await page.keyboard.press('ArrowRight');
        expect(await Promise.all(['.fault1', '.fault2', '.fault3'].map(visible))).to.deep.equal([false, true, false]);
        await page.locator('label[for="client3"]').click();
        expect(await Promise.all(['.client1', '.client3'].map(visible))).to.deep.equal([false, true]);
        expect(await page.locator('.client3').textContent()).to.contain("from 'steadfetch/models'");
      });
  });

  it('has the dots at once where motion is not wanted', async () => {
    await inPage({reducedMotion: 'reduce'}, async page => {
      await page.goto(`${site.origin}/index.html`);
      expect(await page.locator('.fill').evaluate(dots => getComputedStyle(dots).animationName)).to.equal('none');
    });
  });
});

/** How far its parts moved, and the name of its largest. */
const loadedIn = (page: Page): Promise<{shift: number; largest: string | undefined}> =>
  page.evaluate(
    () =>
      new Promise(resolve => {
        let shift = 0;
        let largest: string | undefined;
        new PerformanceObserver(list => {
          for (const entry of list.getEntries()) shift += (entry as unknown as {value: number}).value;
        }).observe({type: 'layout-shift', buffered: true});
        new PerformanceObserver(list => {
          largest = (list.getEntries().at(-1) as unknown as {element: Element | null}).element?.localName;
        }).observe({type: 'largest-contentful-paint', buffered: true});
        setTimeout(() => resolve({shift, largest}), 500);
      }),
  );
