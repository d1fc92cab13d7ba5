/** Installs the peers of the bench where that has not been done. */
import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

/** The root of this checkout. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

export function installPeers(): void {
  const cwd = `${ROOT}bench`;
  if (!existsSync(`${cwd}/node_modules`)) execFileSync('npm', ['ci'], {cwd, stdio: 'inherit'});
}
