/** Runs retry-lint in another process, one command after the other. A command that never ends is stopped, and this process goes on. */
import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import type {Desk, Ended} from './desk.ts';

const program = fileURLToPath(new URL('./desk-process.ts', import.meta.url));
const LONGEST_MS = 20_000;

export class OtherProcess {
  #child: ChildProcess | undefined;

  /** @throws Error The command has not ended after 20 seconds. */
  async run({folder}: Desk, ...argv: string[]): Promise<Ended> {
    this.#child ??= fork(program);
    this.#child.send([folder, argv]);
    try {
      const [ended] = await once(this.#child, 'message', {signal: AbortSignal.timeout(LONGEST_MS)});
      return ended as Ended;
    } catch (cause) {
      this.end();
      throw new Error(`retry-lint ${argv.join(' ')} has not ended after ${LONGEST_MS} ms.`, {cause});
    }
  }

  end(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }
}
