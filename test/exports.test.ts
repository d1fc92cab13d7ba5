/** Every public entry has the names it promises, and no more. */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';
import {linterNames, publicNames} from './public-names.ts';

const root = new URL('../', import.meta.url);

const sourceOf = (target: {types: string}): string =>
  target.types.replace('./dist/types/', './').replace(/\.d\.ts$/, '.ts');

for (const [name, manifest, promised] of [
  ['steadfetch', 'package.json', publicNames],
  ['retry-lint', 'packages/retry-lint/package.json', linterNames],
] as const)
  describe(`public entries of ${name}`, () => {
    const {exports} = JSON.parse(readFileSync(new URL(manifest, root), 'utf8')) as {
      exports: Record<string, string | {types: string}>;
    };
    const modules = Object.entries(exports).filter(entry => typeof entry[1] === 'object') as [
      string,
      {types: string},
    ][];

    it('are all listed', () => {
      expect(modules.map(([entry]) => entry).sort()).to.deep.equal(Object.keys(promised).sort());
    });

    for (const [entry, target] of modules) {
      const source = new URL(sourceOf(target), root);
      it(`${entry} exports ${promised[entry]?.join(', ') || 'nothing'}`, async () => {
        // Importing register starts an SDK for the whole process; its text says as much.
        const names =
          entry === './register'
            ? (readFileSync(source, 'utf8').match(/^export\b.*/gm) ?? [])
            : Object.keys((await import(source.href)) as object);
        expect(names.sort()).to.deep.equal(promised[entry]);
      });
    }
  });
