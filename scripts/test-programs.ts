/**
 * The programs that tests start as processes, bundled as they are published: from the sources, each start loads two hundred modules.
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
import {bundleClient} from './bundle/client.ts';
import {manifestOf} from './bundle/modules.ts';
import {bundlePrograms} from './bundle/programs.ts';
import {root} from './bundle/root.ts';

/** Below node_modules, where the programs find the packages that they do not contain. */
const cache = join(root, 'node_modules/.cache/test-programs');
/** No run of the tests lasts as long. */
const LONGEST_MS = 3_600_000;

/** @returns The folder with `cli.js` and `retry-lint.cjs`, which is named by the contents of the files that they are made of. */
export async function testPrograms(): Promise<string> {
  const home = join(cache, hashOfSources());
  const folder = join(home, 'dist');
  mkdirSync(cache, {recursive: true});
  if (existsSync(folder)) {
    utimesSync(home, new Date(), new Date());
    return folder;
  }
  removeUnused();
  const made = mkdtempSync(join(cache, 'new-'));
  await bundleClient(join(made, 'dist'), manifestOf(root));
  await bundlePrograms(join(made, 'dist'));
  // As in the package.
  symlinkSync(join(root, 'docs'), join(made, 'docs'), 'junction');
  try {
    renameSync(made, home);
  } catch (error) {
    // Another run of the tests was first.
    rmSync(made, {recursive: true});
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** A run that begins sets the time of its folder. */
function removeUnused(): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const setAt = statSync(path, {throwIfNoEntry: false})?.mtimeMs ?? 0;
    if (Date.now() - setAt > LONGEST_MS) rmSync(path, {recursive: true, force: true});
  }
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const patterns = ['src/**/*.ts', 'lint/**/*.ts', 'schema/**/*.json', 'scripts/**/*.ts', 'package*.json'];
  for (const path of globSync(patterns, {cwd: root, exclude: ['**/node_modules/**']}).sort())
    hash.update(`${path}\0`).update(readFileSync(join(root, path)));
  return hash.digest('hex').slice(0, 16);
}
