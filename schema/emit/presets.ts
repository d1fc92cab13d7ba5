/** Emits src/policy/presets.ts: the presets as data, so that nothing reads files at run time. */

import {source} from './defaults.ts';
import {POLICY_BANNER, type Schema} from './node.ts';

export interface Preset {
  readonly name: string;
  readonly 'x-why': string;
}

/** As many sentences of why a preset is there as say something. */
export const summaryOf = (preset: Preset): string => /^.{50,}?\.(?=\s|$)/.exec(preset['x-why'])?.[0] ?? preset['x-why'];

export function emitPresets(schema: Schema, presets: readonly Preset[]): string {
  const names = presets.map(({name}) => `steadfetch:${name}`);
  const promised = schema.properties.extends?.items?.['x-presets'] ?? [];
  if (JSON.stringify([...names].sort()) !== JSON.stringify([...promised].sort())) {
    throw new Error(`The schema names the presets ${promised.join(', ')}, but the files are ${names.join(', ')}.`);
  }
  const entries = presets.map(preset => {
    const {'x-why': why, ...policy} = preset;
    const data = Object.fromEntries(Object.entries(policy).filter(([key]) => key !== '$schema'));
    return `  /** ${why} */\n  'steadfetch:${preset.name}': ${source(data, 1)},`;
  });
  return `// ${POLICY_BANNER}
// biome-ignore-all format: laid out by its generator

import {deepFreeze} from './freeze.ts';
import type {PolicyInput} from './types.ts';

/** What \`extends\` knows by name. Each is also a file in schema/presets. */
export const presets: Readonly<Record<string, PolicyInput>> = deepFreeze<Record<string, PolicyInput>>({
${entries.join('\n')}
});
`;
}
