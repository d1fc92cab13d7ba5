/**
 * Finds a program that is written in Go, or builds it: on PATH, then the one that was built before, then Go.
 *
 * A scratch module requires it, because `go install` refuses modules whose major version or `replace` lines it does not like, and
 * some programs here have such. The binary stays in the user's cache: building takes minutes, once.
 */
import {execFile} from 'node:child_process';
import {access, constants, copyFile, mkdir, mkdtemp, rename, rm, writeFile} from 'node:fs/promises';
import {homedir, tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {promisify} from 'node:util';

const run = promisify(execFile);

export interface GoTool {
  /** Of the binary. */
  readonly name: string;
  readonly module: string;
  readonly version: string;
  /** Minor version of Go 1 that it needs. */
  readonly minGo: number;
}

/** The module's version; the same commit as Jaeger 2.13.0. */
export const jaeger: GoTool = {
  name: 'jaeger',
  module: 'github.com/jaegertracing/jaeger/cmd/jaeger',
  version: 'v1.76.0',
  minGo: 26,
};

/** The module's version; Prometheus 3.7.3. */
export const promtool: GoTool = {
  name: 'promtool',
  module: 'github.com/prometheus/prometheus/cmd/promtool',
  version: 'v0.307.3',
  minGo: 24,
};

/** Checks workflows of GitHub. */
export const actionlint: GoTool = {
  name: 'actionlint',
  module: 'github.com/rhysd/actionlint/cmd/actionlint',
  version: 'v1.7.12',
  minGo: 24,
};

/** Breaks TCP connections in every way. */
export const toxiproxy: GoTool = {
  name: 'toxiproxy-server',
  module: 'github.com/Shopify/toxiproxy/v2/cmd/server',
  version: 'v2.5.0',
  minGo: 24,
};

/** A binary, or why there is none. */
export type Found = {readonly binary: string; readonly from: 'PATH' | 'cache' | 'Go'} | {readonly missing: string};

/** @param build Whether Go may take the minutes it needs. */
export async function findGoTool(tool: GoTool, build: boolean): Promise<Found> {
  const onPath = await inPath(tool.name);
  if (onPath !== undefined) return {binary: onPath, from: 'PATH'};
  const cached = join(cacheFolder(), `${tool.name}-${tool.version}`);
  if (await isExecutable(cached)) return {binary: cached, from: 'cache'};
  if (!build)
    return {missing: `there is no ${tool.name} on PATH, none was built before, and building one was not asked for`};
  const problem = await goProblem(tool);
  if (problem !== undefined) return {missing: `there is no ${tool.name} on PATH, and ${problem}`};
  return buildWithGo(tool, cached);
}

async function goProblem({minGo}: GoTool): Promise<string | undefined> {
  try {
    const {stdout} = await run('go', ['version']);
    const minor = Number(/go1\.(\d+)/.exec(stdout)?.[1]);
    return minor >= minGo ? undefined : `Go 1.${minGo} is needed to build one; here is ${stdout.trim()}`;
  } catch {
    return `Go 1.${minGo} is needed to build one, and there is none`;
  }
}

async function buildWithGo({name, module, version, minGo}: GoTool, target: string): Promise<Found> {
  const scratch = await mkdtemp(join(tmpdir(), `${name}-`));
  const go = (...args: string[]) =>
    run('go', args, {
      cwd: scratch,
      env: {...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod'},
      timeout: 25 * 60_000,
      maxBuffer: 1e8,
    });
  try {
    await writeFile(join(scratch, 'go.mod'), `module scratch\n\ngo 1.${minGo}\n`);
    await go('get', `${module}@${version}`);
    await go('build', '-o', name, module);
    await mkdir(cacheFolder(), {recursive: true});
    await moveAcross(join(scratch, name), target);
    return {binary: target, from: 'Go'};
  } catch (error) {
    const {stderr = '', message} = error as Error & {stderr?: string};
    return {missing: `Go could not build ${name} ${version}: ${stderr.trim().split('\n').at(-1) || message}`};
  } finally {
    await rm(scratch, {recursive: true, force: true});
  }
}

/** Of two builds at once the last one is kept, and no process starts an incomplete file. */
async function moveAcross(from: string, to: string): Promise<void> {
  const beside = `${to}.${process.pid}`;
  await copyFile(from, beside);
  await rename(beside, to);
}

/** Where programs that were built are kept. */
export const cacheFolder = (): string => join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'steadfetch');

async function inPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder !== '' && (await isExecutable(join(folder, name)))) return join(folder, name);
  }
  return undefined;
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
