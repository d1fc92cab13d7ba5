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

const isPosted = (route: Route): boolean =>
  JSON.stringify(route) === JSON.stringify(posted(route.name, route.match.path ?? ''));

/** The paths of routes of one name that follow each other are one text. */
function routeSources(routes: readonly Route[]): string[] {
  const sources: string[] = [];
  for (let from = 0; from < routes.length; ) {
    const route = routes[from]!;
    let to = from;
    while (routes[to]?.name === route.name && isPosted(routes[to]!)) to++;
    const paths = routes.slice(from, to).map(({match}) => match.path);
    sources.push(to === from ? source(route, 3) : `...posted(${source(route.name, 0)}, ${source(paths.join(' '), 0)})`);
    from = Math.max(to, from + 1);
  }
  return sources;
}

function presetSource({routes = [], ...policy}: Partial<Preset>): string {
  const text = source(policy, 1);
  if (routes.length === 0) return text;
  const list = routeSources(routes)
    .map(each => `      ${each},\n`)
    .join('');
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

const posted = (name: string, paths: string): RouteInput[] =>
  paths.split(' ').map(path => ({match: {methods: ['POST'], path}, name, idempotentMethods: ['POST']}));

/** What \`extends\` knows by name. Each is also a file in schema/presets. */
export const presets: Readonly<Record<string, PolicyInput>> = deepFreeze<Record<string, PolicyInput>>({
${entries.join('\n')}
});
`;
}
