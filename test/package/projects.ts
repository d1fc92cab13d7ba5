/**
 * The package as npm would publish it, installed in projects of their own.
 *
 * Installs what it needs from the registry, so these tests stand apart: `npm run test:package`. Versions are pinned,
 * because npm under an old Node silently picks old majors.
 */
import {execFile} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const root: string = fileURLToPath(new URL('../../', import.meta.url));

interface Versions {
  readonly ky: string;
  readonly grpc: string;
  readonly otel: string;
  readonly sdk: readonly string[];
  readonly esbuild: string;
  readonly unplugin: string;
  readonly nodeTypes: string;
  /** Aliases, so that they live side by side. */
  readonly compilers: Readonly<Record<string, string>>;
  /** The oldest Node that package.json admits. */
  readonly oldestNode: string;
  readonly newestNode: string;
  /** Checkers of packages: types as resolved by each resolution, and the manifest. */
  readonly attw: string;
  readonly publint: string;
  /** Versions of npm, each with the Nodes it runs under. Node 20 is older than package.json admits: npm warns there, and installs. */
  readonly npm: Readonly<Record<string, readonly string[]>>;
}

export const versions: Versions = {
  ky: 'ky@2.1.0',
  grpc: '@grpc/grpc-js@1.14.7',
  otel: '@opentelemetry/api@1.10.0',
  sdk: ['@opentelemetry/sdk-node@0.301.0'],
  esbuild: 'esbuild@0.28.2',
  unplugin: 'unplugin@3.7.0',
  nodeTypes: '@types/node@24.19.2',
  compilers: {
    '5.4': 'ts54@npm:typescript@5.4.5',
    '5.9': 'ts59@npm:typescript@5.9.3',
    '7.0': 'ts70@npm:typescript@7.0.2',
  },
  oldestNode: '22.12.0',
  newestNode: '26.10.0',
  attw: '0.18.5',
  publint: '0.3.25',
  npm: {'10.9.4': ['20.20.2'], '11.19.1': ['20.20.2', '24.21.0']},
};

const isComplete = process.env.EVERYTHING !== undefined;

/** The oldest and the newest of a list, or all of it before a release. */
export const extremes = <T>(all: readonly T[]): readonly T[] => (isComplete ? all : [all[0]!, all.at(-1)!]);

export interface Ran {
  readonly code: number;
  readonly output: string;
}

let place: string | undefined;
let tarball: Promise<string> | undefined;
let linter: Promise<string> | undefined;
let plugin: Promise<string> | undefined;
let everything: Promise<string> | undefined;

after(() => {
  if (place !== undefined) rmSync(place, {recursive: true, force: true});
});

/** Runs to the end, and fails the test with all that was printed where the exit code is not 0. */
export async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  const {code, output} = await attempt(cwd, command, ...args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

/** The Node that runs this test is first in the path, so npm and every tool run under it. */
export const attempt = (cwd: string, command: string, ...args: string[]): Promise<Ran> =>
  attemptUnder(process.execPath, cwd, command, ...args);

/** The same with another Node first in the path. */
export function attemptUnder(node: string, cwd: string, command: string, ...args: string[]): Promise<Ran> {
  const env = {...process.env, PATH: dirname(node) + delimiter + process.env.PATH, NO_COLOR: '1'};
  return new Promise(resolve =>
    execFile(command, args, {cwd, env, maxBuffer: 2 ** 26, timeout: 170_000}, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({code, output: stdout + stderr});
    }),
  );
}

/** An empty project with steadfetch, retry-lint and these packages. */
export async function project(name: string, packages: readonly string[], ...flags: string[]): Promise<string> {
  return projectWith(name, [await packed(), await packedLinter(), ...packages], ...flags);
}

/** An empty project with these packages. */
export async function projectWith(name: string, packages: readonly string[], ...flags: string[]): Promise<string> {
  const folder = emptyFolder(name);
  await run(
    folder,
    'npm',
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--save-exact',
    ...flags,
    ...packages,
  );
  return folder;
}

/** A project without a package in it. */
export function emptyFolder(name: string): string {
  const folder = join(home(), name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({name, private: true, type: 'module'}));
  return folder;
}

const tools = new Map<string, Promise<string>>();

/** A package that is only run, in a folder of its own. Gives the folder of the package. */
export function tool(name: string, version: string): Promise<string> {
  const place = `${name}-${version}`.replaceAll(/[@/]/g, '-');
  const folder = tools.get(place) ?? installTool(place, name, version);
  tools.set(place, folder);
  return folder;
}

async function installTool(place: string, name: string, version: string): Promise<string> {
  const folder = emptyFolder(place);
  await run(
    folder,
    'npm',
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    `${name}@${version}`,
  );
  return join(folder, 'node_modules', name);
}

/** A Node of this version, as the bare binary: no install script has to run. */
export async function nodeBinary(version: string): Promise<string> {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  return join(await tool(`node-${system}-${process.arch}`, version), 'bin/node');
}

/** The program of an npm of this version, for a Node to run. */
export const npmProgram = async (version: string): Promise<string> =>
  join(await tool('npm', version), 'bin/npm-cli.js');

export const oldestNode = (): Promise<string> => nodeBinary(versions.oldestNode);

/** The project most tests look at: both packages, ky, OpenTelemetry, compilers and a bundler. Made once. */
export function fullProject(): Promise<string> {
  const {ky, grpc, otel, sdk, esbuild, unplugin, nodeTypes, compilers} = versions;
  everything ??= project('full', [ky, grpc, otel, ...sdk, esbuild, unplugin, nodeTypes, ...Object.values(compilers)]);
  return everything;
}

export function packed(): Promise<string> {
  tarball ??= pack(root);
  return tarball;
}

/** The package retry-lint. */
export function packedLinter(): Promise<string> {
  linter ??= pack(join(root, 'packages/retry-lint'));
  return linter;
}

/** The package eslint-plugin-retry. */
export function packedPlugin(): Promise<string> {
  plugin ??= pack(join(root, 'packages/eslint-plugin-retry'));
  return plugin;
}

/** What `.ci/run` packed for every suite, into the folder TARBALLS, or a tarball of its own: `npm pack` builds first. */
async function pack(folder: string): Promise<string> {
  const {TARBALLS} = process.env;
  if (TARBALLS !== undefined) {
    const {name, version} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return join(TARBALLS, `${name}-${version}.tgz`);
  }
  const printed = await run(folder, 'npm', 'pack', '--silent', '--pack-destination', home());
  // Beside warnings of the build.
  return join(home(), printed.match(/^\S+\.tgz$/gm)!.at(-1)!);
}

function home(): string {
  place ??= mkdtempSync(join(tmpdir(), 'steadfetch-package-'));
  return place;
}
