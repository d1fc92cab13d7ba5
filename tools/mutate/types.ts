/** Which changes the compiler refuses. No test has to notice these: `npm run check` does. */
import type {Mutant} from './mutants.ts';
import type {Sandbox} from './sandbox.ts';

/**
 * Compiles changes of different files at once: a file with an error has a refused change. The type of what a file exports is written out, so that
 * a change hardly ever causes an error in another file.
 */
export async function compiling(
  mutants: readonly Mutant[],
  sources: ReadonlyMap<string, string>,
  sandbox: Sandbox,
): Promise<Mutant[]> {
  const refused = new Set<Mutant>();
  for (let rest = [...mutants]; rest.length > 0; ) {
    const round = new Map(rest.toReversed().map(mutant => [mutant.file, mutant]));
    for (const {file, text} of round.values()) sandbox.write(file, text);
    const {end, output} = await sandbox.node(
      ['node_modules/typescript/bin/tsc', '-p', 'tools/mutate', '--pretty', 'false'],
      {},
      {cpuSeconds: 300, seconds: 600},
    );
    for (const file of round.keys()) sandbox.write(file, sources.get(file)!);
    if (end === 'limit') throw new Error('The compiler did not end.');
    const errors = [...output.matchAll(/^(\S+)\(\d+,\d+\): error/gm)];
    if (end === 'failed' && errors.length === 0) throw new Error(`The compiler did not compile: ${output}`);
    for (const [, file] of errors) {
      const mutant = round.get(file!);
      if (mutant !== undefined) refused.add(mutant);
    }
    rest = rest.filter(mutant => round.get(mutant.file) !== mutant);
  }
  return mutants.filter(mutant => !refused.has(mutant));
}
