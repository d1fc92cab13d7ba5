/** The blocks of TypeScript in a document, and how to run one. */
import {readFileSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

const root = join(import.meta.dirname, '../..');

/** @param name Path from the root of the package, such as `docs/grpc.md`. */
export const blocksOf = (name: string): string[] =>
  [...readFileSync(join(root, name), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);

/**
 * Runs a block as a module: `steadfetch` is the sources, and other packages are those of the project.
 *
 * @param names What the block declares, separated by commas.
 */
export async function runBlock(code: string, names: string): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'steadfetch-docs-'));
  const file = join(folder, 'block.ts');
  const source = (entry: string) => pathToFileURL(join(root, 'src', `${entry || 'index'}.ts`)).href;
  try {
    const linked = code.replaceAll(/from '([^']+)'/g, (_, name: string) => {
      const [, entry] = /^steadfetch\/?([a-z]*)$/.exec(name) ?? [];
      return `from '${entry === undefined ? import.meta.resolve(name) : source(entry)}'`;
    });
    await writeFile(file, `${linked}\nexport {${names}};`);
    return await import(pathToFileURL(file).href);
  } finally {
    await rm(folder, {recursive: true});
  }
}
