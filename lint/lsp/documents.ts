/** The documents that are open in the editor, as it last sent them. */

import {fileURLToPath, pathToFileURL} from 'node:url';
import type {TextDocumentContentChangeEvent} from 'vscode-languageserver-protocol';
import {TextDocument} from 'vscode-languageserver-textdocument';

export class Documents {
  readonly #byUri = new Map<string, TextDocument>();

  get all(): readonly TextDocument[] {
    return [...this.#byUri.values()];
  }

  get(uri: string): TextDocument | undefined {
    return this.#byUri.get(uri);
  }

  /** The open document of a file. Editors may write the same URI in several ways, so files are compared. */
  ofFile(file: string): TextDocument | undefined {
    return this.all.find(({uri}) => fileOf(uri) === file);
  }

  open(uri: string, languageId: string, version: number, text: string): void {
    this.#byUri.set(uri, TextDocument.create(uri, languageId, version, text));
  }

  /** Changes of a document that was never opened are ignored. */
  change(uri: string, version: number, changes: TextDocumentContentChangeEvent[]): void {
    const document = this.#byUri.get(uri);
    if (document !== undefined) this.#byUri.set(uri, TextDocument.update(document, changes, version));
  }

  close(uri: string): void {
    this.#byUri.delete(uri);
  }
}

/** The absolute path of a URI; undefined if it names no file of this machine, such as that of a text that was never saved. */
export function fileOf(uri: string): string | undefined {
  if (!/^file:/i.test(uri)) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    // A URI with a host, or with an encoded slash.
    return undefined;
  }
}

export const uriOf = (file: string): string => pathToFileURL(file).href;

/** Whether the text is JSON for the editor, with or without comments. */
export const isJson = ({languageId}: TextDocument): boolean => languageId === 'json' || languageId === 'jsonc';
