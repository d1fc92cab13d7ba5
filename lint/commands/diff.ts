/** Formats the changes of a fix for `git apply` and `patch -p1`. */

import {createTwoFilesPatch} from 'diff';

export function diffOf(path: string, before: string, after: string): string {
  const patch = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, {context: 3});
  return patch.replace(/^=+\n/, '');
}
