/**
 * Takes docs/images/page-*.png: pages of `steadfetch simulate`, `plan` and `measure` in Chromium, made by the commands of the docs. The
 * measurement is one of a real server that fails at random, so it differs from run to run: what it prints belongs into
 * docs/guides/measuring.md.
 */
import {execFile} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import type {Browser} from 'playwright-core';
import {launchChromium} from '../../tools/chromium/launch.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const WIDTH = 880;
/** Of the server in docs/guides/measuring.md. */
const PORT = 8180;

interface Picture {
  readonly file: string;
  /** Of the command line, without `--html`. */
  readonly args: readonly string[];
  /** Titles of the first and the last figure in the picture. */
  readonly figures: readonly [first: string, last: string];
}

const browser = await launchChromium();
if (browser === undefined) throw new Error('No Chromium was found on PATH. Install one, or set CHROMIUM to its path.');
const folder = mkdtempSync(join(tmpdir(), 'steadfetch-pictures-'));
const server = await flakyServer();
try {
  writeFileSync(join(folder, 'naive.json'), blockOf('docs/simulate.md', /```json naive\.json\n(.*?)```/s));
  writeFileSync(join(folder, 'policy.json'), '{"name": "predict", "attemptTimeoutMs": 1000, "maxAttempts": 4}');
  const pictures: readonly Picture[] = [
    {
      file: 'page-simulate.png',
      args: ['simulate', 'naive.json', 'steadfetch:default', '--scenario', 'spike'],
      figures: ['Success', 'Load'],
    },
    {
      file: 'page-plan.png',
      args: [
        ...['plan', '--p95', '800', '--success', '0.99', '--latency', 'median=180,sigma=0.5', '--fail', '0.05@20'],
        ...['--hang', '0.01', '--method', 'POST', '--path', '/predict', '--repeatable'],
      ],
      figures: ['Success against p95', 'Success against p95'],
    },
    {
      file: 'page-measure.png',
      args: [
        ...['measure', `http://127.0.0.1:${PORT}/predict`, '--policy', 'policy.json'],
        ...['--count', '100', '--rate', '10', '--deadline', '10000'],
      ],
      figures: ['Share of calls', 'Latency of all calls'],
    },
  ];
  for (const picture of pictures) {
    const printed = await take(browser, picture);
    console.log(`docs/images/${picture.file}`);
    if (picture.args[0] === 'measure') console.log(printed);
  }
} finally {
  server.close();
  server.closeAllConnections();
  rmSync(folder, {recursive: true});
  await browser.close();
}

/** The server of docs/guides/measuring.md. */
async function flakyServer(): Promise<Server> {
  const server = createServer((request, response) => {
    const luck = Math.random();
    if (luck < 0.02) return;
    if (luck < 0.04) {
      request.socket.resetAndDestroy();
      return;
    }
    setTimeout(() => response.writeHead(luck < 0.2 ? 503 : 200).end(), 10 + 40 * Math.random());
  });
  await new Promise<void>(resolve => server.listen(PORT, '127.0.0.1', resolve));
  return server;
}

function blockOf(file: string, block: RegExp): string {
  const found = block.exec(readFileSync(join(root, file), 'utf8'))?.[1];
  if (found === undefined) throw new Error(`${file} has no block ${block}.`);
  return found;
}

/** @returns What the command printed. */
async function take(browser: Browser, {file, args, figures: [first, last]}: Picture): Promise<string> {
  const html = join(folder, `${file}.html`);
  const command = [join(root, 'src/cli/main.ts'), ...args, '--html', html];
  const {stdout} = await promisify(execFile)(process.execPath, command, {cwd: folder});
  const page = await browser.newPage({viewport: {width: WIDTH, height: 1000}, colorScheme: 'light'});
  await page.goto(pathToFileURL(html).href);
  const boxOf = async (title: string) => (await page.locator('figure', {hasText: title}).first().boundingBox())!;
  const [top, bottom] = [await boxOf(first), await boxOf(last)];
  const y = Math.floor(top.y) - 12;
  const height = Math.ceil(bottom.y + bottom.height) + 12 - y;
  await page.screenshot({path: join(root, 'docs/images', file), clip: {x: 0, y, width: WIDTH, height}, fullPage: true});
  await page.close();
  return stdout;
}
