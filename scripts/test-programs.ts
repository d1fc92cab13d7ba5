/**
 * The programs that tests start as processes, bundled as they are published: from the sources, each start loads two hundred modules. OpenTelemetry's
 * SDK, which `steadfetch/register` loads, is bundled beside them: it has eight hundred modules, which take 0.2 s of the processor more.
 */
import {createHash} from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import {join} from 'node:path';
import {build} from 'esbuild';
import {bundleClient} from './bundle/client.ts';
import {manifestOf} from './bundle/modules.ts';
import {bundlePrograms} from './bundle/programs.ts';
import {root} from './bundle/root.ts';

/** Below node_modules, where the programs find the packages that they do not contain. */
const cache = join(root, 'node_modules/.cache/test-programs');
/** No run of the tests lasts as long. */
const LONGEST_MS = 3_600_000;
const SDK = '@opentelemetry/sdk-node';
const SOURCES = ['src/**/*.ts', 'lint/**/*.ts', 'schema/**/*.json', 'scripts/**/*.ts', 'package*.json'];

/** @returns The folder with `cli.js` and `retry-lint.cjs`, which is named by the contents of the files that they are made of. */
export async function testPrograms(): Promise<string> {
  mkdirSync(cache, {recursive: true});
  const sdk = await cached(`sdk-${hashOf(['package-lock.json'])}`, bundleSdk);
  const home = await cached(hashOf(SOURCES), async made => {
    await bundleClient(join(made, 'dist'), manifestOf(root));
    await bundlePrograms(join(made, 'dist'));
    // As in the package.
    symlinkSync(join(root, 'docs'), join(made, 'docs'), 'junction');
    mkdirSync(join(made, 'node_modules/@opentelemetry'), {recursive: true});
    symlinkSync(sdk, join(made, 'node_modules', SDK), 'junction');
  });
  removeUnused();
  return join(home, 'dist');
}

/** @returns The folder of this name in the cache, which is made where it is missing. */
async function cached(name: string, make: (made: string) => Promise<void>): Promise<string> {
  const home = join(cache, name);
  if (existsSync(home)) {
    utimesSync(home, new Date(), new Date());
    return home;
  }
  const made = mkdtempSync(join(cache, 'new-'));
  await make(made);
  try {
    renameSync(made, home);
  } catch (error) {
    // Another run of the tests was first.
    rmSync(made, {recursive: true});
    if (!existsSync(home)) throw error;
  }
  return home;
}

async function bundleSdk(folder: string): Promise<void> {
  await build({
    stdin: {contents: `module.exports = require('${SDK}');`, resolveDir: root},
    outfile: join(folder, 'index.js'),
    bundle: true,
    platform: 'node',
    target: 'node22',
    // The program has it, too.
    external: ['@opentelemetry/api'],
    logLevel: 'warning',
  });
}

/** A run that begins sets the time of its folder. */
function removeUnused(): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const setAt = statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? 0;
    if (Date.now() - setAt > LONGEST_MS) rmSync(path, {recursive: true, force: true});
  }
}

/** Of the contents. */
function hashOf(patterns: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of globSync(patterns, {cwd: root, exclude: ['**/node_modules/**']}).sort())
    hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex').slice(0, 16);
}
