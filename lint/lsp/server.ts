/** The language server: the order of its life, and which function answers which message. */

import {
  type CancellationToken,
  CodeActionRequest,
  CodeLensRequest,
  CompletionRequest,
  DidChangeTextDocumentNotification,
  DidChangeWatchedFilesNotification,
  DidChangeWorkspaceFoldersNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DidSaveTextDocumentNotification,
  DocumentDiagnosticRequest,
  DocumentSymbolRequest,
  ErrorCodes,
  ExecuteCommandRequest,
  ExitNotification,
  FoldingRangeRequest,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  InlayHintRequest,
  LSPErrorCodes,
  type ProtocolConnection,
  type ProtocolNotificationType,
  RegistrationRequest,
  ResponseError,
  ShutdownRequest,
  WorkspaceDiagnosticRequest,
} from 'vscode-languageserver-protocol';
import type {Arguments} from '../../src/cli/parse-arguments.ts';
import {afterPoll} from '../../src/core/after-poll.ts';
import {CliError} from '../io/cli-error.ts';
import type {Io} from '../io/io.ts';
import {initializeResult} from './capabilities.ts';
import {codeActions} from './code-actions.ts';
import {executeCommand} from './commands.ts';
import {completion} from './completion.ts';
import {fileOf} from './documents.ts';
import {hover} from './hover.ts';
import {logBug} from './log.ts';
import {documentSymbols, foldingRanges} from './outline.ts';
import {checkParams, type Need} from './params.ts';
import {codeLenses, inlayHints} from './predictions.ts';
import {documentDiagnostics, workspaceDiagnostics} from './pull-diagnostics.ts';
import {Session} from './session.ts';

/** @returns The exit code: 0 if the editor asked the server to shut down before it ended the connection, else 1. */
export function runServer(connection: ProtocolConnection, args: Arguments, io: Io): Promise<number> {
  return new Promise(resolve => new Server(connection, args, io, resolve));
}

class Server {
  readonly #connection: ProtocolConnection;
  #session: Session | undefined;
  #isShutDown = false;

  constructor(connection: ProtocolConnection, args: Arguments, io: Io, ended: (exitCode: number) => void) {
    this.#connection = connection;
    connection.onRequest(InitializeRequest.type, params => {
      if (this.#session !== undefined)
        throw new ResponseError(ErrorCodes.InvalidRequest, 'The server is initialized already.');
      checkParams(InitializeRequest.type.method, params, ['capabilities']);
      this.#session = new Session(params, args, io, connection);
      return initializeResult(this.#session.settings);
    });
    connection.onRequest(ShutdownRequest.type, () => {
      this.#open();
      this.#isShutDown = true;
    });
    const end = (): void => {
      this.#session?.end();
      ended(this.#isShutDown ? 0 : 1);
    };
    connection.onNotification(ExitNotification.type, end);
    connection.onClose(() => afterTurns(LAST_TURNS, end));
    this.#handleNotifications();
    this.#handleRequests();
    connection.listen();
  }

  #handleNotifications(): void {
    this.#on(InitializedNotification.type, [], session => watchFiles(session));
    this.#on(DidOpenTextDocumentNotification.type, ['textDocument', 'text'], (session, {textDocument}) => {
      const {uri, languageId, version, text} = textDocument;
      session.open(uri, languageId, version, text);
    });
    this.#on(
      DidChangeTextDocumentNotification.type,
      ['textDocument', 'version', 'contentChanges'],
      (session, {textDocument: {uri, version}, contentChanges}) => session.change(uri, version, contentChanges),
    );
    this.#on(DidCloseTextDocumentNotification.type, ['textDocument'], (session, {textDocument}) =>
      session.close(textDocument.uri),
    );
    this.#on(DidSaveTextDocumentNotification.type, ['textDocument'], session => {
      // An editor that watches files reports the change itself.
      if (!session.settings.watchesFiles) session.renew();
    });
    this.#on(DidChangeWatchedFilesNotification.type, [], session => session.renew());
    this.#on(DidChangeWorkspaceFoldersNotification.type, [], (session, {event}) =>
      session.changeFolders(filesOf(event.added), filesOf(event.removed)),
    );
  }

  #handleRequests(): void {
    const connection = this.#connection;
    connection.onRequest(
      DocumentDiagnosticRequest.type,
      this.#handler(DocumentDiagnosticRequest, ['textDocument'], documentDiagnostics),
    );
    connection.onRequest(
      WorkspaceDiagnosticRequest.type,
      this.#handler(WorkspaceDiagnosticRequest, [], workspaceDiagnostics),
    );
    connection.onRequest(ExecuteCommandRequest.type, this.#handler(ExecuteCommandRequest, ['command'], executeCommand));
    connection.onRequest(
      CodeActionRequest.type,
      this.#handler(CodeActionRequest, ['textDocument', 'range'], orNull(codeActions)),
    );
    connection.onRequest(HoverRequest.type, this.#handler(HoverRequest, ['textDocument', 'position'], orNull(hover)));
    connection.onRequest(
      CompletionRequest.type,
      this.#handler(CompletionRequest, ['textDocument', 'position'], orNull(completion)),
    );
    connection.onRequest(
      InlayHintRequest.type,
      this.#handler(InlayHintRequest, ['textDocument', 'range'], orNull(inlayHints)),
    );
    connection.onRequest(CodeLensRequest.type, this.#handler(CodeLensRequest, ['textDocument'], orNull(codeLenses)));
    connection.onRequest(
      DocumentSymbolRequest.type,
      this.#handler(DocumentSymbolRequest, ['textDocument'], orNull(documentSymbols)),
    );
    connection.onRequest(
      FoldingRangeRequest.type,
      this.#handler(FoldingRangeRequest, ['textDocument'], orNull(foldingRanges)),
    );
  }

  /** A handler that checks the state of the server and the parameters first. */
  #handler<P, R>(
    {method}: {readonly method: string},
    needs: readonly Need[],
    handle: Handle<P, R>,
  ): (params: P, token: CancellationToken) => Promise<R> {
    return async (params, token) => {
      const session = this.#open();
      checkParams(method, params, needs);
      try {
        return await handle(session, params, signalOf(token));
      } catch (error) {
        if (error instanceof CliError) throw new ResponseError(LSPErrorCodes.RequestFailed, error.message);
        throw error;
      }
    };
  }

  #on<P, O>(
    type: ProtocolNotificationType<P, O>,
    needs: readonly Need[],
    handle: (session: Session, params: P) => void,
  ): void {
    this.#connection.onNotification(type, (params: P) => {
      // A notification has no answer; before `initialize` and after `shutdown` it is ignored.
      if (this.#session === undefined || this.#isShutDown) return;
      try {
        checkParams(type.method, params, needs);
        handle(this.#session, params);
      } catch (error) {
        logBug(this.#connection, error);
      }
    });
  }

  /** @throws ResponseError before `initialize` and after `shutdown`. */
  #open(): Session {
    if (this.#session === undefined)
      throw new ResponseError(ErrorCodes.ServerNotInitialized, 'The first request must be initialize.');
    if (this.#isShutDown) throw new ResponseError(ErrorCodes.InvalidRequest, 'The server is shut down.');
    return this.#session;
  }
}

type Handle<P, R> = (session: Session, params: P, signal: AbortSignal) => Promise<R>;

/**
 * Editors make these requests by themselves, and report each that fails. A policy that cannot be linted has a diagnostic that says why, so
 * there is nothing else to show in it.
 */
const orNull =
  <P, R>(handle: Handle<P, R>): Handle<P, R | null> =>
  async (session, params, signal) => {
    try {
      return await handle(session, params, signal);
    } catch (error) {
      if (error instanceof CliError) return null;
      throw error;
    }
  };

/** Messages that arrived before the end of the input are still handled, one in each turn of the event loop. */
const LAST_TURNS = 100;

function afterTurns(turns: number, work: () => void): void {
  afterPoll(turns === 0 ? work : () => afterTurns(turns - 1, work));
}

/** Aborts with the answer to a cancelled request. */
function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  const cancel = (): void =>
    controller.abort(new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was cancelled.'));
  if (token.isCancellationRequested) cancel();
  else token.onCancellationRequested(cancel);
  return controller.signal;
}

const filesOf = (folders: readonly {readonly uri: string}[]): string[] =>
  folders.map(({uri}) => fileOf(uri)).filter(file => file !== undefined);

/** Policies, the files that they extend, configurations and baselines. */
const WATCHED = ['**/*.{json,jsonc,yaml,yml}', '**/pyproject.toml'];

function watchFiles({settings, connection}: Session): void {
  if (!settings.watchesFiles) return;
  const registration = {
    id: 'watched-files',
    method: DidChangeWatchedFilesNotification.method,
    registerOptions: {watchers: WATCHED.map(globPattern => ({globPattern}))},
  };
  connection
    .sendRequest(RegistrationRequest.type, {registrations: [registration]})
    .catch(error => logBug(connection, error));
}
