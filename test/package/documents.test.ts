/** Each block of TypeScript in the documents compiles as it stands: pasted into a file of a strict project that has the packages it imports. */
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {attempt, project, root, versions} from './projects.ts';

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), {recursive: true, encoding: 'utf8'}).map(name => `docs/${name}`),
]
  .filter(name => name.endsWith('.md'))
  .map(name => name.replaceAll('\\', '/'))
  // Examples of docstrings are excerpts.
  .filter(name => !name.startsWith('docs/api/'));
const blocks = pages.flatMap(name =>
  [...readFileSync(join(root, name), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code], index) => ({
    file: `${name.replaceAll(/[./]/g, '-')}-${index + 1}.ts`,
    code: code!,
  })),
);

describe('documents', () => {
  let folder: string;
  before(async () => {
    const {ky, grpc, nodeTypes, compilers} = versions;
    const others = [
      'openai@7.59.0',
      'undici@8.13.1',
      'pino@10.4.0',
      'redis@6.3.1',
      '@opentelemetry/instrumentation-undici@0.34.0',
    ];
    const stores = ['pg@8.23.1', '@types/pg@8.23.1', 'postgres@3.4.9'];
    const frameworks = ['express@5.3.0', '@types/express@5.0.6', 'fastify@5.12.8'];
    const exceptApi = '--legacy-peer-deps';
    const packages = [
      ky,
      grpc,
      nodeTypes,
      ...others,
      ...stores,
      ...frameworks,
      '@opentelemetry/api@1.10.0',
      compilers['5.4']!,
      compilers['7.0']!,
    ];
    folder = await project('documents', packages, exceptApi);
    mkdirSync(join(folder, 'blocks'));
    for (const {file, code} of blocks) writeFileSync(join(folder, 'blocks', file), code);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: 'es2022',
      module: 'nodenext',
      moduleDetection: 'force',
      types: ['node'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({compilerOptions, include: ['blocks']}));
  });

  it('have blocks to compile', () => expect(blocks).to.have.length.above(10));

  for (const version of ['5.4', '7.0']) {
    it(`compile under TypeScript ${version}, strict, block by block`, async () => {
      const compiler = join(folder, 'node_modules', versions.compilers[version]!.split('@')[0]!, 'bin/tsc');
      expect((await attempt(folder, process.execPath, compiler)).output).to.equal('');
    });
  }
});
