/** Keeps a report from replacing any file but an earlier report of its format. */

import {existsSync} from 'node:fs';
import {basename} from 'node:path';
import {replacedBy} from '../../src/cli/write-file.ts';
import {formatters} from '../formatters/index.ts';
import {CliError, whyNot} from '../io/cli-error.ts';
import {identityOf, shownPath} from '../io/paths.ts';
import {isOfLinter, isPolicyFile} from '../io/policy-file.ts';
import {readRegularFile} from '../io/regular-file.ts';
import type {Workspace} from '../workspace/workspace.ts';
import type {Output} from './lint-options.ts';

/**
 * @param paths What is linted.
 * @throws CliError for a file that would be lost.
 */
export async function refuseOverwriting(
  outputs: readonly Output[],
  paths: readonly string[],
  workspace: Workspace,
): Promise<void> {
  const written = outputs.flatMap(({format, file}) =>
    file === undefined ? [] : {format, file: workspace.absolute(file)},
  );
  const there = written.filter(({file}) => existsSync(file));
  const identities = new Set(there.map(({file}) => identityOf(file)));
  for (const path of identities.size === 0 ? [] : paths)
    for (const read of [path, ...Object.keys(await workspace.texts.closure(path))])
      if (identities.has(identityOf(workspace.absolute(read))))
        throw new CliError(
          `--format would write the report over ${read}, which ${read === path ? 'is linted' : `${path} reads`}.`,
        );
  for (const {format, file} of there) {
    const why = reasonToKeep(format, file);
    if (why !== undefined)
      throw new CliError(`--format would write the report over ${shownPath(workspace.io.cwd, file)}, which ${why}.`);
  }
}

/** Why a file must stay; undefined for one that may be replaced. */
function reasonToKeep(format: string, file: string): string | undefined {
  if (isOfLinter(basename(file))) return 'belongs to retry-lint';
  // A search leaves out what is written, so a policy among it is not one of the paths.
  if (isPolicyFile(file, basename(file))) return 'is a policy';
  const replaced = replacedBy(file);
  if (replaced === undefined) return undefined;
  const text = textOf(replaced);
  const {written} = formatters.find(({name}) => name === format)!;
  if (text === '' || written.test(text)) return undefined;
  return `is no earlier report in the format ${format}: remove that file first, or name another one`;
}

function textOf(file: string): string {
  try {
    return readRegularFile(file);
  } catch (error) {
    throw new CliError(`${file} could not be written: it ${whyNot(error)}.`);
  }
}
