/** Runs the language server on a port. */

import {
  BrowserMessageReader,
  BrowserMessageWriter,
  createProtocolConnection,
  LogMessageNotification,
  MessageType,
  ShowMessageNotification,
} from 'vscode-languageserver-protocol/browser';
import {Arguments} from '../../../src/cli/parse-arguments.ts';
import {processIo} from '../../io/process-io.ts';
import {runServer} from '../../lsp/server.ts';
import {files} from './browser/files.ts';
import {Chunks} from './chunks.ts';
import {setChunkLoader} from './load-chunk.ts';
import type {Port} from './port.ts';
import {CHUNK_URL, FILE_CHANGED, type FileChange, type Start} from './start.ts';

export function serve(port: Port, {cwd, runsPlugins}: Start): void {
  const log = (message: string): void => console.error(message);
  const logger = {error: log, warn: log, info: log, log};
  const connection = createProtocolConnection(new BrowserMessageReader(port), new BrowserMessageWriter(port), logger);
  connection.onNotification(FILE_CHANGED, ({path, text}: FileChange) => {
    if (text === undefined) files.delete(path);
    else files.set(path, text);
  });
  const chunks = new Chunks({
    urlOf: name => connection.sendRequest(CHUNK_URL, {name}),
    onFailure: ({message}) => {
      for (const {type} of [LogMessageNotification, ShowMessageNotification])
        void connection.sendNotification(type, {type: MessageType.Error, message});
    },
  });
  setChunkLoader(name => chunks.get(name));
  files.onWrite = (path, text) => void connection.sendNotification(FILE_CHANGED, {path, text});
  const io = {...processIo().io, cwd, ...(runsPlugins ? {} : {loadRules: () => undefined})};
  void runServer(connection, new Arguments([], new Map()), io).then(() => port.close());
}
