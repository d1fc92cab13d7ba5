/**
 * `node scripts/pictures/site.ts <folder> [<page>...]`: takes pictures of pages of the built site at three widths, in light and dark colors, to
 * be looked at. Default: one page of each kind. A picture is of the first 2400 px.
 */
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {SiteServer} from '../../test/site/built.ts';
import {launchChromium} from '../../tools/chromium/launch.ts';

const PAGES = [
  'index.html',
  'getting-started.html',
  'guides/idempotency.html',
  'policy.html',
  'conformance-models.html',
  'conformance.html',
  'rules/index.html',
  'rules/RL203.html',
  'playground/index.html',
  'contents.html',
  '404.html',
];
const WIDTHS = [390, 768, 1366];
const HEIGHT = 2400;

const [folder, ...chosen] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder of the pictures.');
const browser = await launchChromium();
if (browser === undefined) throw new Error('No Chromium was found on PATH. Install one, or set CHROMIUM to its path.');
mkdirSync(folder, {recursive: true});
const server = new SiteServer();
const origin = await server.listen();
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    // Without motion the last frame of each picture is there at once.
    const context = await browser.newContext({colorScheme, reducedMotion: 'reduce', serviceWorkers: 'block'});
    const page = await context.newPage();
    for (const path of chosen.length > 0 ? chosen : PAGES)
      for (const width of WIDTHS) {
        await page.setViewportSize({width, height: 900});
        await page.goto(`${origin}/${path}`, {waitUntil: 'networkidle'});
        const full = await page.evaluate(() => document.documentElement.scrollHeight);
        const name = `${path.replace(/\.html.*$/, '').replaceAll('/', '-')}-${width}-${colorScheme}.png`;
        const clip = {x: 0, y: 0, width, height: Math.min(full, HEIGHT)};
        await page.screenshot({path: join(folder, name), clip, fullPage: true});
        console.log(name);
      }
    await context.close();
  }
} finally {
  server.close();
  await browser.close();
}
