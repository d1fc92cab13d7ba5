/**
 * Installs the packages of a folder from its lock file, once for each lock file: `node scripts/install.ts test/clients [flags of npm ci]`.
 * A later checkout of the same lock file gets hard links to the first one's files, which takes a second instead of `npm ci`.
 */
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {cacheFolder} from '../tools/go/find.ts';

const run = promisify(execFile);
const DAY_MS = 24 * 60 * 60 * 1000;
const KEPT_DAYS = 30;

export interface Options {
  /** Flags of `npm ci`. */
  readonly flags?: readonly string[];
  /** What is run after `npm ci`. */
  readonly more?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/** @throws Error of npm, if it cannot install. */
export async function install(folder: string, {flags = [], more, signal}: Options = {}): Promise<void> {
  const lock = readFileSync(join(folder, 'package-lock.json'));
  const key = createHash('sha256').update(lock).update(`${process.version} ${flags}`).digest('hex');
  const modules = join(folder, 'node_modules');
  const stamp = join(modules, '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  const kept = join(cacheFolder(), 'modules', key);
  if (await linked(kept, modules)) return utimesSync(kept, new Date(), new Date());
  await run('npm', ['ci', '--no-audit', '--no-fund', ...flags], {cwd: folder, ...(signal && {signal})});
  await more?.();
  writeFileSync(stamp, key);
  removeUnused(join(cacheFolder(), 'modules'));
  const draft = `${kept}.${process.pid}`;
  if (!(await linked(modules, draft))) return;
  try {
    renameSync(draft, kept);
  } catch {
    // Another run has kept the same packages.
    rmSync(draft, {recursive: true, force: true});
  }
}

/** Gives a folder hard links to the files of another one. False where there is none, or it is on another disk. */
async function linked(from: string, to: string): Promise<boolean> {
  if (!existsSync(from)) return false;
  rmSync(to, {recursive: true, force: true});
  mkdirSync(join(to, '..'), {recursive: true});
  try {
    await run('cp', ['-al', from, to]);
    return true;
  } catch {
    rmSync(to, {recursive: true, force: true});
    return false;
  }
}

function removeUnused(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > KEPT_DAYS * DAY_MS) rmSync(path, {recursive: true, force: true});
  }
}

if (import.meta.main) {
  const [folder, ...flags] = process.argv.slice(2);
  await install(folder!, {flags});
}
