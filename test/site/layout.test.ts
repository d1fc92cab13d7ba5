/** The built pages as a browser lays them out, without a script: nothing is wider than the window, and nothing is cut. */
import {posix} from 'node:path';
import {expect} from 'chai';
import type {Browser, Page} from 'playwright-core';
import {launchChromium} from '../../tools/chromium/launch.ts';
import {files, read} from './built.ts';

const WIDTHS = [320, 390, 768, 1366, 1920];
/** At the widths of a phone and of a laptop every page is tried, at the others one of each kind. */
const EVERY_PAGE = [390, 1366];

/** Without those that only lead to another page. */
const pages = files.filter(file => file.endsWith('.html') && !read(file).includes('http-equiv="refresh"'));
/** Of the decisions, those with code or a table: prose alone cannot be too wide. */
const tried = pages.filter(page => !page.startsWith('decisions/') || /<pre|<table/.test(read(page)));
const KINDS = [
  'index.html',
  'contents.html',
  '404.html',
  'guides/idempotency.html',
  'policy.html',
  'conformance-models.html',
  'conformance.html',
  'rules/index.html',
  'rules/RL203.html',
  'api/core.html',
];

describe('the layout of the pages', () => {
  let browser: Browser | undefined;
  let page: Page;

  before(async function () {
    browser = await launchChromium();
    if (browser !== undefined) {
      page = await browser.newPage({javaScriptEnabled: false});
      return;
    }
    console.log('      skipped: no chromium');
    this.skip();
  });

  after(async () => {
    await browser?.close();
  });

  it('is no wider than the window, and cuts no code and no message', async () => {
    const wrong: string[] = [];
    for (const path of tried) {
      await page.setContent(alone(path), {waitUntil: 'load'});
      for (const width of KINDS.includes(path) ? WIDTHS : EVERY_PAGE) {
        await page.setViewportSize({width, height: 900});
        wrong.push(...(await problemsOf(page)).map(problem => `${path} at ${width} px: ${problem}`));
      }
    }
    expect(wrong.slice(0, 20)).to.deep.equal([]);
    expect(tried).to.include.members(KINDS).and.to.have.length.above(150);
  });
});

/** A page with its styles and without its scripts and pictures, so that it takes milliseconds to load. */
const alone = (path: string): string =>
  read(path)
    .replaceAll(/<link rel="(?:modulepreload|icon)"[^>]*>|<script[\s\S]*?<\/script>|(?<=<img [^>]*)src="[^"]*"/g, '')
    .replaceAll(/<link [^>]*href="([^"]*\.css)"[^>]*>/g, (_, style: string) => {
      const file = style.startsWith('/') ? style.slice(1) : posix.join(posix.dirname(path), style);
      return `<style>${read(file)}</style>`;
    });

const problemsOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const root = document.documentElement;
    const problems: string[] = [];
    if (root.scrollWidth > root.clientWidth) problems.push(`${root.scrollWidth} px wide`);
    // Charts of a terminal keep their columns, and scroll.
    for (const box of document.querySelectorAll('pre, .findings, .findings p'))
      if (box.closest('.drawing') === null && box.scrollWidth > box.clientWidth + 1)
        problems.push(`cut: ${box.textContent?.slice(0, 60)}`);
    return problems;
  });

describe('the tables of the documents', () => {
  const tables = pages.flatMap(page =>
    Array.from(read(page).matchAll(/<div class="box"[^>]*><table[\s\S]*?<\/table>/g), ([table]) => ({page, table})),
  );

  it('are in boxes that scroll', () => {
    // The tables of the playground are the simulator's.
    const documents = pages.filter(page => !page.startsWith('playground/'));
    const bare = documents.filter(page => /(?<!<div class="box"[^>]*>)<table/.test(read(page)));
    expect(bare).to.deep.equal([]);
    expect(tables).to.have.length.above(100);
  });

  it('name the column at each cell, and the row in its first', () => {
    expect(tables).not.to.be.empty;
    for (const {page, table} of tables) {
      expect(table.match(/<th(?! scope| [^>]*scope)[ >]/), page).to.equal(null);
      const [head = '', body = ''] = table.split('</thead>');
      const columns = head.match(/<t[hd][ >]/g)!.length;
      for (const row of body.match(/<tr[\s\S]*?<\/tr>/g) ?? []) {
        expect(row.match(/<th[ >]/g), page).to.have.length(1);
        expect(row.match(/<td [^>]*data-l=/g)?.length ?? 0, `${page}: ${row}`).to.equal(columns - 1);
      }
    }
  });
});

describe('pages of rules', () => {
  it('show each finding as text below its policy, with its fix as a diff', () => {
    const page = read('rules/RL203.html');
    const example = page.slice(page.indexOf('id="exponential-backoff-without-jitter"'), page.indexOf('id="a-misspelt'));
    expect(example).to.contain('<p><b class="error">2:38-46 error</b> Retries come in bursts: ');
    expect(example).to.contain('Fix: Set jitter to &quot;full&quot; <span class="tag">unsafe</span>');
    expect(example.match(/class="line del"/g)).to.have.length(1);
    expect(example.match(/class="line add"/g)).to.have.length(1);
    expect(page).not.to.contain('language-text');
  });

  it('lead each policy to the playground', () => {
    const without = pages.filter(page => /^rules\/RL/.test(page) && !read(page).includes('playground/index.html#p='));
    // Their first examples are of several files, or of a file with another name.
    expect(without).to.have.length.below(12);
  });
});
