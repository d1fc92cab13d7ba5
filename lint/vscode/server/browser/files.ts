/** A copy of the files of a workspace, for a worker without a disk: what the linter uses of `node:fs`, on texts in memory. */

const FILE = 'file';

/** What a folder has by a name: a folder, or a file. */
type Kind = 'folder' | typeof FILE;

class Entry {
  readonly name: string;
  readonly #kind: Kind;

  constructor(name: string, kind: Kind) {
    this.name = name;
    this.#kind = kind;
  }

  /** Modification times are not known, so nothing may compare them. */
  readonly mtimeMs = 0;

  isFile(): boolean {
    return this.#kind === FILE;
  }

  isDirectory(): boolean {
    return this.#kind === 'folder';
  }

  isSymbolicLink(): boolean {
    return false;
  }

  isFIFO(): boolean {
    return false;
  }

  isSocket(): boolean {
    return false;
  }

  isCharacterDevice(): boolean {
    return false;
  }

  isBlockDevice(): boolean {
    return false;
  }
}

/** An error as the functions of `node:fs` throw it. */
class FileError extends Error {
  readonly code: string;

  constructor(code: string, path: string) {
    super(`${code}: ${path}`);
    this.code = code;
  }
}

/** Paths are absolute, with slashes. */
export class Files {
  readonly #texts = new Map<string, string>();
  /** Called with each file that the server writes. */
  onWrite: (path: string, text: string) => void = () => {};

  /** Takes a file of the workspace. */
  set(path: string, text: string): void {
    this.#texts.set(path, text);
  }

  delete(path: string): void {
    this.#texts.delete(path);
  }

  read(path: string): string {
    const text = this.#texts.get(path);
    if (text === undefined) throw new FileError(this.kindOf(path) === undefined ? 'ENOENT' : 'EISDIR', path);
    return text;
  }

  /** Writes a file, which the workspace gets. */
  write(path: string, text: string): void {
    this.#texts.set(path, text);
    this.onWrite(path, text);
  }

  kindOf(path: string): Kind | undefined {
    if (this.#texts.has(path)) return FILE;
    const prefix = folderPrefix(path);
    return [...this.#texts.keys()].some(file => file.startsWith(prefix)) ? 'folder' : undefined;
  }

  /** The files and folders in a folder. */
  list(folder: string): Entry[] {
    const prefix = folderPrefix(folder);
    const kinds = new Map<string, Kind>();
    for (const file of this.#texts.keys()) {
      if (!file.startsWith(prefix)) continue;
      const [name = '', ...rest] = file.slice(prefix.length).split('/');
      kinds.set(name, rest.length === 0 ? FILE : 'folder');
    }
    return [...kinds].map(([name, kind]) => new Entry(name, kind));
  }

  entry(path: string): Entry | undefined {
    const kind = this.kindOf(path);
    return kind && new Entry(path.slice(path.lastIndexOf('/') + 1), kind);
  }
}

const folderPrefix = (path: string): string => (path.endsWith('/') ? path : `${path}/`);

/** The copy of this worker. */
export const files: Files = new Files();

export {Entry, FileError};
