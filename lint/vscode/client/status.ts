/** The number of findings of the shown policy, in the status bar. */

import {
  commands,
  DiagnosticSeverity,
  type Disposable,
  languages,
  StatusBarAlignment,
  type StatusBarItem,
  ThemeColor,
  window,
} from 'vscode';
import {isPolicyDocument} from './policies.ts';
import type {Server} from './server.ts';

export class Status implements Disposable {
  readonly #server: Server;
  readonly #item: StatusBarItem = window.createStatusBarItem('retry-lint', StatusBarAlignment.Right, 100);
  readonly #listener: Disposable;

  constructor(server: Server) {
    this.#server = server;
    this.#item.name = 'retry-lint';
    this.#listener = server.onDidChangeHealth(() => this.refresh());
  }

  refresh(): void {
    const document = window.activeTextEditor?.document;
    const {health} = this.#server;
    const findings = document === undefined ? [] : languages.getDiagnostics(document.uri).filter(isOurs);
    const isPolicy = document !== undefined && (findings.length > 0 || isPolicyDocument(document));
    // Enables commands, in the palette and in the title of the editor.
    void commands.executeCommand('setContext', 'retry-lint.isPolicy', isPolicy);
    if (!isPolicy || health === 'off') return this.#item.hide();
    const {text, tooltip, command, isFailed = false} = this.#content(findings);
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.command = command;
    this.#item.backgroundColor = isFailed ? new ThemeColor('statusBarItem.errorBackground') : undefined;
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
    this.#listener.dispose();
  }

  #content(findings: readonly {readonly severity: DiagnosticSeverity}[]): Content {
    switch (this.#server.health) {
      case 'running': {
        const errors = findings.filter(({severity}) => severity === DiagnosticSeverity.Error).length;
        const others = findings.length - errors;
        const counts = [errors > 0 ? `$(error) ${errors}` : '', others > 0 ? `$(warning) ${others}` : ''].filter(
          Boolean,
        );
        return {
          text: `retry-lint ${counts.length === 0 ? '$(check)' : counts.join(' ')}`,
          tooltip: 'Findings in this policy. Show them in the Problems panel',
          command: 'workbench.actions.view.problems',
        };
      }
      case 'failed':
        return {
          text: '$(warning) retry-lint',
          tooltip: 'The language server has ended. Show its output',
          command: 'retry-lint.showOutput',
          isFailed: true,
        };
      default:
        return {
          text: '$(loading~spin) retry-lint',
          tooltip: 'The language server is starting',
          command: 'retry-lint.showOutput',
        };
    }
  }
}

interface Content {
  readonly text: string;
  readonly tooltip: string;
  readonly command: string;
  readonly isFailed?: boolean;
}

const isOurs = ({source}: {readonly source?: string | undefined}): boolean => source === 'retry-lint';
