/** What a browser loads: bundled without a module of Node's, and how large it is. */
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect} from 'chai';
import {attempt, fullProject, type Ran, root} from './projects.ts';

/** kB of 1000 bytes, after gzip; a little above what it is. Decision 0116 says what the last change of a limit paid for. */
const LIMITS: Readonly<Record<string, number>> = {
  steadfetch: 81.4,
  'steadfetch/models': 78.1,
  'steadfetch/fetch': 69.9,
  'steadfetch/ky': 70.0,
  'steadfetch/core': 64.9,
  'steadfetch/unchecked': 59.0,
  'steadfetch/lite': 46.4,
};

/** The same for policies that `steadfetch compile` has compiled. */
const COMPILED_LIMITS: Readonly<Record<string, number>> = {basic: 35.1, default: 37.2, llm: 54.3};

const BASIC = {name: 'basic', maxAttempts: 4, backoff: {baseMs: 200}, deadlineMs: 10_000, breaker: null, budget: null};

/** The same for the linter, in parts that load when a file of their kind is met. */
const LINTER_LIMITS = {'at first': 100, YAML: 22, Python: 67};

/** kB in the table of docs/installing.md. */
const PRINTED: ReadonlyMap<string, number> = new Map(
  [...readFileSync(join(root, 'docs/installing.md'), 'utf8').matchAll(/^\| `(steadfetch[\w/]*)` \| ([\d.]+) \|/gm)].map(
    ([, entry, kilobytes]) => [entry!, Number(kilobytes)],
  ),
);

/** kB in the table of docs/compile.md. */
const printedOf = (compiled: string): number =>
  Number(new RegExp(`^\\| \`${compiled}\` \\| ([\\d.]+) \\|`, 'm').exec(COMPILE_PAGE)?.[1]);
const COMPILE_PAGE = readFileSync(join(root, 'docs/compile.md'), 'utf8');

/** esbuild for a browser refuses whatever only Node has. */
async function bundle(entry: string, ...flags: string[]): Promise<Ran & {readonly file: string}> {
  const folder = await fullProject();
  const name = `of-${entry.replaceAll(/\W/g, '-')}`;
  const file = join(folder, `${name}.bundle.js`);
  writeFileSync(join(folder, `${name}.in.js`), `export * from '${entry}';\n`);
  const args = [
    `${name}.in.js`,
    '--bundle',
    '--minify',
    '--format=esm',
    '--platform=browser',
    `--outfile=${file}`,
    ...flags,
  ];
  return {
    ...(await attempt(folder, join(folder, 'node_modules/.bin/esbuild'), ...args)),
    file,
  };
}

/** A module, and all that it imports at once. */
function loadedWith(name: string, parts: ReadonlyMap<string, string>, loaded = new Set<string>()): Set<string> {
  if (loaded.has(name)) return loaded;
  loaded.add(name);
  for (const [, next] of parts.get(name)!.matchAll(/(?:from|\bimport)"\.\/([^"]+)"/g)) loadedWith(next!, parts, loaded);
  return loaded;
}

describe('in a browser', () => {
  for (const [entry, limit] of Object.entries(LIMITS)) {
    it(`${entry} needs nothing of Node's and stays below ${limit} kB`, async () => {
      const {code, output} = await bundle(entry);
      expect(code, output).to.equal(0);
      const {file} = await bundle(entry, '--external:ky', '--external:@opentelemetry/*');
      const bytes = readFileSync(file);
      const gzipped = gzipSync(bytes).length / 1000;
      console.log(
        `      size: ${entry} ${(bytes.length / 1000).toFixed(1)} kB minified, ${gzipped.toFixed(1)} kB gzipped, beside ky and OpenTelemetry`,
      );
      expect(gzipped).to.be.below(limit);
      const printed = PRINTED.get(entry);
      if (printed !== undefined) expect(gzipped, 'docs/installing.md').to.be.closeTo(printed, 0.15);
    });
  }

  for (const [name, limit] of Object.entries(COMPILED_LIMITS))
    it(`a compiled policy, ${name}, needs nothing of Node's and stays below ${limit} kB`, async () => {
      const folder = await fullProject();
      writeFileSync(join(folder, 'basic.json'), JSON.stringify(BASIC));
      const policy = name === 'basic' ? 'basic.json' : `steadfetch:${name}`;
      const steadfetch = join(folder, 'node_modules/.bin/steadfetch');
      const compiled = await attempt(folder, steadfetch, 'compile', policy, '--out', `${name}.js`);
      expect(compiled, compiled.output).to.deep.equal({code: 0, output: ''});
      const {code, output, file} = await bundle(`./${name}.js`);
      expect(code, output).to.equal(0);
      const bytes = readFileSync(file);
      const gzipped = gzipSync(bytes).length / 1000;
      console.log(
        `      size: compiled ${name} ${(bytes.length / 1000).toFixed(1)} kB minified, ${gzipped.toFixed(1)} kB gzipped`,
      );
      expect(gzipped).to.be.below(limit);
      expect(gzipped, 'docs/compile.md').to.be.closeTo(printedOf(name), 0.15);
    });

  it(`retry-lint needs nothing of Node's, and loads at first at most ${LINTER_LIMITS['at first']} kB`, async () => {
    const folder = await fullProject();
    const out = join(folder, 'retry-lint.parts');
    writeFileSync(join(folder, 'retry-lint.in.js'), `export * from 'retry-lint';\n`);
    const flags = ['--bundle', '--minify', '--format=esm', '--platform=browser', '--splitting', `--outdir=${out}`];
    const {code, output} = await attempt(
      folder,
      join(folder, 'node_modules/.bin/esbuild'),
      'retry-lint.in.js',
      ...flags,
    );
    expect(code, output).to.equal(0);
    const parts = new Map(readdirSync(out).map(name => [name, readFileSync(join(out, name), 'utf8')]));
    const first = loadedWith('retry-lint.in.js', parts);
    const partWith = (word: string): Set<string> =>
      new Set([...parts].filter(([name, text]) => !first.has(name) && text.includes(word)).map(([name]) => name));
    const sizes = {'at first': first, YAML: partWith('yaml.alias'), Python: partWith('FormatReplacement')};
    for (const [part, names] of Object.entries(sizes)) {
      const gzipped = gzipSync([...names].map(name => parts.get(name)!).join('')).length / 1000;
      console.log(`      size: retry-lint, ${part}: ${gzipped.toFixed(1)} kB gzipped`);
      expect(gzipped, part).to.be.within(1, LINTER_LIMITS[part as keyof typeof LINTER_LIMITS]);
    }
  });

  it('has the size of each entry in docs/installing.md', () => {
    expect([...PRINTED.keys()].sort()).to.deep.equal(
      Object.keys(LIMITS)
        .filter(name => name.startsWith('steadfetch'))
        .sort(),
    );
  });

  it('load is for Node, and a bundler says so', async () => {
    const {code, output} = await bundle('steadfetch/load');
    expect(code).to.equal(1);
    expect(output).to.contain('node:fs');
  });
});
