/**
 * What a lookup of configurations needs of the world around it, so that it runs wherever files are: on a disk, in an editor's memory, in
 * a browser. Files and folders are whatever texts the host has for them, such as absolute paths or URIs.
 */

import type {Rule} from '../rule.ts';

type Awaitable<T> = T | Promise<T>;

export interface ConfigHost {
  readonly exists: (file: string) => Awaitable<boolean>;
  /** The text of a file. What it throws is thrown by the lookup. */
  readonly read: (file: string) => Awaitable<string>;
  /** A file or a folder by its path from another folder. */
  readonly resolve: (folder: string, path: string) => string;
  /** The folder that a file is in. */
  readonly folderOf: (file: string) => string;
  /** The next folder to look in; undefined where the search ends: at the top of the file system, or of a repository. */
  readonly above: (folder: string) => Awaitable<string | undefined>;
  /** How messages call a file. */
  readonly shown: (file: string) => string;
  /** Whether files match globs that begin in a folder. */
  readonly matcher: (globs: readonly string[], folder: string) => Awaitable<(file: string) => boolean>;
  /**
   * The rules of a module that a configuration names. It is code that runs: a host may refuse.
   *
   * @param what Who names it, for messages: `.retry-lintrc.json:1:14: plugins[0]`.
   * @param folder Of the configuration.
   */
  readonly loadRules: (file: string, what: string, folder: string) => Awaitable<readonly Rule[]>;
}
