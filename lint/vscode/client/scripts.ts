/** The scripts of the extension, as workers load them. */

import {type Disposable, Uri, workspace} from 'vscode';
import {isNode} from './places.ts';

export class Scripts implements Disposable {
  readonly #extension: Uri;
  /** URLs of texts in memory. */
  readonly #blobs: string[] = [];

  constructor(extension: Uri) {
    this.#extension = extension;
  }

  /**
   * @param file A path in `dist`.
   * @throws Error if the file cannot be read.
   */
  async urlOf(file: string): Promise<string> {
    const script = Uri.joinPath(this.#extension, 'dist', file);
    if (isNode) return script.toString();
    if (/^https?$/.test(script.scheme)) return script.toString(true);
    // A browser loads no script from a remote machine of VS Code, so the text becomes a script of this one.
    const bytes = await workspace.fs.readFile(script);
    const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], {type: 'text/javascript'}));
    this.#blobs.push(url);
    return url;
  }

  /** Frees the texts. */
  dispose(): void {
    for (const url of this.#blobs.splice(0)) URL.revokeObjectURL(url);
  }
}
