/** Where the page of `--html` goes, and how it gets there. */
import {readFileSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {OutputError, whyLost} from './lines-file.ts';
import type {Arguments} from './parse-arguments.ts';
import {UsageError} from './usage-error.ts';
import {unwritableKind, writeTextFile} from './write-file.ts';

/**
 * The file of `--html`; `-` is standard output. Refused at once where it cannot be written: a page comes at the end of a long run.
 *
 * @param others Options that use standard output, too.
 * @throws UsageError
 */
export function readPageFile(args: Arguments, others: readonly string[]): string | undefined {
  const file = args.value('html');
  if (file === undefined) return undefined;
  if (file === '-') {
    const [other] = others;
    if (other !== undefined)
      throw new UsageError(`${other} and --html - both write to standard output. Give one of them.`);
    return file;
  }
  const found = statSync(file, {throwIfNoEntry: false});
  const kind = found && unwritableKind(found);
  if (kind !== undefined) throw new UsageError(`--html ${file} ${kind}. Name a file.`);
  // A slip in the order of the arguments must not cost a policy, or measurements.
  if (found?.isFile() && !/\.html?$/i.test(file))
    throw new UsageError(`--html ${file} exists, and is no page by its name. Name a file that ends in .html.`);
  // A hard link to a policy has any name.
  if (found?.isFile() && !/^(?:\s*<!doctype html|$)/i.test(readFileSync(file, 'utf8')))
    throw new UsageError(`--html ${file} exists, and holds no page. Name another file, or remove it first.`);
  const folder = dirname(file);
  if (!statSync(folder, {throwIfNoEntry: false})?.isDirectory())
    throw new UsageError(`--html ${file}: there is no directory ${folder}.`);
  return file;
}

/**
 * @param file As of `readPageFile`. Standard output is the caller's.
 * @throws OutputError
 */
export function writePage(file: string | undefined, page: string): void {
  if (file === undefined || file === '-') return;
  try {
    writeTextFile(file, page);
  } catch (error) {
    throw new OutputError(`Cannot write to ${file}: ${whyLost(error)}.`, {cause: error});
  }
}
