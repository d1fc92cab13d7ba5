/** The playground in a page of its own, and what a user does there. */
import {deflateRawSync} from 'node:zlib';
import {expect} from 'chai';
import type {Browser, BrowserContext, Locator, Page} from 'playwright-core';

/** The fragment of a link that holds this state. */
export const fragmentOf = (state: object): string =>
  `#p=${deflateRawSync(JSON.stringify(state)).toString('base64url')}`;

/** The result of a run that has ended, which the example that comes with the page is not. */
export const RUN = '#results[aria-busy="false"]:has(figure):not(:has(.example))';

export class PlaygroundPage {
  readonly page: Page;
  /** URLs. */
  readonly requested: string[] = [];
  readonly #context: BrowserContext;
  readonly #failures: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.setDefaultTimeout(60_000);
    context.on('request', request => this.requested.push(request.url()));
    page.on('pageerror', error => this.#failures.push(error.message));
  }

  static async open(browser: Browser, origin: string, fragment = '', width = 1280): Promise<PlaygroundPage> {
    const context = await browser.newContext({viewport: {width, height: 800}});
    // It would load every file for later.
    await context.addInitScript(() => Object.defineProperty(navigator, 'serviceWorker', {value: undefined}));
    const opened = new PlaygroundPage(context, await context.newPage());
    await opened.page.goto(`${origin}/playground/index.html${fragment}`);
    await opened.page.waitForFunction(() => performance.getEntriesByName('findings').length > 0);
    return opened;
  }

  /** Fails the test if the page threw. */
  async close(): Promise<void> {
    await this.#context.close();
    expect(this.#failures).to.deep.equal([]);
  }

  get text(): Promise<string> {
    return this.page
      .locator('#editor .cm-line')
      .allTextContents()
      .then(lines => lines.join('\n'));
  }

  /** Replaces the text of the policy. */
  async write(text: string): Promise<void> {
    await this.page.locator('#editor .cm-content').click();
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.insertText(text);
  }

  finding(code: string): Locator {
    return this.page.locator('.finding', {has: this.page.locator(`a:text-is("${code}")`)}).first();
  }

  async simulate(): Promise<void> {
    await this.page.click('#simulate');
    await this.page.locator(RUN).waitFor();
  }
}
