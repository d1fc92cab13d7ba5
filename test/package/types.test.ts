/** The types compile for users, even without skipLibCheck. */
import {cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {inTurn, today} from '../support/turns.ts';
import {attempt, extremes, fullProject, run, versions} from './projects.ts';

const consumer = fileURLToPath(new URL('consumer/', import.meta.url));

const resolutions = [
  {module: 'nodenext', moduleResolution: 'nodenext'},
  {module: 'esnext', moduleResolution: 'bundler'},
];
/** Where fetch is known from: a browser's library, or Node's types alone. */
const worlds = [
  {lib: ['es2022', 'dom', 'dom.iterable'], types: []},
  {lib: ['es2022'], types: ['node']},
];

/** A way to resolve modules, and what a program knows of its world. */
const settings = resolutions.map(resolution => worlds.map(world => ({resolution, world})));
/**
 * The oldest compiler takes 15 s of CPU for one of the four, the newest 3 s. With the oldest, each day has two of them: both resolutions and both
 * worlds. The next day has the other two.
 */
const settingsOf = (compiler: string) =>
  compiler === 'ts54' ? settings.flatMap((row, at) => inTurn(row, 2, today + at)) : settings.flat();

/** Exact optional properties refuse what loose ones accept, so they alone are checked at each change. */
const exactness = process.env.EVERYTHING === undefined ? [true] : [true, false];

let count = 0;

async function compile(
  compiler: string,
  options: object,
  files: readonly string[] = ['*.ts'],
): Promise<{code: number; output: string}> {
  const folder = await fullProject();
  const place = join(folder, `types-${++count}`);
  mkdirSync(place);
  cpSync(consumer, place, {recursive: true});
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    target: 'es2022',
    resolveJsonModule: true,
    ...options,
  };
  writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({compilerOptions, include: files}));
  return attempt(place, process.execPath, join(folder, 'node_modules', compiler, 'bin/tsc'));
}

/** grpc-js's own declarations do not compile under TypeScript 5.4 as bundlers resolve: those of `long` are two there. */
const notOfGrpc = (output: string): string => output.replaceAll(/^\.\.\/node_modules\/@grpc\/grpc-js\/.*\n/gm, '');

describe('types', () => {
  for (const [version, alias] of extremes(Object.entries(versions.compilers))) {
    const compiler = alias.split('@')[0]!;
    describe(`TypeScript ${version}`, () => {
      it('is the one under test', async () => {
        const bin = join(await fullProject(), 'node_modules', compiler, 'bin/tsc');
        expect(await run(consumer, process.execPath, bin, '--version')).to.contain(alias.split('@').at(-1));
      });

      for (const {resolution, world} of settingsOf(compiler))
        for (const exactOptionalPropertyTypes of exactness) {
          const exact = exactOptionalPropertyTypes ? 'exact' : 'loose';
          it(`${resolution.moduleResolution}, ${world.types[0] ?? 'dom'}, ${exact} optional properties`, async () => {
            const {output} = await compile(compiler, {...resolution, ...world, exactOptionalPropertyTypes});
            expect(notOfGrpc(output)).to.equal('');
          });
        }
    });
  }

  for (const [version, alias] of extremes(Object.entries(versions.compilers))) {
    it(`TypeScript ${version} names what a literal has wrong, although JSON modules are accepted`, async () => {
      // The declarations themselves are checked above.
      const options = {...resolutions[0], ...worlds[1], skipLibCheck: true};
      const {output} = await compile(alias.split('@')[0]!, options, ['wrong/*.ts']);
      const errors = output
        .split('\n')
        .flatMap(line => /^wrong.policies\.ts\((\d+),\d+\): error (.+)$/.exec(line) ?? []);
      expect(output.split('\n').filter(line => /: error /.test(line))).to.have.length(errors.length / 3);
      const lines = readFileSync(join(consumer, 'wrong/policies.ts'), 'utf8').split('\n');
      const expected = lines.flatMap((line, index) => {
        const said = /\/\/ (.+)$/.exec(line)?.[1];
        return said === undefined ? [] : [[String(index + 1), said] as const];
      });
      expect(expected).to.have.length.above(5);
      for (const [line, said] of expected) {
        const error = errors[errors.indexOf(line) + 1];
        expect(error, `line ${line}`).to.contain(said);
      }
    });
  }

  for (const file of readdirSync(consumer).filter(name => name.endsWith('.ts')))
    it(`${file} compiles by itself: no import of another entry is needed`, async () => {
      const {output} = await compile('ts70', {...resolutions[0], ...worlds[1]}, [file]);
      expect(output).to.equal('');
    });

  it('refuses a wrong policy: the consumers can fail', async () => {
    const folder = await fullProject();
    writeFileSync(
      join(folder, 'wrong.ts'),
      "import {createFetch} from 'steadfetch';\ncreateFetch({maxAttempts: 'many'});\n",
    );
    const options = {...resolutions[0], ...worlds[0]};
    const {output} = await compile('ts70', options, ['../wrong.ts']);
    expect(output).to.match(/wrong\.ts\(2,14\): error TS2322/);
  });
});
