/** `retry-lint init`: writes a safe policy to start with, in which a comment explains each field. */

import {existsSync, mkdirSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {harmless} from '../formatters/harmless.ts';
import {CliError} from '../io/cli-error.ts';
import {shownPath, withSlashes} from '../io/paths.ts';
import {writeFile} from '../io/write-file.ts';
import {starterText} from '../starter.ts';
import type {Command} from './command.ts';

const defaultName = 'retry-policy.jsonc';

export const init: Command = (args, io) => {
  const name = args.operands[0] ?? defaultName;
  const file = join(io.cwd, shownPath(io.cwd, name));
  if (!/\.(?:jsonc?|ya?ml)$/i.test(name))
    throw new CliError(
      `A policy is written in JSON or YAML, so its name ends in .json, .jsonc, .yaml or .yml: try ${name}.json.`,
    );
  if (existsSync(file) && !args.has('force')) throw new CliError(`${name} exists already; --force overwrites it.`);
  mkdirSync(dirname(file), {recursive: true});
  const schema = schemaFrom(dirname(file));
  const text = starterText(name, schema);
  writeFile(file, text, name);
  const shown = harmless(shownPath(io.cwd, file));
  io.out.write(`Wrote ${shown}. Lint it: retry-lint ${shown}\n`);
  return 0;
};

/** That of the client first: it is of the version that reads the policy. */
const SCHEMAS = ['steadfetch', 'retry-lint'].map(name => `node_modules/${name}/schema/policy.schema.json`);

/** The path from a folder to the installed schema, which editors read without a network. */
function schemaFrom(folder: string): string {
  for (let home = folder; ; home = dirname(home)) {
    const schema = SCHEMAS.find(path => existsSync(join(home, path)));
    if (schema !== undefined) {
      const path = withSlashes(join(relative(folder, home), schema));
      return path.startsWith('.') ? path : `./${path}`;
    }
    if (dirname(home) === home) return `./${SCHEMAS[0]}`;
  }
}
