/** Links that a search finds. A link to a policy is linted under its own name, as the program that loads it does. */

import {statSync} from 'node:fs';
import {isBelow, realPathOf} from './paths.ts';
import {repositoryOf} from './repository.ts';

export interface Links {
  /** The files that links lead to, by the link. Absolute, without links. */
  readonly files: ReadonlyMap<string, string>;
  /** A clause for each link that is not followed: `leads to no file`. */
  readonly skipped: ReadonlyMap<string, string>;
}

/**
 * Links to folders are in neither: the search finds a folder of the repository where it is, and a circle of links ends.
 *
 * @param paths Links. Absolute.
 * @param folder The searched folder. A link leads no further than the repository around it.
 * @param mayRead Whether a file may be read that no operand names. Absolute.
 */
export function linksOf(paths: readonly string[], folder: string, mayRead?: (file: string) => boolean): Links {
  const files = new Map<string, string>();
  const skipped = new Map<string, string>();
  const repository = paths.length === 0 ? undefined : repositoryOf(folder);
  const root = realPathOf(repository ?? folder);
  for (const path of paths) {
    const real = realPathOf(path);
    const stat = statOf(path);
    if (stat?.isDirectory() === true) continue;
    if (stat?.isFile() !== true) skipped.set(path, 'leads to no file');
    else if (!isBelow(root, real) || mayRead?.(real) === false)
      skipped.set(
        path,
        `leads out of the ${repository === undefined || isBelow(root, real) ? 'folder' : 'repository'}`,
      );
    else files.set(path, real);
  }
  return {files, skipped};
}

/** Undefined for a circle, and for what may not be looked at, too. */
function statOf(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
