/** The policies of a file that can be simulated, as the runtime would get them: merged with the files that they extend. */

import {basename, extname} from 'node:path';
import {flattenLayers} from '../../src/policy/flatten.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import {CliError} from '../io/cli-error.ts';
import type {Model} from '../model/model.ts';
import {type ModelsRequest, modelsOf} from '../model/models.ts';
import type {Scope} from '../model/scope.ts';
import {sourceOf} from '../source/files.ts';
import {linesOf} from '../source/lines.ts';

/** A policy of a file, or one of its routes. Both count from 0, as they are written. */
export interface Target {
  readonly policy: number;
  /** Left out: the policy as a whole, with its routes. */
  readonly route?: number;
}

export interface Simulable {
  /** Its name in tables: that of the policy, else that of the file. */
  readonly name: string;
  /** Without `extends`. */
  readonly input: PolicyInput;
}

/**
 * @param request The file, and the files that it extends.
 * @throws CliError if the file has no such policy, or the policy has a mistake: a guess would be simulated in its place.
 */
export async function simulableAt(
  request: ModelsRequest & {readonly path: string},
  {policy, route}: Target,
): Promise<Simulable> {
  const {path} = request;
  const source = await sourceOf(request);
  const problem = source.problems.find(({code}) => code !== 'RL002');
  if (problem !== undefined) {
    const {line, column} = linesOf(source).positionAt(problem.span.start);
    throw new CliError(`${path}:${line}:${column}: ${problem.message}`);
  }
  const models = await modelsOf(source, request);
  const model = models[policy];
  if (model === undefined) throw new CliError(`${path} has no policy ${policy + 1}.`);
  if (dialectOf(model) !== 'native') throw new CliError(`${path}: only policies of steadfetch can be simulated.`);
  refuseMistakes(model, path);
  const scope = scopeOf(model, route);
  if (scope === undefined) throw new CliError(`${path} has no route ${(route ?? 0) + 1}.`);
  const {data} = scope.own;
  const name = data.name ?? (route === undefined ? basename(path, extname(path)) : scope.title);
  return {name, input: inputOf(scope)};
}

function scopeOf({scopes}: Model, route: number | undefined): Scope | undefined {
  const base = route === undefined ? '' : `routes[${route}]`;
  return scopes.find(scope => scope.own.entry === undefined && scope.base === base);
}

const dialectOf = ({scopes: [top]}: Model): string | undefined => top?.dialect.name;

/** @throws CliError */
function refuseMistakes({broken, scopes: [top]}: Model, path: string): void {
  const [entry] = broken;
  if (entry !== undefined) throw new CliError(`${path}: extends[${entry.entry}] ${entry.message}.`);
  for (const {name, shape} of top?.layers ?? []) {
    const [problem] = shape?.problems ?? [];
    if (problem !== undefined)
      throw new CliError(
        `${name}: ${sentence(`${problem.path} ${problem.message}`.trim())} Correct it before a simulation.`,
      );
    const [template] = shape?.unknown ?? [];
    if (template !== undefined)
      throw new CliError(`${name}: a template decides ${template}, so the policy cannot be simulated.`);
  }
}

/** A question, such as a guess of what was meant, ends by itself. */
const sentence = (clause: string): string => (clause.endsWith('?') ? clause : `${clause}.`);

/** The layers of a policy, merged. A route is a policy without routes. */
function inputOf({layers, base}: Scope): PolicyInput {
  const isWhole = base === '';
  return flattenLayers(
    layers.toReversed().map(({data}) => {
      const {match: _, ...fields} = data;
      const {routes = [], ...rest} = 'routes' in fields ? fields : {...fields, routes: []};
      return {...rest, extends: [], ...(isWhole && routes.length > 0 ? {routes} : {})};
    }),
  );
}
