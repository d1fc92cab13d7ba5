/** The dialects that are looked for in every file, besides the native one. */

import type {BuiltInDialect, LateDialect} from './dialect.ts';
import {exactLate} from './exact/late.ts';
import {sign as litellm} from './litellm/sign.ts';
import {type PythonLibrary, pythonLibraries, signOf} from './python/signs.ts';

const python = (name: PythonLibrary): LateDialect => ({
  ...signOf(name),
  load: async () => (await import('./python/index.ts')).pythonDialects[name],
});

/** A file may have policies of several. Their order is that of findings at one place. */
export const builtInDialects: readonly BuiltInDialect[] = [
  ...pythonLibraries.map(python),
  {...litellm, load: async () => (await import('./exact/index.ts')).exactDialects.litellm},
  ...exactLate,
];
