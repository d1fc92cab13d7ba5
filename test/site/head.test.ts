/** The head of every page, wrong addresses, pages that moved, and print. */
import {readFileSync, statSync} from 'node:fs';
import {expect} from 'chai';
import type {Page} from 'playwright-core';
import {formerly} from '../../lint/rule-facts.ts';
import {nearest} from '../../tools/site/client/nearest.ts';
import type {PageEntry} from '../../tools/site/client/ranking.ts';
import {dist, files, read} from './built.ts';
import {inBrowser} from './in-browser.ts';

/** In characters: search engines cut longer ones. */
const MOST = 155;
/** kB of 1000 bytes: of the picture in previews of links. */
const PREVIEW_KB = 60;

const {homepage} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  homepage: string;
};
const site = `${homepage.replace(/#.*$/, '')}/`;

const ENTITIES: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'"};
const plain = (text: string): string => text.replaceAll(/&(#39|\w+);/g, (_, name: string) => ENTITIES[name]!);
const content = (html: string, name: string): string | undefined => {
  const found = new RegExp(`<meta (?:name|property)="${name}"[^>]*? content="([^"]*)"`).exec(html)?.[1];
  return found === undefined ? undefined : plain(found);
};

const isMoved = (html: string): boolean => html.includes('http-equiv="refresh"');
const pages = files.filter(file => file.endsWith('.html') && !isMoved(read(file)));

describe('the head of each page', () => {
  it(`has a title, and a description of at most ${MOST} characters that no other page has`, () => {
    const heads = pages.map(page => ({
      page,
      title: plain(/<title>([^<]*)<\/title>/.exec(read(page))![1]!),
      description: content(read(page), 'description') ?? '',
    }));
    expect(heads.filter(({description: {length}}) => length < 20 || length > MOST)).to.deep.equal([]);
    expect(heads.filter(({title}) => !/^steadfetch: | · steadfetch$/.test(title))).to.deep.equal([]);
    for (const field of ['title', 'description'] as const) {
      const twice = [...Map.groupBy(heads, head => head[field]).values()].filter(({length}) => length > 1);
      expect(twice, field).to.deep.equal([]);
    }
    expect(heads.find(({page}) => page === 'guides/idempotency.html')).to.include({title: 'Idempotency · steadfetch'});
  });

  it('says the same to previews of links, with a picture and the colors of both themes', () => {
    expect(pages).to.have.length.above(100);
    for (const page of pages) {
      const html = read(page);
      expect(content(html, 'og:description'), page).to.equal(content(html, 'description'));
      expect(content(html, 'og:title'), page).to.equal(plain(/<title>([^<]*)<\/title>/.exec(html)![1]!));
      expect(content(html, 'og:image'), page).to.equal(`${site}preview.png`);
      expect(html.match(/<meta name="theme-color"/g), page).to.have.length(2);
      const address = `${site}${page.replace(/(?<=^|\/)index\.html$/, '')}`;
      expect(html, page).to.contain(`<link rel="canonical" href="${address}">`);
    }
  });

  it(`has a picture of 1200 × 630 px and at most ${PREVIEW_KB} kB`, () => {
    const picture = readFileSync(`${dist}preview.png`);
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).to.deep.equal([1200, 630]);
    expect(statSync(`${dist}preview.png`).size / 1000).to.be.at.most(PREVIEW_KB);
  });

  it('has each page in the map of the site', () => {
    const listed = Array.from(read('sitemap.xml').matchAll(/<loc>([^<]*)<\/loc>/g), ([, address]) =>
      address!.replace(site, '').replace(/(?<=^|\/)$/, 'index.html'),
    );
    expect(listed.sort()).to.deep.equal(pages.filter(page => page !== '404.html').sort());
  });
});

describe('pages that moved', () => {
  it('lead to the pages of the rules that have their checks', () => {
    const retired = formerly.filter(([code]) => !pages.includes(`rules/${code}.html`));
    expect(retired).to.have.length.above(5);
    for (const [code, , now] of retired) {
      const html = read(`rules/${code}.html`);
      expect(html).to.contain(`content="0; url=/rules/${now}.html"`);
      expect(html).to.contain(`<link rel="canonical" href="${site}rules/${now}.html">`);
      expect(pages).to.include(`rules/${now}.html`);
    }
  });
});

describe('pages for a wrong address', () => {
  const index: readonly PageEntry[] = [
    ['guides/retry-budgets', 'Retry budgets'],
    ['guides/idempotency', 'Idempotency'],
    ['rules/RL203', 'RL203 no-synchronized-retries'],
  ];

  for (const [path, page] of [
    ['guides/retry-budget.html', 'guides/retry-budgets'],
    ['idempotence', 'guides/idempotency'],
    ['docs/rules/no-synchronised-retries.md', 'rules/RL203'],
  ] as const)
    it(`are near ${page} for ${path}`, () => {
      expect(nearest(index, path, 1)[0]![0]).to.equal(page);
    });
});

describe('the pages in a browser', () => {
  const site = inBrowser();
  let page: Page;

  beforeEach(async () => {
    page = await site.browser.newPage();
    page.setDefaultTimeout(20_000);
  });

  afterEach(() => page?.close());

  it('suggest five pages for a wrong address, and can be searched', async () => {
    await page.goto(`${site.origin}/guides/retry-budget.html`);
    await page.locator('[data-nearest] li').first().waitFor();
    expect(await page.textContent('h1')).to.equal('There is no page at /guides/retry-budget.html');
    expect(await page.locator('[data-nearest] a').count()).to.equal(5);
    await page.click('[data-nearest] a >> nth=0');
    await page.waitForURL('**/guides/retry-budgets.html');
  });

  it('lead on from the page of a retired rule', async () => {
    await page.goto(`${site.origin}/rules/RL105.html`);
    await page.waitForURL('**/rules/RL101.html');
    expect(await page.textContent('h1')).to.contain('RL101');
  });

  it('are printed in light colors, without the frame, and with all faults', async () => {
    await page.emulateMedia({media: 'print', colorScheme: 'dark'});
    for (const path of ['index.html', 'rules/RL203.html']) {
      await page.goto(`${site.origin}/${path}`, {waitUntil: 'networkidle'});
      const shown = await page.locator(':is(.top, .foot, .VPSidebar, .VPLocalNav, .actions):visible').count();
      expect(shown, path).to.equal(0);
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(ground, path).to.equal('rgb(255, 255, 255)');
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide, path).to.be.at.most(0);
    }
    await page.goto(`${site.origin}/index.html`);
    for (const fault of ['.fault1', '.fault2', '.fault3']) expect(await page.locator(fault).isVisible()).to.equal(true);
  });
});
