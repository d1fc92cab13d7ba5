/** The language server on standard input and output. Bundled apart, so that no other command loads the protocol. */

import {createProtocolConnection, StreamMessageReader, StreamMessageWriter} from 'vscode-languageserver-protocol/node';
import type {Arguments} from '../../src/cli/parse-arguments.ts';
import type {Io} from '../io/io.ts';
import {runServer} from './server.ts';

/** @returns The exit code, once the editor has ended the connection. */
export function serve(args: Arguments, io: Io): Promise<number> {
  const {input, output} = io.streams();
  const log = (message: string): void => io.err.write(`${message}\n`);
  const logger = {error: log, warn: log, info: log, log};
  const connection = createProtocolConnection(new StreamMessageReader(input), new StreamMessageWriter(output), logger);
  return runServer(connection, args, io);
}
