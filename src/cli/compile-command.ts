/** `steadfetch compile`: writes the module of a policy. */
import {readFileSync} from 'node:fs';
import {dirname, relative, sep} from 'node:path';
import {moduleText, WRITTEN} from '../compile/module-text.ts';
import {compilePolicy} from '../compile/plan-of.ts';
import {answer} from './command-spec.ts';
import {SPECS} from './commands.ts';
import {type CompileArguments, type CompiledFile, readCompileArguments} from './compile-arguments.ts';
import {OutputError, whyLost} from './lines-file.ts';
import {isPreset, readPolicyInput} from './policy-input.ts';
import {UsageError} from './usage-error.ts';
import {writeTextFile} from './write-file.ts';

/** @returns The exit code: 0, or 1 where `--check` found another content. @throws UsageError, SteadfetchError, OutputError */
export async function compileCommand(args: readonly string[], process: NodeJS.Process): Promise<number> {
  const options = readCompileArguments(args);
  if (typeof options === 'string') return answer(options, SPECS.compile, process.stdout);
  const {policy, out, checks} = options;
  const compiled = compilePolicy(await readPolicyInput(policy, '<policy>'));
  const {code, declarations} = moduleText(compiled, sourceOf(options), out?.declarations === null);
  if (out === undefined) {
    process.stdout.write(code);
    return 0;
  }
  const files: [path: string, text: string][] = [[out.path, code]];
  if (out.declarations !== null && declarations !== null) files.push([out.declarations, declarations]);
  if (!checks) {
    for (const [path] of files)
      if (contentOf(path)?.startsWith(WRITTEN) === false)
        throw new UsageError(
          `${path} exists, and steadfetch compile did not write it. Name another file, or remove it first.`,
        );
    for (const [path, text] of files) write(path, text);
    return 0;
  }
  const stale = files.find(([path, text]) => contentOf(path) !== text);
  if (stale === undefined) return 0;
  process.stderr.write(`${stale[0]} is not what ${policy} compiles to. Run: ${commandOf(policy, out)}\n`);
  return 1;
}

/** Seen from the folder of the module, so that `--check` may run in any folder. */
function sourceOf({policy, out}: CompileArguments): string {
  if (isPreset(policy) || out === undefined) return policy;
  return relative(dirname(out.path), policy).replaceAll(sep, '/');
}

const commandOf = (policy: string, out: CompiledFile): string => `steadfetch compile ${policy} --out ${out.path}`;

function write(path: string, text: string): void {
  try {
    writeTextFile(path, text);
  } catch (error) {
    throw new OutputError(`Cannot write to ${path}: ${whyLost(error)}.`, {cause: error});
  }
}

/** Undefined where there is no file. A checkout may have written the ends of lines as its system does. */
function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
