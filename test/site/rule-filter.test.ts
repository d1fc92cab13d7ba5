/** The filters above the table of rules. */
import {expect} from 'chai';
import type {BrowserContextOptions, Page} from 'playwright-core';
import {rules} from '../../lint/rules/index.ts';
import {type Choice, choiceOf, EVERYTHING, isShown, queryOf} from '../../tools/site/client/rule-choice.ts';
import {inBrowser} from './in-browser.ts';

const jitter = {
  code: 'RL203',
  severity: 'error',
  fix: 'unsafe, suggestions',
  text: 'RL203 no-synchronized-retries error Spread retries with jitter unsafe',
};

describe('a choice of rules', () => {
  for (const [choice, expected] of [
    [{}, true],
    [{words: 'Jitter rl203'}, true],
    [{words: 'jitter budget'}, false],
    [{severities: ['warning', 'info']}, false],
    [{severities: []}, false],
    [{fix: 'unsafe'}, true],
    [{fix: 'suggestions'}, true],
    // A whole word: "safe" is in "unsafe".
    [{fix: 'safe'}, false],
    [{group: 'RL2'}, true],
    [{group: 'RL3'}, false],
  ] as const satisfies readonly (readonly [Partial<Choice>, boolean])[])
    it(`${expected ? 'shows' : 'hides'} RL203 for ${JSON.stringify(choice)}`, () => {
      expect(isShown(jitter, {...EVERYTHING, ...choice})).to.equal(expected);
    });

  for (const choice of [
    EVERYTHING,
    {words: 'retry "a&b"', severities: ['info'], fix: 'none', group: 'RL0'},
    {...EVERYTHING, severities: []},
  ] as const satisfies readonly Choice[])
    it(`is read from its query as it was: ${queryOf(choice) || 'none'}`, () => {
      expect(choiceOf(queryOf(choice))).to.deep.equal(choice);
    });
});

describe('the table of rules', () => {
  const site = inBrowser();
  let page: Page;

  afterEach(() => page?.close());

  const open = async (address: string, options?: BrowserContextOptions): Promise<void> => {
    page = await site.browser.newPage({viewport: {width: 1280, height: 800}, ...options});
    page.setDefaultTimeout(20_000);
    await page.goto(`${site.origin}/rules/index.html${address}`, {waitUntil: 'networkidle'});
  };
  const shown = (): Promise<number> => page.locator('table.rules tbody tr:visible').count();
  const status = (): Promise<string | null> => page.textContent('.rule-filter [role="status"]');

  it('has all rules and no form without a script', async () => {
    await open('', {javaScriptEnabled: false});
    expect(await shown()).to.equal(rules.length);
    expect(await page.locator('.rule-filter').isVisible()).to.equal(false);
  });

  it('filters in place, counts, and keeps the choice in the address', async () => {
    await open('');
    expect(await status()).to.equal(`${rules.length} rules`);
    await page.selectOption('[name=group]', 'RL2');
    await page.getByLabel('info').uncheck();
    const expected = rules.filter(({code, severity}) => code.startsWith('RL2') && severity !== 'info').length;
    expect(await shown()).to.equal(expected);
    expect(await status()).to.equal(`${expected} of ${rules.length} rules`);
    const {search} = new URL(page.url());
    expect(search).to.equal('?severity=error.warning&group=RL2');
    await page.close();
    await open(search);
    expect(await shown()).to.equal(expected);
    expect(await page.getByLabel('info').isChecked()).to.equal(false);
    await page.click('.rule-filter button');
    expect(await shown()).to.equal(rules.length);
    expect(new URL(page.url()).search).to.equal('');
  });

  it('says that no rule matches', async () => {
    await open('?q=xylophone');
    expect(await shown()).to.equal(0);
    expect(await status()).to.equal('No rule matches. Clear a filter.');
  });

  it('clears the filters for a link to a row that they hide', async () => {
    await open('?q=xylophone#RL203');
    expect(await shown()).to.equal(rules.length);
    expect(await page.inputValue('[name=q]')).to.equal('');
  });
});
