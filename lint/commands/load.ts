/** Commands by name, each loaded when it is run: a run pays for one of them. */

import type {Command} from './command.ts';

const LOADERS: Readonly<Record<string, () => Promise<Command>>> = {
  lint: async () => (await import('./lint.ts')).lint,
  explain: async () => (await import('./explain.ts')).explain,
  init: async () => (await import('./init.ts')).init,
  rules: async () => (await import('./rules.ts')).rules,
  'print-config': async () => (await import('./print-config.ts')).printConfig,
  baseline: async () => (await import('./baseline.ts')).baseline,
  completions: async () => (await import('./completions.ts')).completions,
};

/** @param name Of a command in table.ts. */
export function loadCommand(name: string): Promise<Command> {
  const load = LOADERS[name];
  if (load === undefined) throw new Error(`There is no command ${name}.`);
  return load();
}
