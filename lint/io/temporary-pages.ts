/** Pages for a browser, in a folder that only this user can read, until the program ends. */

import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {CliError, whyNot} from './cli-error.ts';

export class TemporaryPages {
  #folder: string | undefined;
  #count = 0;

  /**
   * @returns The absolute path.
   * @throws CliError if the page cannot be written.
   */
  write(html: string): string {
    try {
      this.#folder ??= mkdtempSync(join(tmpdir(), 'retry-lint-pages-'));
      const file = join(this.#folder, `${++this.#count}.html`);
      writeFileSync(file, html, {flag: 'wx'});
      return file;
    } catch (error) {
      throw new CliError(`A page in ${tmpdir()} could not be written: it ${whyNot(error)}.`);
    }
  }

  remove(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, {recursive: true, force: true});
    this.#folder = undefined;
  }
}
