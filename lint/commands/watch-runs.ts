/** Runs again and again, whenever something changes, until the user has seen enough. */

import {CliError} from '../io/cli-error.ts';
import type {Io} from '../io/io.ts';
import {changeIn} from '../io/watch.ts';

/** What a run came to, and what it depends on. */
export interface Once {
  readonly code: number;
  /** Every folder in which a change could change the result. Absolute. */
  readonly folders: readonly string[];
}

/** @returns 0: whoever ends a watch has seen what was found. */
export async function watchRuns(once: () => Promise<Once>, io: Io): Promise<number> {
  let isOver = false;
  const ended = io.interrupted().then(() => {
    isOver = true;
  });
  let folders: readonly string[] = [io.cwd];
  while (!isOver) {
    if (io.out.isTerminal) io.out.write('\u001Bc');
    try {
      ({folders} = await once());
    } catch (error) {
      // A file that is gone for a moment, or a configuration with a slip: the next change may mend it.
      if (!(error instanceof CliError)) throw error;
      io.err.write(`${error.message}\n`);
    }
    const change = changeIn(folders, io, ended);
    io.err.write('Waiting for changes. Ctrl+C ends.\n');
    if (!(await change)) break;
  }
  return 0;
}
