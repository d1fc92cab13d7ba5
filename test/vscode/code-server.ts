/** VS Code in a browser: code-server from npm, with the extension as it is published. */
import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {install} from '../../scripts/install.ts';
import {freePorts, isReady} from '../../tools/ports.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));
const packageFolder = join(here, 'node_modules/code-server');
const vsix = join(root, 'lint/vscode/dist/retry-lint.vsix');

const run = promisify(execFile);

/** For all downloads. Half a minute on a quiet machine. */
const DOWNLOAD_MS = 300_000;

let installed: Promise<{readonly missing?: string}> | undefined;

/** Installs what the tests start, once. `missing` says why code-server cannot be downloaded here. */
export function installCodeServer(): Promise<{readonly missing?: string}> {
  installed ??= installOnce();
  return installed;
}

async function installOnce(): Promise<{readonly missing?: string}> {
  // Projects have steadfetch installed, as it is built.
  if (!existsSync(join(root, 'dist/worker.js'))) await run('npm', ['run', 'build'], {cwd: root});
  try {
    await download(AbortSignal.timeout(DOWNLOAD_MS));
    return {};
  } catch (error) {
    return {missing: `code-server cannot be downloaded: ${reasonOf(error)}`};
  }
}

/** The scripts of code-server would build native modules that are not needed here. Its parts have lock files that lack an entry, so npm ci refuses them. */
async function download(signal: AbortSignal): Promise<void> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
  const more = async (): Promise<void> => {
    for (const folder of ['lib/vscode', 'lib/vscode/extensions'])
      await run('npm', ['install', '--omit=dev', ...quiet], {cwd: join(packageFolder, folder), signal});
  };
  await install(here, {flags: quiet, more, signal});
}

/** npm's first line about an error: `code ECONNREFUSED`. */
function reasonOf(error: unknown): string {
  const {name, message, stderr = ''} = error as Error & {readonly stderr?: string};
  if (name === 'AbortError') return `npm took more than ${DOWNLOAD_MS / 1000} s`;
  return /^npm error (.+)$/m.exec(stderr)?.[1] ?? message;
}

const SETTINGS = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.colorTheme': 'Default Light Modern',
  'workbench.tips.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'files.simpleDialog.enable': true,
  'editor.hover.delay': 100,
  'editor.minimap.enabled': false,
  'git.enabled': false,
  'remote.autoForwardPorts': false,
  'files.hotExit': 'off',
  'window.dialogStyle': 'custom',
  'workbench.editor.enablePreview': false,
};

export interface Options {
  /** The files of the folder that is open. */
  readonly files: Readonly<Record<string, string>>;
  readonly settings?: object;
}

/** One running code-server, with its own folder, settings and extensions. */
export class CodeServer {
  /** The folder that is open. */
  readonly workspace: string;
  readonly #home: string = mkdtempSync(join(tmpdir(), 'retry-lint-vscode-'));
  #process: ChildProcess | undefined;
  #origin = '';

  constructor({files, settings}: Options) {
    this.workspace = join(this.#home, 'shop');
    const user = join(this.#home, 'data/User');
    for (const folder of [this.workspace, user]) mkdirSync(folder, {recursive: true});
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.workspace, path)), {recursive: true});
      writeFileSync(join(this.workspace, path), text);
    }
    writeFileSync(join(user, 'settings.json'), JSON.stringify({...SETTINGS, ...settings}));
    mkdirSync(join(this.workspace, 'node_modules'));
    symlinkSync(root, join(this.workspace, 'node_modules/steadfetch'), 'dir');
    writeFileSync(join(this.#home, 'config.yaml'), 'auth: none\ncert: false\n');
  }

  /** The page of the folder. */
  get url(): string {
    return `${this.#origin}/?folder=${this.workspace}`;
  }

  /** @throws Error if code-server does not start. */
  async start(): Promise<void> {
    await run(process.execPath, [...this.#command, '--install-extension', vsix], {env: this.#env});
    const [port] = await freePorts(1);
    this.#origin = `http://127.0.0.1:${port}`;
    const args = [
      ...this.#command,
      '--bind-addr',
      `127.0.0.1:${port}`,
      '--disable-telemetry',
      '--disable-update-check',
    ];
    this.#process = spawn(process.execPath, args, {env: this.#env, stdio: 'ignore'});
    if (!(await isReady(`${this.#origin}/healthz`, () => this.#process?.exitCode !== null)))
      throw new Error('code-server did not start within 30 s.');
  }

  async stop(): Promise<void> {
    const ended = new Promise(resolve => this.#process?.once('exit', resolve) ?? resolve(undefined));
    if (this.#process?.exitCode === null) {
      this.#process.kill();
      await ended;
    }
    rmSync(this.#home, {recursive: true, force: true, maxRetries: 5});
  }

  get #command(): string[] {
    return [
      join(packageFolder, 'out/node/entry.js'),
      '--config',
      join(this.#home, 'config.yaml'),
      '--user-data-dir',
      join(this.#home, 'data'),
      '--extensions-dir',
      join(this.#home, 'extensions'),
      '--disable-getting-started-override',
    ];
  }

  get #env(): NodeJS.ProcessEnv {
    return {...process.env, HOME: this.#home, XDG_CONFIG_HOME: this.#home, XDG_DATA_HOME: this.#home};
  }
}
