/** The arguments of `steadfetch compile`, checked. */
import {statSync} from 'node:fs';
import {dirname} from 'node:path';
import {type Asked, asked, optionsOf} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {parseArguments} from './parse-arguments.ts';
import {UsageError} from './usage-error.ts';

export interface CompileArguments {
  /** A file, or the name of a preset. */
  readonly policy: string;
  /** Undefined: standard output. */
  readonly out: CompiledFile | undefined;
  readonly checks: boolean;
}

/** The file of `--out`. */
export interface CompiledFile {
  readonly path: string;
  /** The file of its declarations; null for TypeScript, which needs none. */
  readonly declarations: string | null;
}

/** @returns What was asked for in place of a run. @throws UsageError */
export function readCompileArguments(argv: readonly string[]): CompileArguments | Asked {
  const args = parseArguments(argv, optionsOf(SPECS.compile), 'steadfetch compile --help');
  const question = asked(args);
  if (question !== undefined) return question;
  const given = [...args.operands, ...args.all('policy')];
  const [policy, ...more] = given;
  if (policy === undefined)
    throw new UsageError('Missing the policy: give a file, or the name of a preset, such as steadfetch:llm.');
  if (more.length > 0) throw new UsageError(`One policy, not ${given.length}: ${given.join(', ')}.`);
  const out = args.value('out');
  const checks = args.has('check');
  if (out === undefined && checks) throw new UsageError('--check compares a file: name it by --out.');
  return {policy, out: out === undefined ? undefined : compiledFile(out), checks};
}

function compiledFile(path: string): CompiledFile {
  const [, stem, m, language] = /^(.+)\.(m?)([jt])s$/.exec(path) ?? [];
  if (stem === undefined || /\.d$/.test(stem))
    throw new UsageError(`--out ${path}: name a file that ends in .ts, .mts, .js or .mjs.`);
  const folder = dirname(path);
  if (!statSync(folder, {throwIfNoEntry: false})?.isDirectory())
    throw new UsageError(`--out ${path}: there is no directory ${folder}.`);
  return {path, declarations: language === 't' ? null : `${stem}.d.${m}ts`};
}
