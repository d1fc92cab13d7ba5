/** Writes the files that a command was asked to write. */

import {UnwritableError, writeTextFile} from '../../src/cli/write-file.ts';
import {CliError, whyNot} from './cli-error.ts';

/**
 * @param path Absolute.
 * @param shown How messages call it.
 * @param isCurrent Whether a regular file is still the one that the text was made from. Default: not asked.
 * @throws CliError if the file cannot be written; a regular file is unchanged then.
 */
export function writeFile(path: string, text: string, shown: string, isCurrent?: () => boolean): void {
  try {
    writeTextFile(path, text, isCurrent === undefined ? {} : {isCurrent});
  } catch (error) {
    const why = error instanceof UnwritableError ? error.message : whyNot(error);
    throw new CliError(`${shown} could not be written: it ${why}.`);
  }
}
