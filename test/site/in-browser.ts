/** The built site in Chromium, for the tests of one suite, which are skipped on a machine without Chromium. */
import type {Browser} from 'playwright-core';
import {launchChromium} from '../../tools/chromium/launch.ts';
import {SiteServer} from './built.ts';

export interface SiteInBrowser {
  /** Without a slash at its end. */
  readonly origin: string;
  readonly browser: Browser;
}

/** Called in a suite: what it returns is there once the tests of the suite run. */
export function inBrowser(): SiteInBrowser {
  const server = new SiteServer();
  let origin = '';
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

  return {
    get origin() {
      return origin;
    },
    get browser() {
      return browser!;
    },
  };
}
