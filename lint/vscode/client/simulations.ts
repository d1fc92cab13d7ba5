/** Shows what a policy does in a scenario: the page of `steadfetch simulate --html`, in a panel. */

import {ProgressLocation, Uri, ViewColumn, type WebviewPanel, window} from 'vscode';
import {ExecuteCommandRequest} from 'vscode-languageclient/browser';
import {shownDocument} from './policies.ts';
import type {Server} from './server.ts';

/** The policy of a document, counted from 0. */
export interface Target {
  readonly policy: number;
  readonly route?: number;
}

export class Simulations {
  readonly #server: Server;
  /** By document and target: a simulation that is run again is shown in its place. */
  readonly #panels = new Map<string, WebviewPanel>();

  constructor(server: Server) {
    this.#server = server;
  }

  /** @param document The URI of a policy. Default: the document that is shown. */
  async show(document?: string, target: Target = {policy: 0}, scenario?: string): Promise<void> {
    const uri = document === undefined ? shownDocument() : Uri.parse(document);
    if (uri === undefined) return void window.showInformationMessage('Open a policy to simulate it.');
    const title = `Simulation of ${uri.path.slice(uri.path.lastIndexOf('/') + 1)}`;
    const client = await this.#server.start();
    const html = await window.withProgress(
      {location: ProgressLocation.Notification, title, cancellable: true},
      (_, token) =>
        client.sendRequest(
          ExecuteCommandRequest.type,
          {
            command: 'retry-lint.simulationPage',
            arguments: [
              client.code2ProtocolConverter.asUri(uri),
              target,
              ...(scenario === undefined ? [] : [scenario]),
            ],
          },
          token,
        ) as Promise<string>,
    );
    const key = `${uri.toString()} ${JSON.stringify(target)}`;
    const panel = this.#panels.get(key) ?? this.#open(key, title);
    panel.webview.html = withoutRequests(html);
    panel.reveal(undefined, true);
  }

  #open(key: string, title: string): WebviewPanel {
    const panel = window.createWebviewPanel('retry-lint.simulation', title, ViewColumn.Beside, {enableScripts: false});
    this.#panels.set(key, panel);
    panel.onDidDispose(() => this.#panels.delete(key));
    return panel;
  }
}

/** The page loads nothing by itself. The policy of the panel holds it to that. */
const withoutRequests = (html: string): string =>
  html.replace(
    /<head>/i,
    `$&<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
  );
