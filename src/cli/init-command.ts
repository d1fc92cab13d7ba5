/** `steadfetch init`: writes a policy to start with. */
import {existsSync, mkdirSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {isPolicyName, STARTER_NAME, starterFor} from '../policy-files/starter-file.ts';
import {answer, asked, optionsOf} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {OutputError, whyLost} from './lines-file.ts';
import {parseArguments} from './parse-arguments.ts';
import {UsageError} from './usage-error.ts';
import {writeTextFile} from './write-file.ts';

/** @returns The exit code. @throws UsageError, OutputError */
export function initCommand(argv: readonly string[], process: NodeJS.Process): number {
  const args = parseArguments(argv, optionsOf(SPECS.init), 'steadfetch init --help');
  const question = asked(args);
  if (question !== undefined) return answer(question, SPECS.init, process.stdout);
  const [name = STARTER_NAME, ...more] = args.operands;
  if (more.length > 0) throw new UsageError(`One file, not ${args.operands.length}: ${args.operands.join(', ')}.`);
  if (!isPolicyName(name))
    throw new UsageError(`A policy is JSON or YAML, and ends in .json, .jsonc, .yaml or .yml: try ${name}.json.`);
  if (existsSync(name) && !args.has('force')) throw new UsageError(`${name} exists already; --force writes over it.`);
  try {
    mkdirSync(dirname(name), {recursive: true});
    writeTextFile(name, starterFor(resolve(name)));
  } catch (error) {
    throw new OutputError(`Cannot write to ${name}: ${whyLost(error)}.`, {cause: error});
  }
  process.stdout.write(`Wrote ${name}. Lint it: npx retry-lint ${name}\n`);
  return 0;
}
