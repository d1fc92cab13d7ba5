/** `retry-lint init`: writes a safe policy to start with, in which a comment explains each field. */

import {existsSync, mkdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {isPolicyName, STARTER_NAME, starterFor} from '../../src/policy-files/starter-file.ts';
import {harmless} from '../formatters/harmless.ts';
import {CliError} from '../io/cli-error.ts';
import {shownPath} from '../io/paths.ts';
import {writeFile} from '../io/write-file.ts';
import type {Command} from './command.ts';

export const init: Command = (args, io) => {
  const name = args.operands[0] ?? STARTER_NAME;
  const file = join(io.cwd, shownPath(io.cwd, name));
  if (!isPolicyName(name))
    throw new CliError(
      `A policy is written in JSON or YAML, so its name ends in .json, .jsonc, .yaml or .yml: try ${name}.json.`,
    );
  if (existsSync(file) && !args.has('force')) throw new CliError(`${name} exists already; --force overwrites it.`);
  mkdirSync(dirname(file), {recursive: true});
  writeFile(file, starterFor(file), name);
  const shown = harmless(shownPath(io.cwd, file));
  io.out.write(`Wrote ${shown}. Lint it: retry-lint ${shown}\n`);
  return 0;
};
