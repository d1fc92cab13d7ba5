/**
 * The file system of a lookup of configurations: a disk, the memory of an editor, or a browser. The host decides how it writes files and
 * folders, such as absolute paths or URIs.
 */

import type {DialectSign} from '../dialects/dialect.ts';
import type {Rule} from '../rule.ts';
import type {Range} from '../source/lines.ts';
import type {ConfigMistake} from './mistake.ts';

type Awaitable<T> = T | Promise<T>;

/** A configuration in a file of TOML. */
export interface PyprojectTable {
  /** Whether the text has the table, or names it where it is not TOML. */
  readonly isThere: boolean;
  /** An empty object if there is no such table. */
  readonly value: unknown;
  /** Set if the text is not TOML. */
  readonly mistake: ConfigMistake | undefined;
  /** The position of a field, or of the nearest key around it. */
  readonly rangeOf: (path: string) => Range;
}

/** The file system for the lookup of configurations. */
export interface ConfigHost {
  /** Whether the file exists. */
  readonly exists: (file: string) => Awaitable<boolean>;
  /** The text of a file. The lookup rethrows its errors. */
  readonly read: (file: string) => Awaitable<string>;
  /** Resolves a path from a folder to a file or a folder. */
  readonly resolve: (folder: string, path: string) => string;
  /** The folder that a file is in. */
  readonly folderOf: (file: string) => string;
  /** The next folder to search; undefined at the root of the file system, or of a repository. */
  readonly above: (folder: string) => Awaitable<string | undefined>;
  /** The path of a file in messages. */
  readonly shown: (file: string) => string;
  /** Matches files against globs relative to a folder. */
  readonly matcher: (globs: readonly string[], folder: string) => Awaitable<(file: string) => boolean>;
  /** Reads the table `[tool.retry-lint]` of a pyproject.toml. Without it, such a file is no configuration. */
  readonly readPyproject?: (text: string) => Awaitable<PyprojectTable>;
  /** The dialects that a configuration may name. Default: the built-in ones. */
  readonly dialects?: readonly DialectSign[] | undefined;
  /**
   * The rules of a module that a configuration names. Loading runs its code, so a host may refuse by `undefined`: the configuration then
   * applies without them.
   *
   * @param what The entry that names the module, for messages: `.retry-lintrc.json:1:14: plugins[0]`.
   * @param folder The folder of the configuration.
   */
  readonly loadRules: (file: string, what: string, folder: string) => Awaitable<readonly Rule[] | undefined>;
}
