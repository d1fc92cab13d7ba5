/** Keeps GitHub Actions from taking what a file says, or is called, for a command: it reads the log of a step line by line. */

import type {Io, Stream} from './io.ts';

export function withoutCommands(io: Io): Io {
  return io.env.GITHUB_ACTIONS ? {...io, out: guarded(io.out), err: guarded(io.err)} : io;
}

const guarded = (stream: Stream): Stream => ({
  write: text => stream.write(text.replace(COMMAND, mark => `·${mark.slice(1)}`)),
  writeCommands: text => stream.write(text),
  isTerminal: stream.isTerminal,
  get columns() {
    return stream.columns;
  },
});

/** Blanks may stand before the colons; the older mark may stand anywhere. */
const COMMAND = /(?<=^\s*):(?=:)|#(?=#\[)/gm;
