/** The repository that a folder is in. */

import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** @returns The nearest folder at or above this one that has a `.git`; undefined outside of repositories. */
export function repositoryOf(folder: string): string | undefined {
  if (isRepository(folder)) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : repositoryOf(above);
}

/** A worktree and a submodule have a file of that name. */
export const isRepository = (folder: string): boolean => existsSync(join(folder, '.git'));
