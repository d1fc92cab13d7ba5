/** Sends diagnostics to editors that do not ask for them. */

import {type ProtocolConnection, PublishDiagnosticsNotification} from 'vscode-languageserver-protocol';
import {afterPoll} from '../../src/core/after-poll.ts';
import type {Diagnostics} from './diagnostics.ts';
import type {Documents} from './documents.ts';
import {logBug} from './log.ts';

export class Publisher {
  readonly #documents: Documents;
  readonly #diagnostics: Diagnostics;
  readonly #connection: ProtocolConnection;
  /** What was sent last, by URI: a keystroke changes the findings of few documents. */
  readonly #sent = new Map<string, string>();
  #run: AbortController | undefined;

  constructor(documents: Documents, diagnostics: Diagnostics, connection: ProtocolConnection) {
    this.#documents = documents;
    this.#diagnostics = diagnostics;
    this.#connection = connection;
  }

  /** Lints every open document that may have other findings than before. A run that is under way is outdated, and ends. */
  refresh(): void {
    this.#run?.abort(new Error('A newer text is there.'));
    const run = new AbortController();
    this.#run = run;
    // Changes that arrive together are linted once.
    afterPoll(() => void this.#publishAll(run.signal));
  }

  clear(uri: string): void {
    this.#sent.delete(uri);
    void this.#connection.sendNotification(PublishDiagnosticsNotification.type, {uri, diagnostics: []});
  }

  async #publishAll(signal: AbortSignal): Promise<void> {
    for (const {uri} of this.#documents.all) {
      if (signal.aborted) return;
      try {
        await this.#publish(uri, signal);
      } catch (error) {
        if (signal.aborted) return;
        logBug(this.#connection, error);
      }
    }
  }

  async #publish(uri: string, signal: AbortSignal): Promise<void> {
    const document = this.#documents.get(uri);
    if (document === undefined) return;
    const {version} = document;
    const diagnostics = await this.#diagnostics.ofDocument(document, signal);
    if (signal.aborted) return;
    const text = JSON.stringify(diagnostics);
    if (this.#sent.get(uri) === text) return;
    this.#sent.set(uri, text);
    await this.#connection.sendNotification(PublishDiagnosticsNotification.type, {uri, version, diagnostics});
  }
}
