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

/** Routes of this kind that follow each other are one text: of each name its paths. */
function routeSources(routes: readonly Route[]): string[] {
  const sources: string[] = [];
  for (let from = 0; from < routes.length; ) {
    let to = from;
    while (to < routes.length && isPosted(routes[to]!)) to++;
    sources.push(to === from ? source(routes[from], 3) : `...posted(${source(rowsOf(routes.slice(from, to)), 0)})`);
    from = Math.max(to, from + 1);
  }
  return sources;
}

const rowsOf = (routes: readonly Route[]): string =>
  routes
    .map(({name, match}, at) => `${routes[at - 1]?.name === name ? '' : `, ${name}`} ${match.path}`)
    .join('')
    .slice(2);

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

/** The paths of each name. */
const posted = (rows: string): RouteInput[] =>
  rows.split(', ').flatMap(row => {
    const [name, ...paths] = row.split(' ');
    return paths.map(path => ({match: {methods: ['POST'], path}, name, idempotentMethods: ['POST']}));
  });

/** What \`extends\` knows by name. Each is also a file in schema/presets. */
export const presets: Readonly<Record<string, PolicyInput>> = /* @__PURE__ */ (() => deepFreeze<Record<string, PolicyInput>>({
${entries.join('\n')}
}))();
`;
}
