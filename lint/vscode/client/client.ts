/** The client of the language server: the one for browsers asks what a worker is, which Node does not know. */

import {LanguageClient, type LanguageClientOptions, type MessageTransports} from 'vscode-languageclient/browser';

export class Client extends LanguageClient {
  readonly #transports: MessageTransports;

  constructor(transports: MessageTransports, options: LanguageClientOptions) {
    super('retry-lint', 'retry-lint', async () => transports, options);
    this.#transports = transports;
  }

  override async createMessageTransports(): Promise<MessageTransports> {
    return this.#transports;
  }
}
