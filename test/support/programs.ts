/** The programs that tests start as processes: bundled, where `npm test` runs several files, else the sources. */
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const folder = process.env.TEST_PROGRAMS;
const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const steadfetchProgram: string = folder === undefined ? source('src/cli/main.ts') : join(folder, 'cli.js');
export const retryLintProgram: string = folder === undefined ? source('lint/main.ts') : join(folder, 'retry-lint.cjs');
