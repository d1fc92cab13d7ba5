/** Takes tools/site/public/preview.png, which previews of links show: the first fault of the built landing page. `npm run docs` comes before. */
import {writeFileSync} from 'node:fs';
import {SiteServer} from '../../test/site/built.ts';
import {launchChromium} from '../../tools/chromium/launch.ts';
import {indexedPng} from './indexed-png.ts';

/** What previews are made for. */
const SIZE = {width: 1200, height: 630};

/** Dots on whole pixels, so that the picture is small. */
const STYLE = `
  .top :is(.sections, .find, .icon, .menu), .band, .foot, .install, .actions, .choice, .caption { display: none !important; }
  .top { position: static; border: 0; }
  .top .frame-wrap { padding-top: 40px; }
  .hero { grid-template-columns: 400px 1fr; gap: 40px; padding-top: 56px; padding-bottom: 0; }
  .card svg { width: 300px; }
`;

const browser = await launchChromium();
if (browser === undefined) throw new Error('No Chromium was found on PATH. Install one, or set CHROMIUM to its path.');
const server = new SiteServer();
const origin = await server.listen();
try {
  const page = await browser.newPage({viewport: SIZE, colorScheme: 'light', reducedMotion: 'reduce'});
  await page.goto(`${origin}/index.html`, {waitUntil: 'networkidle'});
  await page.addStyleTag({content: STYLE});
  const screenshot = (await page.screenshot()).toString('base64');
  const data = await page.evaluate(async png => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
    canvas.drawImage(bitmap, 0, 0);
    return Array.from(canvas.getImageData(0, 0, bitmap.width, bitmap.height).data);
  }, screenshot);
  writeFileSync(new URL('../../tools/site/public/preview.png', import.meta.url), indexedPng({...SIZE, data}));
} finally {
  server.close();
  await browser.close();
}
