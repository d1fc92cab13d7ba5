/** How large a bundle grows by steadfetch: minified by esbuild for browsers, gzipped, beside ky and OpenTelemetry's API. */
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import {build} from 'esbuild';
import {digits, type Section} from '../section.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const peers = fileURLToPath(new URL('../../', import.meta.url));

const ENGINE = 'createFetch of steadfetch/unchecked: the engine without the validator';
const WHOLE = 'all of steadfetch';
const LITE = 'createFetch of steadfetch/lite';

/** What a program imports. */
export const OURS: readonly (readonly [name: string, code: string])[] = [
  [ENGINE, "export {createFetch} from './src/unchecked.ts'"],
  [LITE, "export {createFetch} from './src/lite.ts'"],
  ['createFetch of steadfetch/core', "export {createFetch} from './src/core.ts'"],
  ['createFetch of steadfetch/fetch', "export {createFetch} from './src/fetch.ts'"],
  ['resilience of steadfetch/ky', "export {resilience} from './src/ky.ts'"],
  ['all of steadfetch/core', "export * from './src/core.ts'"],
  [WHOLE, "export * from './src/index.ts'"],
];
const THEIRS: readonly (readonly [name: string, code: string])[] = [
  ['ky', "export {default} from 'ky'"],
  ['ofetch', "export {ofetch} from 'ofetch'"],
  ['ffetch', "export * from '@fetchkit/ffetch'"],
  ['cockatiel', "export * from 'cockatiel'"],
  ['p-retry', "export {default} from 'p-retry'"],
];

export async function bundles(): Promise<Section> {
  const sizes: Size[] = [];
  for (const [name, code] of OURS) sizes.push(await sizeOf(name, code));
  for (const [name, code] of THEIRS) sizes.push(await sizeOf(name, code, peers));
  const gzippedOf = (wanted: string): number => sizes.find(({name}) => name === wanted)!.gzipped;
  const {folders} = sizes[0]!;
  return {
    title: 'What a bundle grows by',
    intro: `kB of 1000 bytes. The engine by its folders, minified: ${folders}.`,
    columns: ['', 'minified, kB', 'gzipped, kB'],
    rows: sizes.map(({name, minified, gzipped}) => [name, digits(minified, 1), digits(gzipped, 1)]),
    goals: [
      {
        what: ENGINE,
        limit: 19,
        measured: gzippedOf(ENGINE),
        unit: 'kB',
        why: 'what a policy may name has to be there, because it is known at run time only, and what few policies need is left out already: decision 110',
      },
      {
        what: WHOLE,
        limit: 24,
        measured: gzippedOf(WHOLE),
        unit: 'kB',
        why: 'the engine, both adapters, all that few policies need, the checks of policies with their messages, and telemetry: decision 110; steadfetch/lite is the small one',
      },
    ],
    headlines: [
      {
        what: 'kB that a bundle grows by, gzipped',
        ours: OURS.filter(([name]) => name === LITE || name === ENGINE || name === WHOLE)
          .map(([name]) => `${name.split(':')[0]} ${digits(gzippedOf(name), 1)}`)
          .join(' · '),
        beside: THEIRS.map(([name]) => `${name} ${digits(gzippedOf(name), 1)}`).join(' · '),
      },
    ],
  };
}

interface Size {
  readonly name: string;
  readonly minified: number;
  readonly gzipped: number;
  readonly folders: string;
}

export async function sizeOf(name: string, contents: string, resolveDir: string = root): Promise<Size> {
  const {outputFiles, metafile} = await build({
    stdin: {contents, resolveDir, loader: 'ts'},
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: resolveDir === root ? ['ky', '@opentelemetry/*'] : [],
    write: false,
    metafile: true,
    outfile: 'bundle.js',
    logLevel: 'error',
  });
  const bytes = outputFiles[0]!.contents;
  const inputs = Object.entries(Object.values(metafile.outputs)[0]!.inputs);
  const folders = new Map<string, number>();
  for (const [path, {bytesInOutput}] of inputs) {
    const folder = /src\/(\w+)\//.exec(path)?.[1];
    if (folder !== undefined) folders.set(folder, (folders.get(folder) ?? 0) + bytesInOutput);
  }
  return {
    name,
    minified: bytes.length / 1000,
    gzipped: gzipSync(bytes, {level: 9}).length / 1000,
    folders: [...folders].map(([folder, size]) => `${folder} ${digits(size / 1000, 1)} kB`).join(', '),
  };
}
