/** Reads configurations from disk. */

import {existsSync} from 'node:fs';
import {dirname, relative, resolve} from 'node:path';
import {CliError, whyNot} from '../io/cli-error.ts';
import {shownPath} from '../io/paths.ts';
import {readRegularFile} from '../io/regular-file.ts';
import {isRepository} from '../io/repository.ts';
import type {ConfigHost} from './host.ts';
import {ConfigLookup, type ConfigReading, type Loaded} from './lookup.ts';
import type {ConfigMistake} from './parse.ts';
import {loadPlugin} from './plugins.ts';

export class ConfigReader {
  readonly #lookup: ConfigLookup;

  /**
   * @param onRead Called with each file before it is read or searched for: configurations, and their modules. Absolute.
   * @param runsPlugins Whether the modules of rules that a configuration names may run.
   */
  constructor(cwd: string, onRead: (file: string) => void = () => {}, runsPlugins = true) {
    this.#lookup = new ConfigLookup(diskHost(cwd, onRead, runsPlugins));
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

function diskHost(cwd: string, onRead: (file: string) => void, runsPlugins: boolean): ConfigHost {
  return {
    exists: file => {
      onRead(file);
      return existsSync(file);
    },
    read: file => {
      onRead(file);
      return readText(file, shownPath(cwd, file));
    },
    resolve,
    folderOf: dirname,
    above: folder => {
      const parent = dirname(folder);
      return parent === folder || isRepository(folder) ? undefined : parent;
    },
    shown: file => shownPath(cwd, file),
    matcher: matcherOf,
    loadRules: (file, what, folder) => {
      onRead(file);
      return runsPlugins ? loadPlugin(file, what, cwd, folder) : undefined;
    },
  };
}

function readText(file: string, path: string): string {
  try {
    return readRegularFile(file);
  } catch (error) {
    throw new CliError(`The configuration ${path} ${whyNot(error)}.`);
  }
}

/** @param folder Where the globs begin. What is returned takes absolute paths. */
export async function matcherOf(globs: readonly string[], folder: string): Promise<(path: string) => boolean> {
  if (globs.length === 0) return () => false;
  const {default: picomatch} = await import('picomatch');
  const matches = picomatch(globs as string[], {dot: true});
  return path => matches(relative(folder, path).replaceAll('\\', '/'));
}
