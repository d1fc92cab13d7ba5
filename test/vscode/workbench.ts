/** The window of VS Code, as a user operates it. Everything waits for a condition, never for a time. */
import type {Browser, BrowserContext, FrameLocator, Locator, Page} from 'playwright-core';

/** A busy machine is slow, and no test is about speed. */
const PATIENCE_MS = 45_000;

export class Workbench {
  readonly page: Page;
  readonly #context: BrowserContext;

  private constructor(page: Page, context: BrowserContext) {
    this.page = page;
    this.#context = context;
  }

  static async open(browser: Browser, url: string): Promise<Workbench> {
    const context = await browser.newContext({viewport: {width: 1180, height: 720}});
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(url);
    await page.locator('.monaco-workbench .explorer-folders-view .monaco-list-row').first().waitFor();
    return new Workbench(page, context);
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  /** Opens a file of the folder. */
  async openFile(name: string): Promise<void> {
    const explorer = this.page.locator('.explorer-folders-view');
    await explorer.getByText(name, {exact: true}).dblclick();
    await this.page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor();
    await this.page.locator('.editor-instance .view-lines').first().waitFor();
  }

  /** Runs a command by its title. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input[type="text"]');
    await input.waitFor();
    await input.fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row', {hasText: title}).first().click();
    await this.page.locator('.quick-input-widget').waitFor({state: 'hidden'});
  }

  /** Puts the cursor at a position, counted from 1. */
  async goTo(line: number, column: number): Promise<void> {
    // Puts the focus into the editor. A click might hit a code lens.
    await this.page.keyboard.press('Control+1');
    await this.page.keyboard.press('Control+G');
    const input = this.page.locator('.quick-input-widget input[type="text"]');
    await input.waitFor();
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press('Enter');
    await this.page.locator('.quick-input-widget').waitFor({state: 'hidden'});
    await this.page
      .locator('.editor-status-selection, #status\\.editor\\.selection', {hasText: `Ln ${line}, Col ${column}`})
      .first()
      .waitFor();
  }

  /** Presses keys until what they open is there: VS Code closes a menu whose editor changes meanwhile. */
  async summon(keys: readonly string[], wanted: Locator): Promise<Locator> {
    for (let tries = 1; ; tries++) {
      await this.page.keyboard.press('Control+1');
      for (const key of keys) await this.page.keyboard.press(key);
      try {
        await wanted.waitFor({timeout: 6000});
        return wanted;
      } catch (error) {
        if (tries === 6) throw error;
      }
    }
  }

  /** The entry of the menu of quick fixes at the cursor. */
  async quickFix(title: string): Promise<Locator> {
    return this.summon(['Control+.'], this.page.locator('.action-widget .monaco-list-row', {hasText: title}));
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('Control+S');
    await this.page.locator('.tab.active:not(.dirty)').first().waitFor();
  }

  /** Replaces the text of the shown file. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.insertText(text);
  }

  /** The rows of a file in the Problems panel, which is opened if need be. It renders only the rows that are in view. */
  async problems(file: string): Promise<Locator> {
    const filter = this.page.locator('.panel input[aria-label="Filter Problems"]');
    if (!(await filter.isVisible())) await this.command('Problems: Focus on Problems View');
    await filter.fill(`**/${file}`);
    const others = this.page.locator('.markers-panel .monaco-list-row[aria-level="1"]', {hasNotText: file});
    await others.first().waitFor({state: 'detached'});
    return this.page.locator('.markers-panel .monaco-list-row[aria-level="2"]');
  }

  squiggles(severity: 'error' | 'warning' | 'info'): Locator {
    return this.page.locator(`.editor-instance .squiggly-${severity}`);
  }

  /** The rectangle of a text in the editor. */
  async rectangleOf(text: string): Promise<{left: number; right: number; bottom: number}> {
    return this.page.evaluate(wanted => {
      for (const line of document.querySelectorAll('.editor-instance .view-line')) {
        const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          const start = (node.textContent ?? '').replaceAll('\u00a0', ' ').indexOf(wanted);
          if (start < 0) continue;
          const range = document.createRange();
          range.setStart(node, start);
          range.setEnd(node, start + wanted.length);
          const {left, right, bottom} = range.getBoundingClientRect();
          return {left, right, bottom};
        }
      }
      throw new Error(`The editor does not show ${wanted}.`);
    }, text);
  }

  /** The content of the panel beside the editor that shows a page. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').last().frameLocator('iframe#active-frame');
  }
}
