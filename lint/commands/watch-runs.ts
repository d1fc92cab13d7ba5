/** Repeats a run after each change of a file that it depends on, until the user ends it. */

import {harmlessLines} from '../formatters/harmless.ts';
import {CliError} from '../io/cli-error.ts';
import type {Dependencies} from '../io/dependencies.ts';
import type {Io} from '../io/io.ts';
import {Changes} from '../io/watch.ts';

export interface Run {
  readonly ended: Promise<unknown>;
  /** Complete when the run has ended, with or without an error. */
  readonly dependencies: Dependencies;
}

/** @returns 0: the findings of each run were shown. */
export async function watchRuns(start: () => Run, io: Io): Promise<number> {
  let isOver = false;
  const ended = io.interrupted().then(() => {
    isOver = true;
  });
  const changes = new Changes(io);
  while (!isOver) {
    if (io.out.isTerminal) io.out.write('\u001Bc');
    const run = start();
    try {
      await run.ended;
    } catch (error) {
      // The cause may be a file that is missing for a moment, or a mistake in a configuration. The next change may correct it.
      if (!(error instanceof CliError)) throw error;
      io.err.write(`${harmlessLines(error.message)}\n`);
    }
    changes.watch(run.dependencies.folders);
    io.err.write('Waiting for changes. Ctrl+C ends.\n');
    await changes.next(run.dependencies, ended);
  }
  changes.close();
  return 0;
}
