/** Shows why a rule exists, with the numbers of the policy, as a page of the editor. */

import {
  commands,
  type Diagnostic,
  type Disposable,
  type Event,
  EventEmitter,
  languages,
  type TextDocumentContentProvider,
  Uri,
  window,
  workspace,
} from 'vscode';
import {ExecuteCommandRequest} from 'vscode-languageclient/browser';
import {shownDocument} from './policies.ts';
import type {Server} from './server.ts';

const SCHEME = 'retry-lint-rule';

export class Explanations implements TextDocumentContentProvider, Disposable {
  readonly #server: Server;
  readonly #texts = new Map<string, string>();
  readonly #changed: EventEmitter<Uri> = new EventEmitter();
  readonly #registration: Disposable = workspace.registerTextDocumentContentProvider(SCHEME, this);
  readonly onDidChange: Event<Uri> = this.#changed.event;

  constructor(server: Server) {
    this.#server = server;
  }

  provideTextDocumentContent(uri: Uri): string {
    return this.#texts.get(uri.path) ?? '';
  }

  /**
   * @param code Default: that of the finding at the cursor, else the user chooses.
   * @param document The URI of a policy. Default: the document that is shown.
   */
  async show(code?: string, document?: string): Promise<void> {
    const uri = document === undefined ? shownDocument() : Uri.parse(document);
    if (uri === undefined) return void window.showInformationMessage('Open a policy to have a rule explained.');
    const chosen = code ?? (await chooseCode(uri));
    if (chosen === undefined) return;
    const client = await this.#server.start();
    const text: string = await client.sendRequest(ExecuteCommandRequest.type, {
      command: 'retry-lint.explainRule',
      arguments: [client.code2ProtocolConverter.asUri(uri), chosen],
    });
    const page = Uri.from({scheme: SCHEME, path: `/${chosen}.md`});
    this.#texts.set(page.path, text);
    this.#changed.fire(page);
    await commands.executeCommand('markdown.showPreviewToSide', page);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

/** The code of the finding at the cursor, if there is just one. */
async function chooseCode(uri: Uri): Promise<string | undefined> {
  const found = languages.getDiagnostics(uri).filter(({source}) => source === 'retry-lint');
  const at = window.activeTextEditor?.selection.active;
  const here = found.filter(({range}) => at !== undefined && range.contains(at));
  const codes = [...new Set((here.length > 0 ? here : found).map(({code}) => codeOf(code)))];
  if (codes.length === 1) return codes[0];
  if (codes.length > 1) return window.showQuickPick(codes, {placeHolder: 'The rule to explain'});
  return window.showInputBox({prompt: 'The code or name of the rule to explain', placeHolder: 'RL203'});
}

const codeOf = (code: Diagnostic['code']): string => String(typeof code === 'object' ? code.value : (code ?? ''));
