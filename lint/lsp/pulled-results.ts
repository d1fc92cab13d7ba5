/** The results that an editor asked for, by document. */

import {
  type Diagnostic,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
} from 'vscode-languageserver-protocol';

/** The last result of each document and its name, so that an unchanged result is not sent again. */
export class PulledResults {
  readonly #last = new Map<string, {readonly id: string; readonly text: string}>();
  #count = 0;

  /** @param previous The name of the result that the editor has. */
  reportOf(uri: string, items: Diagnostic[], previous: string | undefined): DocumentDiagnosticReport {
    const text = JSON.stringify(items);
    const last = this.#last.get(uri);
    const resultId = last?.text === text ? last.id : String(++this.#count);
    this.#last.set(uri, {id: resultId, text});
    return previous === resultId
      ? {kind: DocumentDiagnosticReportKind.Unchanged, resultId}
      : {kind: DocumentDiagnosticReportKind.Full, resultId, items};
  }
}
