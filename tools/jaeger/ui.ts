/**
 * The pages of Jaeger, which its Go module does not hold: built from a checkout of jaeger-ui, and kept in the user's cache.
 * Without a checkout the tag that belongs to the Go module is cloned. The build takes minutes, once.
 */
import {execFileSync} from 'node:child_process';
import {cpSync, existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {cacheFolder, jaeger} from '../go/find.ts';

const REPOSITORY = 'https://github.com/jaegertracing/jaeger-ui';

/** @returns A folder to serve. */
export function jaegerUi(checkout?: string): string {
  if (checkout !== undefined) return built(checkout);
  const cached = join(cacheFolder(), `jaeger-ui-${jaeger.version}`);
  if (existsSync(cached)) return cached;
  const folder = mkdtempSync(join(tmpdir(), 'jaeger-ui-'));
  try {
    run(tmpdir(), 'git', ['clone', '--quiet', '--depth', '1', '--branch', jaeger.version, REPOSITORY, folder]);
    cpSync(built(folder), cached, {recursive: true});
    return cached;
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

function built(checkout: string): string {
  const pages = join(checkout, 'packages/jaeger-ui/build');
  if (!existsSync(pages)) {
    run(checkout, 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
    run(checkout, 'npm', ['run', 'build']);
  }
  return pages;
}

const run = (cwd: string, command: string, args: readonly string[]): void => {
  execFileSync(command, args, {cwd, stdio: ['ignore', 'ignore', 'inherit']});
};
