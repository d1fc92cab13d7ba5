/** Builds the extension for VS Code: the client, the language server with its chunks, the schemas and the package `retry-lint.vsix`. */
import {execFileSync} from 'node:child_process';
import {copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type BuildOptions, build} from 'esbuild';
import {
  jsonTreeOnly,
  pythonReadOnce,
  pythonUncolored,
  yamlFieldsOnly,
  yamlOfJson,
  yamlReadOnly,
} from '../../scripts/bundle/modules.ts';
import {noticesOf} from '../../scripts/notices.ts';
import {ruleTextsChunk} from '../../scripts/rule-pages/chunk.ts';
import {chunkEntries, onlyLitellm, withChunks} from './chunks.ts';
import {
  builtins,
  decodedTexts,
  editorSchema,
  namedProtocol,
  overPorts,
  projectSimulator,
  queueAsMap,
  receivedDocuments,
  shared,
  spokenMessages,
  spokenProtocol,
  tracedMessages,
  withoutGit,
} from './plugins.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const extension = join(root, 'lint/vscode');
const dist = join(extension, 'dist');

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'browser',
  // Those of VS Code 1.101: Electron 35 with Chromium 134 and Node 22.
  target: 'chrome134',
  // jsonc-parser's "main" is UMD, which no bundler can follow.
  mainFields: ['module', 'main'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
} satisfies BuildOptions;

rmSync(dist, {recursive: true, force: true});
mkdirSync(join(dist, 'schema'), {recursive: true});
const server = await build({
  ...common,
  entryPoints: [join(extension, 'server/main.ts')],
  outfile: join(dist, 'server.js'),
  format: 'iife',
  inject: [join(extension, 'server/browser/process.ts'), join(extension, 'server/load-chunk.ts')],
  plugins: [
    shared(root),
    builtins(extension),
    queueAsMap,
    overPorts,
    spokenMessages,
    spokenProtocol,
    receivedDocuments,
    namedProtocol(root),
    projectSimulator(extension),
    withoutGit,
    decodedTexts,
    ...onlyLitellm,
    withChunks(root),
    jsonTreeOnly,
    yamlReadOnly,
    yamlFieldsOnly,
    yamlOfJson,
  ],
});
const chunks = await build({
  ...common,
  entryPoints: chunkEntries,
  outdir: join(dist, 'chunks'),
  format: 'esm',
  inject: [join(extension, 'server/browser/process.ts')],
  plugins: [
    builtins(extension),
    ...onlyLitellm,
    editorSchema,
    ruleTextsChunk,
    jsonTreeOnly,
    pythonReadOnce,
    pythonUncolored,
    yamlReadOnly,
    yamlFieldsOnly,
    yamlOfJson,
  ],
});
// For Node, where the scripts of an extension are CommonJS.
writeFileSync(join(dist, 'chunks/package.json'), '{"type": "module"}\n');
const client = await build({
  ...common,
  entryPoints: [join(extension, 'client/extension.ts')],
  outfile: join(dist, 'extension.js'),
  format: 'cjs',
  external: ['vscode'],
  plugins: [shared(root), builtins(extension), overPorts, tracedMessages],
});
for (const name of ['policy', 'lint-config']) {
  const schema: unknown = JSON.parse(readFileSync(join(root, `schema/${name}.schema.json`), 'utf8'));
  writeFileSync(join(dist, `schema/${name}.schema.json`), JSON.stringify(schema));
}
copyFileSync(join(root, 'LICENSE'), join(extension, 'LICENSE.txt'));
writeFileSync(join(dist, 'licenses.txt'), noticesOf([server.metafile, chunks.metafile, client.metafile], root));
const vsce = join(extension, 'node_modules/@vscode/vsce/vsce');
execFileSync(
  process.execPath,
  [vsce, 'package', '--no-dependencies', '--no-rewrite-relative-links', '--out', join(dist, 'retry-lint.vsix')],
  {
    cwd: extension,
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
