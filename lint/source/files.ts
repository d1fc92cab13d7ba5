/** The files that a run may look at, read as they are needed. Nothing here knows where they come from. */

import type {SourceCache} from './cache.ts';
import {readSource} from './read.ts';
import type {Source} from './tree.ts';

/** A file that a policy names; undefined where it cannot be read. */
export type ReadSource = (path: string) => Promise<Source | undefined>;

export interface FilesRequest {
  /** Texts by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Asked for the text of a file that is extended and not among `files`; undefined where it cannot be read. */
  readonly read?: (path: string) => Promise<string | undefined>;
  /** Sources that were read before, for programs that lint the same files repeatedly. */
  readonly cache?: SourceCache;
}

/** @throws TypeError when `files` does not have `path`. */
export async function sourceOf({path, ...request}: FilesRequest & {readonly path: string}): Promise<Source> {
  const {files = {}} = request;
  const source = Object.hasOwn(files, path) ? await readerOf({...request, files})(path) : undefined;
  if (source === undefined) throw new TypeError(`files has no text for ${path}.`);
  return source;
}

export function readerOf({files = {}, read, cache}: FilesRequest): ReadSource {
  return async path => {
    const text = Object.hasOwn(files, path) ? files[path] : await read?.(path);
    if (text === undefined) return undefined;
    return cache === undefined ? readSource(path, text) : cache.read(path, text);
  };
}
