/** Texts of files; each file is read once per run. */

import {dirname, resolve} from 'node:path';
import type {Dialect} from '../dialects/dialect.ts';
import {dependencies} from '../lint.ts';
import {brings, importsIn} from '../source/python-imports.ts';
import {isPython} from '../source/python-path.ts';
import {CliError, whyNot} from './cli-error.ts';
import type {Io} from './io.ts';
import {isBelow} from './paths.ts';
import {readRegularFile} from './regular-file.ts';
import {repositoryOf} from './repository.ts';

export class Texts {
  readonly #cwd: string;
  readonly #mayRead: ((file: string) => boolean) | undefined;
  readonly #onRead: (file: string) => void;
  readonly #dialectsOf: (path: string) => readonly Dialect[] | undefined;
  readonly #texts = new Map<string, string | undefined>();
  readonly #extended = new Map<string, readonly string[]>();

  /**
   * @param onRead Called with each file before it is read, even if it does not exist. Absolute.
   * @param dialectsOf Finds the policies of a file that is linted.
   */
  constructor(
    {cwd, mayRead}: Pick<Io, 'cwd' | 'mayRead'>,
    onRead: (file: string) => void = () => {},
    dialectsOf: (path: string) => readonly Dialect[] | undefined = () => undefined,
  ) {
    this.#cwd = cwd;
    this.#mayRead = mayRead;
    this.#onRead = onRead;
    this.#dialectsOf = dialectsOf;
  }

  /** The text of a linted file. Bytes that are not valid UTF-8 become U+FFFD, which is a finding. */
  read(path: string): string {
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    const file = resolve(this.#cwd, path);
    if (this.#mayRead?.(file) === false) throw new CliError(`${path} must not be read.`);
    this.#onRead(file);
    try {
      const text = readRegularFile(file, this.#mayRead);
      this.#texts.set(path, text);
      return text;
    } catch (error) {
      throw new CliError(`${path} ${whyNot(error)}.`);
    }
  }

  /** Sets the text of a file that is not from the disk, or has changed since it was read. */
  set(path: string, text: string): void {
    this.#texts.set(path, text);
    this.#extended.delete(path);
  }

  /** A file and all files that it extends, or imports, by path. Unreadable files are left out; the linter reports them where they are named. */
  async closure(path: string): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    const waiting = [path];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (Object.hasOwn(found, next)) continue;
      const text = next === path ? this.read(next) : this.#readIfThere(next);
      if (text === undefined) continue;
      found[next] = text;
      waiting.push(...(await this.#extendedBy(next, text, next === path)));
    }
    return found;
  }

  /** A file and all files that it extends, unreadable ones included. */
  async mentioned(path: string): Promise<string[]> {
    const texts = await this.closure(path);
    const extended = await Promise.all(
      Object.entries(texts).map(([each, text]) => this.#extendedBy(each, text, each === path)),
    );
    return [...new Set([path, ...extended.flat()])];
  }

  async #extendedBy(path: string, text: string, isFirst: boolean): Promise<readonly string[]> {
    // One step, and no further.
    if (isPython(path)) return isFirst ? this.#imported(path, text) : [];
    // Most policies extend nothing, and need not be read twice to know it. A key may be written with escapes.
    if (!text.includes('extends') && !text.includes('\\')) return [];
    const names = this.#extended.get(path) ?? (await dependencies(text, path, this.#dialectsOf(path)));
    this.#extended.set(path, names);
    return names;
  }

  /** The modules that bring something, of the same repository. */
  #imported(path: string, text: string): string[] {
    const imports = importsIn(text, path);
    if (imports.length === 0) return [];
    const folder = dirname(resolve(this.#cwd, path));
    const top = repositoryOf(folder) ?? folder;
    return imports.flatMap(({paths, names}) => {
      const inside = paths.filter(each => isBelow(top, resolve(this.#cwd, each)));
      return inside.filter(each => brings(this.#readIfThere(each) ?? '', names));
    });
  }

  #readIfThere(path: string): string | undefined {
    if (this.#texts.has(path)) return this.#texts.get(path);
    let text: string | undefined;
    const file = resolve(this.#cwd, path);
    this.#onRead(file);
    try {
      text = this.#mayRead?.(file) === false ? undefined : readRegularFile(file, this.#mayRead);
    } catch {
      text = undefined;
    }
    this.#texts.set(path, text);
    return text;
  }
}
