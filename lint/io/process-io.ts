/** The `Io` of the real process. Anything that costs start-up time is read only when it is needed. */

import {fstatSync, readFileSync, statSync, writeSync} from 'node:fs';
import {CliError, whyNot} from './cli-error.ts';
import type {Io, Stream} from './io.ts';

/** @returns Also how to end the process, once a command has its exit code. */
export function processIo(): {readonly io: Io; readonly leave: (code: number) => void} {
  const [out, err] = [stream(1, () => process.stdout), stream(2, () => process.stderr)];
  const io: Io = {
    cwd: process.cwd(),
    env: process.env,
    out,
    err,
    // A browser has no versions.
    node: process.versions?.node ?? '',
    readInput: () => readFileSync(0, 'utf8'),
    streams: () => {
      // A plugin that logs must not write between the messages.
      globalThis.console = new console.Console(process.stderr);
      return {input: process.stdin, output: process.stdout};
    },
    today: () => dayOf(new Date()),
    wait: (ms, then) => {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
    interrupted: () =>
      new Promise(resolve => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      }),
  };
  return {io, leave: code => leave(code, out.isFull || err.isFull)};
}

/** At once, where it can: Node by itself would first collect garbage, and take itself apart, which takes a millisecond. */
function leave(code: number, isPipeFull: boolean): void {
  process.exitCode = code;
  // A pipe that is read slowly still has to be written to.
  if (!isPipeFull) process.exit();
}

interface NativeStream extends Stream {
  /** Some of it was left to Node's own stream. */
  readonly isFull: boolean;
}

/**
 * Writes to the file descriptor: `process.stdout` of a pipe loads Node's network stack, which takes two milliseconds.
 *
 * @param native Node's own stream, for a pipe that is full and does not block, and for the width of a terminal.
 */
function stream(fd: number, native: () => NodeJS.WriteStream): NativeStream {
  let isFull = false;
  let isClosed = false;
  const isTerminal = (): boolean => mayBeTerminal(fd) && native().isTTY === true;
  return {
    get isFull() {
      return isFull;
    },
    get isTerminal() {
      return isTerminal();
    },
    get columns() {
      return isTerminal() ? native().columns : Infinity;
    },
    write: text => {
      let rest = Buffer.from(text);
      try {
        while (rest.length > 0 && !isFull && !isClosed) rest = rest.subarray(writeSync(fd, rest));
      } catch (error) {
        const {code} = error as NodeJS.ErrnoException;
        if (code === 'EAGAIN') isFull = true;
        // The reader has closed the pipe because it has read enough, as `head` does. And nothing can be said of an error that cannot be written.
        else if (code === 'EPIPE' || fd === 2) isClosed = true;
        else throw new CliError(`Standard output could not be written: it ${whyNot(error)}.`);
      }
      if (isFull && rest.length > 0) native().write(rest);
    },
  };
}

/** Most runs write into a pipe, a file or nowhere, and only a terminal needs more than this to be known as one. */
function mayBeTerminal(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isCharacterDevice() && stat.rdev !== statSync('/dev/null').rdev;
  } catch {
    return process.platform === 'win32';
  }
}

function dayOf(date: Date): string {
  const [month, day] = [date.getMonth() + 1, date.getDate()].map(part => String(part).padStart(2, '0'));
  return `${date.getFullYear()}-${month}-${day}`;
}
