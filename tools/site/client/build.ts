/** Builds scripts and styles that pages of the site share. */
import {fileURLToPath} from 'node:url';
import {buildSync} from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Browsers that know `light-dark()`. */
export const TARGET: string[] = ['chrome123', 'firefox120', 'safari17.5'];

/** @returns A classic script: modules wait until the page has been read. */
export function firstPaint(): string {
  return bundled('first-paint.ts', 'iife');
}

/** @param file Of this folder. */
export function bundled(file: string, format: 'esm' | 'iife'): string {
  const {outputFiles} = buildSync({
    absWorkingDir: here,
    entryPoints: [file],
    bundle: true,
    minify: true,
    format,
    target: TARGET,
    tsconfigRaw: {},
    write: false,
  });
  return outputFiles[0]!.text.trim();
}

/** A style with what it imports. */
export function bundledStyle(file: string): string {
  const {outputFiles} = buildSync({entryPoints: [file], bundle: true, minify: true, target: TARGET, write: false});
  return outputFiles[0]!.text;
}
