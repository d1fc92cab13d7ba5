/**
 * `node scripts/pictures/jaeger.ts [<checkout of jaeger-ui>]`: sends the traffic of test/operators to a Jaeger, and takes docs/images/jaeger-*.png
 * of its pages with Chromium.
 *
 * The Jaeger is the one at JAEGER_ENDPOINT (OTLP at JAEGER_OTLP_ENDPOINT), such as the container of docs/jaeger.md; else one is
 * built with Go, and its pages with npm. Each wait is about 100 ms and each answer takes 40 ms, so that a picture shows them in proportion.
 */
import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import type {Page} from 'playwright-core';
import {traceOf} from '../../test/operators/query.ts';
import {launchChromium} from '../../tools/chromium/launch.ts';
import {findGoTool, jaeger} from '../../tools/go/find.ts';
import {type Jaeger, startJaeger} from '../../tools/jaeger/start.ts';
import {jaegerUi} from '../../tools/jaeger/ui.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const BASE_MS = 100;
const ANSWER_MS = 40;

interface Picture {
  readonly file: string;
  readonly story: string;
  readonly spans: number;
  /** Opens the attributes of the call. */
  readonly opened?: boolean;
}

const pictures: readonly Picture[] = [
  {file: 'jaeger-retries.png', story: 'a call that is sent three times', spans: 5},
  {file: 'jaeger-call.png', story: 'a call that is sent three times', spans: 5, opened: true},
  {file: 'jaeger-hedge.png', story: 'a slow call that is hedged', spans: 4},
  {file: 'jaeger-breaker.png', story: 'a call into an open breaker', spans: 6},
  {file: 'jaeger-timeout.png', story: 'a call that takes too long', spans: 4},
];

const browser = await launchChromium();
if (browser === undefined) throw new Error('No Chromium was found on PATH. Install one, or set CHROMIUM to its path.');
const target = await findJaeger(process.argv[2]);
try {
  const traceIds = await sendTraffic(target.otlp);
  const page = await browser.newPage({viewport: {width: 1400, height: 2000}});
  for (const picture of pictures) {
    const id = traceIds[picture.story]!;
    await traceOf(target.query, id, picture.spans);
    await page.goto(`${target.query}/trace/${id}`);
    await take(page, picture);
    console.log(`docs/images/${picture.file}`);
  }
} finally {
  await browser.close();
  await target.stop();
}

async function findJaeger(checkout: string | undefined): Promise<Jaeger> {
  const {JAEGER_ENDPOINT, JAEGER_OTLP_ENDPOINT = 'http://127.0.0.1:4318'} = process.env;
  if (JAEGER_ENDPOINT !== undefined)
    return {query: JAEGER_ENDPOINT, otlp: JAEGER_OTLP_ENDPOINT, stop: () => Promise.resolve()};
  const found = await findGoTool(jaeger, true);
  if ('missing' in found) throw new Error(`A Jaeger is needed: ${found.missing}. Or set JAEGER_ENDPOINT.`);
  return startJaeger(found.binary, {ui: jaegerUi(checkout)});
}

/** The trace id of each story. */
async function sendTraffic(otlp: string): Promise<Readonly<Record<string, string>>> {
  const {stdout} = await promisify(execFile)(
    process.execPath,
    ['--import', './src/telemetry/register.ts', 'test/operators/traffic.ts', String(BASE_MS), String(ANSWER_MS)],
    {
      cwd: root,
      env: {
        ...process.env,
        OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
        OTEL_SERVICE_NAME: 'checkout',
        // The pictures show nothing of the machine that they were taken on.
        OTEL_NODE_RESOURCE_DETECTORS: 'env',
        OTEL_TRACES_SAMPLER: 'always_on',
      },
    },
  );
  return JSON.parse(stdout) as Record<string, string>;
}

/** The page down to its last row. */
async function take(page: Page, {file, spans, opened = false}: Picture): Promise<void> {
  const rows = page.locator('.span-row');
  await rows.nth(spans - 1).waitFor();
  if (opened) {
    await rows.nth(1).locator('.span-name').click();
    await page.locator('.AccordianKeyValues--header').first().click();
  }
  // The bars slide to their places.
  await page.waitForTimeout(1000);
  const last = (await rows.last().boundingBox())!;
  const height = Math.ceil(last.y + last.height) + 16;
  await page.screenshot({path: `${root}docs/images/${file}`, clip: {x: 0, y: 0, width: 1400, height}});
}
