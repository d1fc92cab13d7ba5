/** Reads configurations from disk. */

import {existsSync} from 'node:fs';
import {dirname, relative, resolve} from 'node:path';
import {CliError, whyNot} from '../io/cli-error.ts';
import {globOf} from '../io/glob.ts';
import type {Io} from '../io/io.ts';
import {shownPath, withSlashes} from '../io/paths.ts';
import {readRegularFile} from '../io/regular-file.ts';
import {isRepository} from '../io/repository.ts';
import type {ConfigHost} from './host.ts';
import {ConfigLookup, type ConfigReading, type Loaded} from './lookup.ts';
import type {ConfigMistake} from './mistake.ts';
import {loadPlugin} from './plugins.ts';

/** Where configurations are read from, and whether their modules run. */
type ConfigIo = Pick<Io, 'cwd' | 'mayRead' | 'loadRules' | 'wait' | 'builtInDialects'>;

export class ConfigReader {
  readonly #lookup: ConfigLookup;

  /**
   * @param onRead Called with each file before it is read or searched for: configurations, and their modules. Absolute.
   */
  constructor(io: ConfigIo, onRead: (file: string) => void = () => {}) {
    this.#lookup = new ConfigLookup(diskHost(io, onRead));
  }

  /** Every configuration that was read. Absolute. */
  get files(): readonly string[] {
    return this.#lookup.files;
  }

  /**
   * The nearest configuration in a folder or above, within its repository. Configurations further up are not merged into it.
   *
   * @throws CliError with every mistake in it, and their positions.
   */
  async findFor(folder: string): Promise<Loaded | undefined> {
    const reading = await this.#lookup.findFor(folder);
    return reading && usable(reading);
  }

  /**
   * @param file The configuration. Absolute.
   * @throws CliError with every mistake in it, and their positions.
   */
  async read(file: string): Promise<Loaded> {
    return usable(await this.#lookup.read(file));
  }
}

function usable({path, loaded, mistakes}: ConfigReading): Loaded {
  if (loaded === undefined) throw new CliError(mistakes.map(mistake => formatMistake(path, mistake)).join('\n'));
  return loaded;
}

const formatMistake = (path: string, {message, range}: ConfigMistake): string =>
  range === undefined ? message : `${path}:${range.start.line}:${range.start.column}: ${message}`;

function diskHost(
  {cwd, mayRead, loadRules, wait, builtInDialects}: ConfigIo,
  onRead: (file: string) => void,
): ConfigHost {
  const searched = new Set<string>();
  return {
    exists: file => {
      onRead(file);
      searched.add(file);
      return mayRead?.(file) !== false && existsSync(file);
    },
    read: file => {
      onRead(file);
      // A configuration that the command line names may be anywhere.
      return readText(file, shownPath(cwd, file), searched.has(file) ? mayRead : undefined);
    },
    resolve,
    folderOf: dirname,
    above: folder => {
      const parent = dirname(folder);
      return parent === folder || mayRead?.(parent) === false || isRepository(folder) ? undefined : parent;
    },
    shown: file => shownPath(cwd, file),
    matcher: matcherOf,
    readPyproject: async text => (await import('./pyproject.ts')).readPyproject(text),
    dialects: builtInDialects,
    loadRules: (file, what, folder) => {
      onRead(file);
      return loadRules === undefined ? loadPlugin(file, what, cwd, folder, wait) : loadRules(file, what);
    },
  };
}

function readText(file: string, path: string, mayRead: ((file: string) => boolean) | undefined): string {
  try {
    return readRegularFile(file, mayRead);
  } catch (error) {
    throw new CliError(`The configuration ${path} ${whyNot(error)}.`);
  }
}

/** @param folder Where the globs begin. What is returned takes absolute paths. */
export async function matcherOf(globs: readonly string[], folder: string): Promise<(path: string) => boolean> {
  if (globs.length === 0) return () => false;
  const matchers = await Promise.all(globs.map(glob => globOf(glob)));
  return path => {
    const near = withSlashes(relative(folder, path));
    return matchers.some(matches => matches(near));
  };
}
