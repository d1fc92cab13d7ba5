/** Follows `extends`: from file to file, and to presets. Never reads a disk. */

import {presets} from '../../src/policy/presets.ts';
import {checkExtends} from '../../src/policy/resolve.ts';
import {nearest} from '../../src/policy/suggestions.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import {nativePoliciesOf} from '../dialects/policies.ts';
import type {Shape} from '../shape/shape.ts';
import type {ReadSource} from '../source/files.ts';
import type {Layer} from './layer.ts';

/** Why an entry of `extends` brings nothing in. */
export interface BrokenEntry {
  /** Index in the linted file's `extends`. */
  readonly entry: number;
  /** One sentence that says why. */
  readonly message: string;
}

export interface Chain {
  /** The lowest first, without the linted file itself. */
  readonly layers: readonly Layer[];
  readonly broken: readonly BrokenEntry[];
}

/** As many as the schema allows in a file. */
const maxRoutes = 200;
const maxDepth = 32;
const maxLayers = 200;

export async function followExtends({unit, data}: Shape, readSource: ReadSource): Promise<Chain> {
  const {path} = unit.source;
  const layers: Layer[] = [];
  const broken: BrokenEntry[] = [];
  for (const [entry, name] of (data.extends ?? []).entries()) {
    const problem = await follow(name, path, entry, [path], readSource, layers);
    if (problem !== undefined) broken.push({entry, message: problem});
  }
  const routes = [data, ...layers.map(layer => layer.data as PolicyInput)].flatMap(each => each.routes ?? []).length;
  if (routes > maxRoutes && layers.length > 0)
    broken.push({
      entry: layers.at(-1)!.entry!,
      message: `makes ${routes} routes of this policy, and the client reads at most ${maxRoutes}`,
    });
  return {layers, broken};
}

/** The presets that a policy in a program extends, which extends no files. */
export function presetsBelow({data}: Shape): Chain {
  const layers: Layer[] = [];
  const broken: BrokenEntry[] = [];
  for (const [entry, name] of (data.extends ?? []).entries()) {
    const problem = addPreset(name, entry, layers);
    if (problem !== undefined) broken.push({entry, message: problem});
  }
  return {layers, broken};
}

/**
 * Adds the layers of a name to the layers.
 *
 * @returns The problem, if the name cannot be followed.
 */
async function follow(
  name: string,
  from: string,
  entry: number,
  chain: readonly string[],
  readSource: ReadSource,
  layers: Layer[],
): Promise<string | undefined> {
  if (layers.length >= maxLayers) return `builds on more than ${maxLayers} layers; extend fewer files`;
  if (!isFileName(name)) return addPreset(name, entry, layers);
  if (name.includes('\\')) return 'has a backslash, which only Windows takes for a separator: write "/"';
  const path = resolveName(name, from);
  if (!POLICY_FILE.test(path)) return `is the file ${path}, and policy files end in .json, .jsonc, .yaml or .yml`;
  if (chain.includes(path)) return `extends itself: ${[...chain.slice(chain.indexOf(path)), path].join(' → ')}`;
  if (chain.length > maxDepth) return `extends files more than ${maxDepth} levels deep; extend fewer files`;
  const source = await readSource(path);
  if (source === undefined) return `is the file ${path}, which cannot be read`;
  const [problem] = source.problems;
  if (problem !== undefined) return `is the file ${path}, which cannot be read as a policy: ${problem.message}`;
  const [policy, ...others] = nativePoliciesOf(source);
  if (policy === undefined || others.length > 0)
    return `is the file ${path}, which holds ${others.length + 1} policies; extend a file that holds one`;
  const {shape} = policy;
  for (const below of shape.data.extends ?? []) {
    const wrong = await follow(below, path, entry, [...chain, path], readSource, layers);
    if (wrong !== undefined) return `is the file ${path}, where "${below}" ${wrong}`;
  }
  layers.push({name: path, shape, data: shape.data, base: '', entry});
  const [wrong] = shape.problems;
  return wrong && `is the file ${path}, which the client refuses: ${wrong.path || 'it'} ${wrong.message}`;
}

const POLICY_FILE = /\.(?:jsonc?|ya?ml)$/i;

function addPreset(name: string, entry: number, layers: Layer[]): string | undefined {
  const [problem] = checkExtends(name, '', nearest);
  if (problem !== undefined) return problem.message;
  for (const below of presets[name]?.extends ?? []) addPreset(below, entry, layers);
  layers.push({name, shape: undefined, data: presets[name] as PolicyInput, base: '', entry});
  return undefined;
}

/** Whether the loader reads the name as a file: a relative or absolute path, or a name with the ending of a policy file. */
export const isFileName = (name: string): boolean => /^(?:\.{0,2}|[A-Z]:)[/\\]/i.test(name) || POLICY_FILE.test(name);

/** A name in `extends`, as a path: relative to the file that names it, with slashes. */
export function resolveName(name: string, from: string): string {
  if (/^(?:\/|[A-Za-z]:\/)/.test(name)) return name;
  const parts = from.split('/').slice(0, -1);
  for (const part of name.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..' && parts.at(-1) !== '') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
