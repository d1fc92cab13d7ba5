/** Finds the versions of libraries that a Python file runs with, in the lock file or the requirements of its project. Runs nothing. */

import {readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Packages} from '../dialects/python/packages.ts';
import type {Dependencies} from '../io/dependencies.ts';
import type {Io} from '../io/io.ts';
import {isBelow} from '../io/paths.ts';
import {readRegularFile} from '../io/regular-file.ts';
import {repositoryOf} from '../io/repository.ts';

/** The packages of which a dialect asks for the version. */
export const versioned: readonly string[] = ['tenacity', 'urllib3'];

/** What a folder and those above it say. */
interface Stated {
  readonly packages: Packages;
  /** Whether a lock file says it, which holds for the projects in the folders below, too. */
  readonly isLocked: boolean;
}

const NOTHING: Stated = {packages: {}, isLocked: false};

export class PackageLookup {
  readonly #io: Pick<Io, 'cwd' | 'mayRead'>;
  readonly #dependencies: Dependencies | undefined;
  readonly #byFolder = new Map<string, Stated>();

  constructor(io: Pick<Io, 'cwd' | 'mayRead'>, dependencies: Dependencies | undefined) {
    this.#io = io;
    this.#dependencies = dependencies;
  }

  /** @param file Absolute. */
  packagesFor(file: string): Packages {
    return this.#find(dirname(file)).packages;
  }

  /** The nearest folder with a lock file or with requirements, in the repository. */
  #find(folder: string): Stated {
    const known = this.#byFolder.get(folder) ?? this.#search(folder);
    this.#byFolder.set(folder, known);
    return known;
  }

  #search(folder: string): Stated {
    const names = namesIn(folder);
    const read = (pattern: RegExp, entry: RegExp): Packages | undefined => {
      const files = names.filter(name => pattern.test(name)).map(name => this.#textOf(join(folder, name)));
      return files.length === 0 ? undefined : versionsIn(files.join('\n'), entry);
    };
    const locked = read(LOCK_FILE, LOCKED);
    if (locked !== undefined) return {packages: locked, isLocked: true};
    const project = read(/^pyproject\.toml$/, IN_PROJECT) ?? {};
    const required = read(/^requirements[\w.-]*\.txt$/i, REQUIRED);
    if (required !== undefined) return {packages: {...project, ...required}, isLocked: false};
    const {packages, isLocked} = this.#above(folder);
    return {packages: isLocked ? {...project, ...packages} : {...packages, ...project}, isLocked};
  }

  #above(folder: string): Stated {
    const above = dirname(folder);
    const {cwd, mayRead} = this.#io;
    const repository = repositoryOf(folder);
    // Outside of a repository, nothing above the working directory is asked.
    const isOutside = repository === undefined ? folder === cwd || !isBelow(cwd, above) : repository === folder;
    return isOutside || above === folder || mayRead?.(above) === false ? NOTHING : this.#find(above);
  }

  #textOf(file: string): string {
    this.#dependencies?.note(file);
    try {
      return this.#io.mayRead?.(file) === false ? '' : readRegularFile(file, this.#io.mayRead);
    } catch {
      return '';
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const LOCK_FILE = /^(?:(?:uv|poetry|pdm)\.lock|pylock\.toml)$/;

const NAMES = `(${versioned.join('|')})`;
/** `name = "tenacity"`, and its version on the next line. */
const LOCKED = new RegExp(`^name = "${NAMES}"\\r?\\nversion = "([^"]*)"`, 'gm');
/** `tenacity[doc]>=8,<9 ; python_version > "3.8"`. A bare name is one of any version. */
const REQUIRED = new RegExp(`^[ \\t]*${NAMES}(?![\\w.-])[ \\t]*(?:\\[[^\\]]*\\])?[ \\t]*([^;#\\r\\n]*)`, 'gim');
/** The same as a text, and Poetry's `tenacity = "^8.2"`. A bare name leaves it to a lock file. */
const IN_PROJECT = new RegExp(
  `["']${NAMES}(?![\\w.-])\\s*(?:\\[[^\\]]*\\])?\\s*([=~<>!][^"';]*)|^${NAMES}\\s*=\\s*(?:\\{.*?\\bversion\\s*=\\s*)?["']([^"']*)["']`,
  'gim',
);

function versionsIn(text: string, entry: RegExp): Packages {
  const found: Record<string, string> = {};
  for (const [, name, version, other, poetry] of text.matchAll(entry)) {
    const key = (name ?? other ?? '').toLowerCase();
    const spec = version ?? poetry ?? '';
    found[key] = found[key] === undefined ? spec : `${found[key]} || ${spec}`;
  }
  return found;
}
