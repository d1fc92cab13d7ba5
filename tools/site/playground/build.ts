/** Builds the playground: a page, its scripts and workers, and the service worker that keeps them. */
import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type BuildOptions, build, type Metafile} from 'esbuild';
import {noticesOf} from '../../../scripts/notices.ts';
import {ruleTextsChunk} from '../../../scripts/rule-pages/chunk.ts';
import {TARGET} from '../client/build.ts';
import {footer, header} from '../frame.ts';
import {headOf} from '../plain-page.ts';
import {frame} from '../site.ts';
import {examples, stateOf} from './examples.ts';
import {simulated} from './simulated.ts';
import {jobOf} from './simulation.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

const DESCRIPTION =
  'Lint a retry policy, or the retries of a Python program, while you write it, and see what it does in an outage. Nothing leaves your browser.';

/** @param folder Is emptied first. */
export async function buildPlayground(folder: string): Promise<void> {
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(folder, {recursive: true});
  const common: BuildOptions & {metafile: true} = {
    absWorkingDir: root,
    outdir: folder,
    bundle: true,
    // Refuses modules of Node, so a part of the linter or the simulator that needs one fails the build.
    platform: 'browser',
    format: 'esm',
    splitting: true,
    target: TARGET,
    // jsonc-parser's "main" is UMD, which no bundler can follow.
    mainFields: ['module', 'main'],
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    plugins: [ruleTextsChunk],
  };
  const entry = (name: string): string => join(here, name);
  const workers = await build({
    ...common,
    entryPoints: [entry('lint-worker.ts'), entry('simulate-worker.ts'), entry('assist-worker.ts')],
  });
  const worker = (name: string): string => JSON.stringify(fileOf(workers.metafile, `${name}.ts`));
  const page = await build({
    ...common,
    entryPoints: [entry('main.ts'), entry('style.css')],
    define: {
      LINT_WORKER: worker('lint-worker'),
      SIMULATE_WORKER: worker('simulate-worker'),
      ASSIST_WORKER: worker('assist-worker'),
    },
  });
  // Not a module: those wait until the page has been read.
  const early = await build({
    ...common,
    splitting: false,
    format: 'iife',
    entryPoints: [entry('../client/first-paint.ts')],
  });
  const metafiles = [workers.metafile, page.metafile, early.metafile];
  const own = {...frame, prefix: '../'};
  const {html: example, problems} = await simulated(jobOf(stateOf(examples[0])), false);
  if (problems.length > 0) throw new Error(problems.join(' '));
  const index = readFileSync(entry('index.html'), 'utf8')
    .replace('{{header}}', header(own, 'Playground', 'editor'))
    .replace('{{footer}}', footer(own))
    .replace('{{example}}', () => example)
    .replace(
      '{{head}}',
      headOf({path: 'playground/index.html', title: 'Playground · steadfetch', description: DESCRIPTION}),
    )
    .replaceAll('{{main}}', fileOf(page.metafile, 'main.ts'))
    .replaceAll('{{style}}', fileOf(page.metafile, 'style.css'))
    .replaceAll('{{first-paint}}', fileOf(early.metafile, 'first-paint.ts'));
  writeFileSync(join(folder, 'index.html'), index);
  const files = [...readdirSync(folder).sort(), '../icon.svg'];
  const version = createHash('sha256').update(`${files}${index}`).digest('hex').slice(0, 12);
  await build({
    ...common,
    splitting: false,
    entryNames: '[name]',
    entryPoints: [entry('offline/service-worker.ts')],
    define: {FILES: JSON.stringify(files), VERSION: JSON.stringify(version)},
  });
  writeFileSync(join(folder, 'licenses.txt'), noticesOf(metafiles, root));
}

/** The name of the file that an entry point became. */
function fileOf({outputs}: Metafile, entry: string): string {
  const output = Object.entries(outputs).find(
    ([, {entryPoint}]) => entryPoint !== undefined && basename(entryPoint) === entry,
  );
  if (output === undefined) throw new Error(`${entry} was not built.`);
  return basename(output[0]);
}
