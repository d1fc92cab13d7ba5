/** One VS Code for the tests of a suite: code-server, Chromium and a window, which a test that is repeated gets anew. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Context} from 'mocha';
import type {Browser} from 'playwright-core';
import {launchChromium} from '../../tools/chromium/launch.ts';
import {CodeServer, installCodeServer, type Options} from './code-server.ts';
import {Workbench} from './workbench.ts';

/** The part of the window beside the explorer. */
const EDITOR = {x: 348, y: 37, width: 828, height: 650};

/** Downloads, of up to five minutes, and the first start of VS Code. */
const START_MS = 480_000;

export class Session {
  readonly #server: CodeServer;
  #browser: Browser | undefined;
  #window: Workbench | undefined;

  constructor(options: Options) {
    this.#server = new CodeServer(options);
  }

  get window(): Workbench {
    if (this.#window === undefined) throw new Error('The window is not open.');
    return this.#window;
  }

  /** For `before`. Skips the suite where there is no Chromium, or no code-server can be had. */
  async start(context: Context): Promise<void> {
    context.timeout(START_MS);
    this.#browser = await launchChromium();
    const {missing} = this.#browser === undefined ? {missing: 'no chromium'} : await installCodeServer();
    if (missing !== undefined) {
      console.log(`    skipped: ${missing}`);
      context.skip();
    }
    await this.#server.start();
  }

  /** For `beforeEach`. */
  async ready(): Promise<void> {
    this.#window ??= await Workbench.open(this.#browser!, this.#server.url);
  }

  /** For `afterEach`. A test that failed may have left anything in the window. */
  async rest({currentTest}: Context): Promise<void> {
    if (currentTest?.state === 'passed') return;
    await this.picture('failed');
    await this.#close();
  }

  /** Keeps a picture of the window in the folder SCREENSHOTS. */
  async picture(name: string): Promise<void> {
    const folder = process.env.SCREENSHOTS;
    if (folder !== undefined) await this.window.page.screenshot({path: join(folder, `${name}.png`), clip: EDITOR});
  }

  /** For `after`. */
  async end(): Promise<void> {
    await this.#close();
    await this.#browser?.close();
    await this.#server.stop();
  }

  /** Writes a file that the folder has, and opens it. */
  async open(name: string, text: string): Promise<Workbench> {
    this.write(name, text);
    await this.window.openFile(name);
    return this.window;
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.#server.workspace, name), text);
  }

  /** Waits until a file of the folder on the disk fulfils the condition, and returns it. */
  async saved(name: string, condition: (text: string) => boolean): Promise<string> {
    return eventually(() => textOf(join(this.#server.workspace, name)), condition);
  }

  async #close(): Promise<void> {
    await this.#window?.close();
    this.#window = undefined;
  }
}

/** Waits for up to a minute until a value fulfils the condition, and returns the last value in any case. */
export async function eventually<T>(read: () => T | Promise<T>, condition: (value: T) => boolean): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const value = await read();
    if (condition(value) || Date.now() > end) return value;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

/** Empty if the file is not there yet. */
function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
