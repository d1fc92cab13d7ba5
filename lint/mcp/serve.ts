/** The server for coding agents on standard input and output. Bundled apart, so that no other command loads the protocol. */

import type {Readable, Writable} from 'node:stream';
import {StdioServerTransport, serveStdio} from '@modelcontextprotocol/server/stdio';
import type {Arguments} from '../../src/cli/parse-arguments.ts';
import type {Io} from '../io/io.ts';
import {Simulations} from '../simulate/run.ts';
import {CallThread} from './call-thread.ts';
import {type Refusal, refusalOf} from './refusal.ts';
import {serverOf} from './server.ts';
import {type Skipped, WholeLines} from './whole-lines.ts';
// In the bundle this file is that of the thread, too.
import './worker.ts';

/** The longest message, in bytes: a policy of the largest size, each character written as `\\u6f22`, and what is around it. */
const LONGEST = 31_000_000;

/**
 * @returns The exit code, once the agent has ended the connection: 1 if the input or the output failed, else 0.
 * @throws CliError if the folder or a module of rules cannot be used.
 */
export async function serve(args: Arguments, io: Io): Promise<number> {
  const thread = await CallThread.open(args, io);
  const simulations = new Simulations(io);
  const {input, output} = io.streams();
  const log = (error: Error): void => io.err.write(`retry-lint mcp: ${error.message}\n`);
  let exitCode = 1;
  input.once('end', () => {
    exitCode = 0;
  });
  await new Promise<void>(resolve => {
    const transport = new EndingTransport(input, output, {log, ended: resolve});
    serveStdio(() => serverOf({thread, simulations, log}), {transport, onerror: log});
  });
  await thread.close();
  return exitCode;
}

interface Listener {
  readonly log: (error: Error) => void;
  readonly ended: () => void;
}

/** A transport that says when it has ended, and answers messages that are too long or no requests. `onclose` belongs to the protocol. */
class EndingTransport extends StdioServerTransport {
  readonly #input: Readable;
  readonly #ended: () => void;

  constructor(input: Readable, output: Writable, {log, ended}: Listener) {
    const refuse = ({id, error}: {readonly id: Refusal['id'] | undefined; readonly error: Refusal['error']}): void => {
      log(new Error(error.message));
      if (id !== undefined) output.write(`${JSON.stringify({jsonrpc: '2.0', id, error})}\n`);
    };
    const skip = ({bytes, id}: Skipped): void =>
      refuse({
        id,
        error: {code: -32600, message: `A message of ${bytes} bytes was skipped: at most ${LONGEST} are read.`},
      });
    const lines = new WholeLines(LONGEST, skip, line => {
      const refusal = refusalOf(line);
      if (refusal !== undefined) refuse(refusal);
      return refusal === undefined;
    });
    // Each piece that it gets is one line.
    super(lines, output, {maxBufferSize: LONGEST + 1});
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
