/** The files that the linter may read, copied for a server without a disk, and kept up to date. */

import {type LogOutputChannel, type Uri, workspace} from 'vscode';
import type {FileChange} from '../server/start.ts';
import type {Place} from './places.ts';

const READ = '**/{*.json,*.jsonc,*.yaml,*.yml,.gitignore}';
const OTHERS = '**/node_modules/**';

/** So many files, of so many bytes each. A policy has a few thousand. */
const MOST_FILES = 2000;
const MOST_BYTES = 1_000_000;

/** Files that are read at once: each may be a request to a server. */
const AT_ONCE = 16;

export class WorkspaceCopy {
  readonly texts: Record<string, string> = {};
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  static async read(place: Place, output: LogOutputChannel): Promise<WorkspaceCopy> {
    const copy = new WorkspaceCopy(place);
    const found = await workspace.findFiles(READ, OTHERS, MOST_FILES);
    if (found.length === MOST_FILES)
      output.warn(
        `The workspace has more than ${MOST_FILES} JSON and YAML files. Configurations and extended policies beyond them are not read.`,
      );
    const waiting = [...found];
    const work = async (): Promise<void> => {
      for (let uri = waiting.pop(); uri !== undefined; uri = waiting.pop()) {
        const text = await textOf(uri);
        if (text !== undefined) copy.texts[place.pathOf(uri)] = text;
      }
    };
    await Promise.all(Array.from({length: AT_ONCE}, work));
    return copy;
  }

  /** Tells the server of changes. Called before the client tells it that there are some. */
  async change(uri: Uri, send: (change: FileChange) => Promise<void>): Promise<void> {
    await send({path: this.#place.pathOf(uri), text: await textOf(uri)});
  }

  /** Writes what the server has written: a baseline. */
  async write({path, text}: FileChange): Promise<void> {
    if (text === undefined) return;
    await workspace.fs.writeFile(this.#place.uriOf(path), new TextEncoder().encode(text));
  }
}

/** Undefined if the file is gone, or too large. */
async function textOf(uri: Uri): Promise<string | undefined> {
  try {
    const {size} = await workspace.fs.stat(uri);
    return size > MOST_BYTES ? undefined : new TextDecoder().decode(await workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}
