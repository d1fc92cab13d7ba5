/**
 * The simulator of the project, in place of one in the extension: with its charts it is as large as all the rest, and the project's own is
 * the one whose policy is simulated.
 */

import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {CliError} from '../../io/cli-error.ts';

/** What the server may do where it runs. */
interface Place {
  /** Whether it can read the disk. */
  readonly hasDisk: boolean;
  /** Whether code of the workspace may run. */
  readonly runsCode: boolean;
}

const WORKER = 'node_modules/steadfetch/dist/worker.js';

/**
 * The file of the simulator's thread.
 *
 * @param folder Where the search begins; it goes on in the folders above.
 * @throws CliError if steadfetch is not installed, or cannot run.
 */
export function simulatorOf(folder: string, {hasDisk, runsCode}: Place): string {
  if (!hasDisk) throw new CliError('A simulation needs Node: open a folder of this machine in VS Code on a desktop.');
  if (!runsCode) throw new CliError('A simulation runs the steadfetch of the project: trust the workspace first.');
  for (let home = folder; ; home = dirname(home)) {
    const file = join(home, WORKER);
    if (existsSync(file)) return file;
    if (dirname(home) === home) break;
  }
  throw new CliError(
    `A simulation runs the steadfetch of the project, and ${folder} has none: npm install --save-dev steadfetch.`,
  );
}
