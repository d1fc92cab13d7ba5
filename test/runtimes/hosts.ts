/** The runtimes, and how each runs the list. */
import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import type {Browser, Page} from 'playwright-core';
import {launchChromium} from '../../tools/chromium/launch.ts';
import type {World} from './case.ts';
import {attempt} from './cases/all.ts';

export interface Host {
  readonly name: string;
  readonly isBrowser: boolean;
  /** Undefined where it is ready; else why it cannot run here. */
  start(world: World): Promise<string | undefined>;
  /** Undefined, or what is wrong. */
  run(name: string, world: World): Promise<string | undefined>;
  stop(): Promise<void>;
}

export const node: Host = {
  name: `Node ${process.version}`,
  isBrowser: false,
  start: async () => undefined,
  run: attempt,
  stop: async () => {},
};

/** A page of the server's, so that there are origins; a fresh profile each time. */
export class Chromium implements Host {
  readonly name = 'Chromium';
  readonly isBrowser = true;
  #browser: Browser | null = null;
  #page: Page | null = null;

  async start({here}: World): Promise<string | undefined> {
    const browser = await launchChromium();
    if (browser === undefined) return 'no chromium';
    this.#browser = browser;
    const {outputFiles} = await bundle('in-page.ts', 'browser');
    this.#page = await browser.newPage();
    await this.#page.goto(`${here}/`);
    await this.#page.addScriptTag({content: outputFiles[0]!.text});
    return undefined;
  }

  run(name: string, world: World): Promise<string | undefined> {
    return this.#page!.evaluate(
      ([name, world]) => (globalThis as unknown as {attempt: typeof attempt}).attempt(name, world),
      [name, world] as const,
    );
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
  }
}

/** A runtime that npm can install: the bare binary, so that no install script has to run. */
export interface Runtime {
  readonly name: string;
  readonly version: string;
  /** On npm. */
  readonly package: string;
  /** Below node_modules. */
  readonly binary: string;
  /** What stands before the file that is run. */
  readonly args: readonly string[];
}

/** Installs a runtime in an empty folder; undefined where it cannot be had. */
export async function installRuntime(
  {package: name, version, binary}: Runtime,
  folder: string,
): Promise<string | undefined> {
  writeFileSync(join(folder, 'package.json'), '{"private": true}');
  const flags = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'];
  const {failed} = await output(folder, 'npm', ['install', ...flags, `${name}@${version}`]);
  return failed ? undefined : join(folder, 'node_modules', binary);
}

class Installed implements Host {
  readonly name: string;
  readonly isBrowser = false;
  readonly #runtime: Runtime;
  readonly #found = new Map<string, string | undefined>();

  constructor(runtime: Runtime) {
    this.name = `${runtime.name} ${runtime.version}`;
    this.#runtime = runtime;
  }

  async start({here, there, nowhere}: World): Promise<string | undefined> {
    const folder = mkdtempSync(join(tmpdir(), 'steadfetch-runtime-'));
    try {
      const binary = await installRuntime(this.#runtime, folder);
      if (binary === undefined) return `${this.#runtime.package} cannot be installed here`;
      const file = join(folder, 'cases.mjs');
      await bundle('in-process.ts', 'neutral', file);
      const ran = await output(folder, binary, [...this.#runtime.args, file, here, there, nowhere]);
      for (const line of ran.text.split('\n').filter(each => each.startsWith('{'))) {
        const {name, problem} = JSON.parse(line) as {name: string; problem?: string};
        this.#found.set(name, problem);
      }
      this.#rest = ran.text;
      return undefined;
    } finally {
      rmSync(folder, {recursive: true, force: true});
    }
  }

  #rest = '';

  async run(name: string): Promise<string | undefined> {
    return this.#found.has(name) ? this.#found.get(name) : `It was not run:\n${this.#rest.slice(-2000)}`;
  }

  async stop(): Promise<void> {}
}

const bunPackage = `@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : 'x64'}`;
const denoPackage = `@deno/${process.platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}`;

export const bun: Runtime = {
  name: 'Bun',
  version: '1.4.5',
  package: bunPackage,
  binary: `${bunPackage}/bin/bun`,
  args: [],
};

export const deno: Runtime = {
  name: 'Deno',
  version: '2.9.6',
  package: denoPackage,
  binary: `${denoPackage}/deno`,
  args: ['run', '--allow-net', '--allow-env'],
};

export const hosts: readonly Host[] = [node, new Chromium(), new Installed(bun), new Installed(deno)];

const here = fileURLToPath(new URL('.', import.meta.url));

const bundle = (entry: string, platform: 'browser' | 'neutral', outfile?: string) =>
  build({
    entryPoints: [join(here, entry)],
    bundle: true,
    format: 'esm',
    platform,
    mainFields: ['module', 'main'],
    conditions: ['import'],
    write: outfile !== undefined,
    ...(outfile === undefined ? {} : {outfile}),
    logLevel: 'error',
  }) as Promise<{outputFiles: {text: string}[]}>;

export function output(
  cwd: string,
  command: string,
  args: readonly string[],
): Promise<{failed: boolean; text: string}> {
  return new Promise(resolve =>
    execFile(command, args, {cwd, maxBuffer: 2 ** 26, timeout: 300_000}, (error, stdout, stderr) =>
      resolve({failed: error !== null, text: `${stdout}\n${stderr}`}),
    ),
  );
}
