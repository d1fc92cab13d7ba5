/** What tests start as processes, or import in them: bundled, where `npm test` runs several files, else the sources. */
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

/** Undefined where a file runs alone. */
export const bundledFolder: string | undefined = process.env.TEST_PROGRAMS;
const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const steadfetchProgram: string =
  bundledFolder === undefined ? source('src/cli/main.ts') : join(bundledFolder, 'cli.js');
export const retryLintProgram: string =
  bundledFolder === undefined ? source('lint/main.ts') : join(bundledFolder, 'retry-lint.cjs');

const ENTRIES = {fetch: 'src/fetch.ts', register: 'src/telemetry/register.ts'} as const;

/** The URL of `steadfetch/fetch` or `steadfetch/register`. */
export const entryUrl = (name: keyof typeof ENTRIES): string =>
  pathToFileURL(bundledFolder === undefined ? source(ENTRIES[name]) : join(bundledFolder, `${name}.js`)).href;
