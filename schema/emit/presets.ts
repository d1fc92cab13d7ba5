/** Emits src/policy/presets.ts: the presets as data, so that nothing reads files at run time. */

import {source} from './defaults.ts';
import {POLICY_BANNER, type Schema} from './node.ts';

export interface Preset {
  readonly name: string;
  readonly 'x-why': string;
  readonly routes?: readonly Route[];
}

interface Route {
  readonly name: string;
  readonly match: {readonly methods?: readonly string[]; readonly path?: string};
}

/** A route of most presets: a POST that may be sent twice. It is a function in what is emitted, too, because all users load the presets. */
const posted = (name: string, path: string): Route & {readonly idempotentMethods: readonly string[]} => ({
  match: {methods: ['POST'], path},
  name,
  idempotentMethods: ['POST'],
});

function routeSource(route: Route): string {
  const {name, match} = route;
  const isPosted = JSON.stringify(route) === JSON.stringify(posted(name, match.path ?? ''));
  return isPosted ? `posted(${source(name, 0)}, ${source(match.path, 0)})` : source(route, 3);
}

function presetSource({routes = [], ...policy}: Partial<Preset>): string {
  const text = source(policy, 1);
  if (routes.length === 0) return text;
  const list = routes.map(route => `      ${routeSource(route)},\n`).join('');
  return text.replace(/ {2}\}$/, `    routes: [\n${list}    ],\n  }`);
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
    return `  /** ${why} */\n  'steadfetch:${preset.name}': ${presetSource(data)},`;
  });
  return `// ${POLICY_BANNER}
// biome-ignore-all format: laid out by its generator

import {deepFreeze} from './freeze.ts';
import type {PolicyInput, RouteInput} from './types.ts';

const posted = (name: string, path: string): RouteInput => ({
  match: {methods: ['POST'], path},
  name,
  idempotentMethods: ['POST'],
});

/** What \`extends\` knows by name. Each is also a file in schema/presets. */
export const presets: Readonly<Record<string, PolicyInput>> = deepFreeze<Record<string, PolicyInput>>({
${entries.join('\n')}
});
`;
}
