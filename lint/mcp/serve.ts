/** The server for coding agents on standard input and output. Bundled apart, so that no other command loads the protocol. */

import type {Readable, Writable} from 'node:stream';
import {StdioServerTransport, serveStdio} from '@modelcontextprotocol/server/stdio';
import type {Arguments} from '../../src/cli/parse-arguments.ts';
import type {Io} from '../io/io.ts';
import {Simulations} from '../simulate/run.ts';
import {PolicyFolder} from './policy-folder.ts';
import {serverOf} from './server.ts';
import {WholeLines} from './whole-lines.ts';

/** The longest message, in bytes: a policy of the largest size, escaped. */
const LONGEST = 16_000_000;

/**
 * @returns The exit code, once the agent has ended the connection: 1 if a message was too long or the output failed, else 0.
 * @throws CliError if the folder or a module of rules cannot be used.
 */
export async function serve(args: Arguments, io: Io): Promise<number> {
  const folder = await PolicyFolder.open(args, io);
  const simulations = new Simulations();
  const {input, output} = io.streams();
  const log = (error: Error): void => io.err.write(`retry-lint mcp: ${error.message}\n`);
  let exitCode = 1;
  input.once('end', () => {
    exitCode = 0;
  });
  return new Promise(resolve => {
    const transport = new EndingTransport(input, output, () => resolve(exitCode));
    serveStdio(() => serverOf({folder, simulations, log}), {transport, onerror: log});
  });
}

/** A transport that says when it has ended. `onclose` belongs to the protocol. */
class EndingTransport extends StdioServerTransport {
  readonly #input: Readable;
  readonly #ended: () => void;

  constructor(input: Readable, output: Writable, ended: () => void) {
    const lines = new WholeLines(LONGEST);
    super(lines, output, {maxBufferSize: LONGEST});
    this.#input = input;
    this.#ended = ended;
    input.once('error', error => lines.destroy(error)).once('close', () => lines.end());
    input.pipe(lines);
  }

  override async close(): Promise<void> {
    await super.close();
    this.#input.unpipe().pause();
    this.#ended();
  }
}
