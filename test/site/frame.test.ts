/** Header, search and theme, which landing page, documents and playground have alike. */
import {readdirSync, readFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import {expect} from 'chai';
import type {BrowserContext, Page} from 'playwright-core';
import {anchorOf, entriesOf, type PageEntry, ranked} from '../../tools/site/client/ranking.ts';
import {fileOf, inTexts, lineOf, sectionsWith, wordsOf} from '../../tools/site/client/text-index.ts';
import {files as built, dist, read} from './built.ts';
import {inBrowser} from './in-browser.ts';

/** kB of 1000 bytes: of the first index of search. */
const INDEX_KB = 48;
const INDEX_GZIP_KB = 15;
const SHARD_GZIP_KB = 30;

const PAGES = ['getting-started.html', 'rules/RL203.html', 'playground/index.html', 'contents.html'];

const {default: index} = (await import(`${dist}search-index.js`)) as {default: readonly PageEntry[]};

describe('the frame', () => {
  it('is on every page, with the same links in the header and the footer', () => {
    const pages = built.filter(file => file.endsWith('.html') && !read(file).includes('http-equiv="refresh"'));
    const framesOf = (page: string): string => {
      const html = read(page);
      const top = /<header class="top">([\s\S]*?)<\/header>/.exec(html)?.[1];
      const foot = /<footer class="foot">([\s\S]*?)<\/footer>/.exec(html)?.[1];
      // Apart from the place that the page has among the sections, and from where the page is.
      return `${top}${foot}`
        .replaceAll(/ aria-current="true"|class="skip" href="[^"]*"/g, '')
        .replaceAll(/href="(?:\.\.)?\//g, 'href="');
    };
    const expected = framesOf('getting-started.html');
    expect(expected).to.contain('Repository').and.to.contain('Search');
    expect(pages.filter(page => framesOf(page) !== expected)).to.deep.equal([]);
  });

  it('has the icon before its name', () => {
    const shapes = (text: string): string[] =>
      Array.from(
        text.matchAll(/<rect x="[^"]*" y="[^"]*" width="[^"]*" height="[^"]*" rx="[^"]*"/g),
        ([shape]) => shape,
      );
    const logo = /<a class="brand"[\s\S]*?<\/svg>/.exec(read('policy.html'))![0];
    expect(shapes(logo))
      .to.have.length(3)
      .and.to.deep.equal(shapes(read('icon.svg')));
  });

  it('marks the section of a page', () => {
    const current = (page: string): string | undefined => /aria-current="true">([^<]*)</.exec(read(page))?.[1];
    expect(current('guides/idempotency.html')).to.equal('Docs');
    expect(current('policy.html')).to.equal('Policy');
    expect(current('retry-lint.html')).to.equal('Rules');
    expect(current('api/ky.html')).to.equal('API');
    expect(current('playground/index.html')).to.equal('Playground');
  });
});

describe('the index of search', () => {
  it(`has at most ${INDEX_KB} kB, ${INDEX_GZIP_KB} kB gzipped`, () => {
    const text = readFileSync(`${dist}search-index.js`);
    console.log(`      size: search-index.js ${text.length / 1000} kB, ${gzipSync(text).length / 1000} kB gzipped`);
    expect(text.length / 1000).to.be.at.most(INDEX_KB);
    expect(gzipSync(text).length / 1000).to.be.at.most(INDEX_GZIP_KB);
  });

  it('names only pages and headings that exist', () => {
    const texts = new Map(built.filter(file => file.endsWith('.html')).map(file => [file, read(file)]));
    const dead = entriesOf(index).filter(({path}) => {
      const [page = '', anchor] = path.split('#');
      return anchor === undefined ? !texts.has(page) : texts.get(page)?.includes(` id="${anchor}"`) !== true;
    });
    expect(dead).to.deep.equal([]);
    expect(index).to.have.length.above(100);
  });

  it('is a page too, for readers without a script', () => {
    const contents = read('contents.html');
    for (const [page, title] of index.filter(([page]) => page.startsWith('guides/')))
      expect(contents).to.contain(`<a href="${page}.html">${title}</a>`);
    expect(contents).to.contain('href="rules/RL203.html"');
  });

  for (const [query, first] of [
    ['RL203', 'rules/RL203.html'],
    ['no-synchronized-retries', 'rules/RL203.html'],
    ['budget.capacity', 'defaults.html#budgetcapacity'],
    ['idempot', 'guides/idempotency.html'],
    ['retry budgets', 'guides/retry-budgets.html'],
    ['CIRCUIT', 'guides/circuit-breaker.html'],
  ] as const)
    it(`has ${first} first for "${query}"`, () => {
      expect(ranked(entriesOf(index), query)[0]?.path).to.equal(first);
    });

  it('has nothing for words that are nowhere', () => {
    expect(ranked(entriesOf(index), 'xylophone')).to.deep.equal([]);
    expect(ranked(entriesOf(index), '  ')).to.deep.equal([]);
  });

  it('derives the anchor of a heading as the pages do', () => {
    expect(anchorOf('`Retry-After`, up to 60 s')).to.equal('retry-after-up-to-60-s');
  });
});

describe('the index of texts', () => {
  const entries = entriesOf(index);
  const files = new Map(
    readdirSync(`${dist}search`).map(file => {
      const text = readFileSync(`${dist}search/${file}`, 'utf8');
      return [file.replace('.js', ''), JSON.parse(text.slice('export default '.length, -2)) as string];
    }),
  );
  const found = (query: string): string[] => {
    const words = wordsOf(query);
    return inTexts(
      entries,
      words,
      words.map(word => files.get(fileOf(word))!),
    ).map(({path}) => path);
  };

  it(`has at most ${SHARD_GZIP_KB} kB gzipped in each file`, () => {
    const sizes = [...files.values()].map(text => gzipSync(text).length / 1000);
    console.log(`      size: search/ ${sizes.reduce((sum, size) => sum + size, 0).toFixed(1)} kB gzipped in all`);
    expect(sizes).to.have.lengthOf(27);
    expect(Math.max(...sizes)).to.be.at.most(SHARD_GZIP_KB);
  });

  it('finds the section that has all words, by their beginnings too', () => {
    const words = ['without', 'redis'];
    expect(found('charged twice')).to.include('rules/RL101.html');
    for (const path of found('metastab'))
      expect(read(path.replace(/#.*/, '')).toLowerCase(), path).to.include('metastab');
    expect(found('metastab')).to.have.length.above(1);
    expect(found(words.join(' ')).length).to.be.below(Math.min(...words.map(word => found(word).length)) + 1);
    expect(found('xylophone')).to.deep.equal([]);
  });

  it('has the words themselves before those that begin with them, and what explains before references', () => {
    const lines = ['herd', 'herds'].map((word, at) => lineOf(word, [at, at + 2])).join('\n');
    const [api, guide, page, rule] = ['api/a.html', 'guides/b.html', 'c.html', 'rules/d.html'].map(path => ({
      path,
      title: path,
      heading: undefined,
    }));
    expect(inTexts([api!, guide!, page!, rule!], ['herd'], [lines])).to.deep.equal([page, api, guide, rule]);
    expect(sectionsWith('herd', lines)).to.deep.equal(
      new Map([
        [0, true],
        [2, true],
        [1, false],
        [3, false],
      ]),
    );
  });
});

describe('the frame in a browser', () => {
  const site = inBrowser();
  let context: BrowserContext;
  let page: Page;
  let requested: string[];
  const failures: string[] = [];

  beforeEach(async () => {
    context = await site.browser.newContext({viewport: {width: 1280, height: 800}, serviceWorkers: 'block'});
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    requested = [];
    context.on('request', request => requested.push(new URL(request.url()).pathname));
    page.on('pageerror', error => failures.push(error.message));
  });

  afterEach(async () => {
    await context?.close();
    expect(failures.splice(0)).to.deep.equal([]);
  });

  const open = (path: string) => page.goto(`${site.origin}/${path}`, {waitUntil: 'networkidle'});

  for (const path of PAGES)
    it(`searches by keyboard from ${path}, and loads the index only then`, async () => {
      await open(path);
      expect(requested).not.to.include('/search-index.js');
      await page.keyboard.press('/');
      await page.keyboard.type('circuit bre');
      await page.locator('.search [role="option"]').first().waitFor();
      expect(requested).to.include('/search-index.js');
      await page.keyboard.type('aker');
      await page.keyboard.press('ArrowDown');
      expect(await page.locator('.search [aria-selected="true"]').count()).to.equal(1);
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/guides/circuit-breaker.html');
    });

  it('finds words in texts, below headings, from the playground too', async () => {
    for (const path of ['getting-started.html', 'playground/index.html']) {
      await open(path);
      await page.click('.find');
      await page.fill('.search input', 'me');
      expect(requested.filter(each => each.startsWith('/search/'))).to.deep.equal([]);
      await page.fill('.search input', 'metastable');
      const option = page.locator('.search [role="group"] [role="option"]').first();
      await option.waitFor();
      expect(requested.filter(each => each.startsWith('/search/'))).to.deep.equal(['/search/m.js']);
      await option.click();
      await page.waitForURL(url => !url.pathname.endsWith(path));
      expect((await page.locator('main').textContent())!.toLowerCase()).to.include('metastable');
      requested.length = 0;
    }
  });

  it('says that nothing was found', async () => {
    await open('policy.html');
    await page.click('.find');
    await page.fill('.search input', 'xylophone');
    await page.locator('.search [role="status"]:has-text("No page")').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('.search[open]').count()).to.equal(0);
  });

  it('keeps the theme from page to page', async () => {
    await page.emulateMedia({colorScheme: 'light'});
    for (const [at, path] of PAGES.entries()) {
      await open(path);
      const theme = page.locator('#theme');
      expect(await theme.getAttribute('aria-pressed'), path).to.equal(String(at > 0));
      if (at === 0) await theme.click();
      expect(await page.getAttribute('html', 'data-theme'), path).to.equal('dark');
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(ground, path).to.equal('rgb(15, 20, 24)');
    }
  });

  it('keeps search, theme and menu after the router of the documents has changed the page', async () => {
    await page.setViewportSize({width: 390, height: 800});
    await open('getting-started.html');
    await page.click('.menu summary');
    await page.click('.menu-links a:has-text("Rules")');
    await page.waitForURL('**/rules/');
    await page.locator('details.menu:not([open])').waitFor();
    await page.click('#theme');
    expect(await page.getAttribute('#theme', 'aria-pressed')).to.equal('true');
    await page.click('.find');
    await page.locator('.search[open]').waitFor();
  });
});
