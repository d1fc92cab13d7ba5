/** Applies an arithmetic to the parts of a file. Apart from the table of all arithmetics, because hovers need one. */

import {checksOf} from '../check-of.ts';
import type {Languages} from '../dialects/policies.ts';
import type {Model} from '../model/model.ts';
import {modelsOf, scopeAt} from '../model/models.ts';
import type {Scope} from '../model/scope.ts';
import {draftsOf} from '../report/drafts.ts';
import type {Rule} from '../rule.ts';
import {type FilesRequest, sourceOf} from '../source/files.ts';
import type {Block, Explanation} from './blocks.ts';

/** The part of a lint request that explanations need. */
export interface ExplainRequest extends FilesRequest {
  /** The file, one of `files`. */
  readonly path: string;
  /** The dialects, if they are configured. */
  readonly config?: Languages;
  /** Limits the explanation to the part of the policy at this offset, with or without a finding. For a hover. */
  readonly offset?: number;
}

export type Arithmetic = (scope: Scope) => Block[];

/** One explanation per part of the policy with a finding of the rule, or one for the whole policy; none for a file that cannot be read. */
export async function explainWith(arithmetic: Arithmetic, rule: Rule, request: ExplainRequest): Promise<Explanation[]> {
  const source = await sourceOf(request);
  if (source.problems.some(({code}) => code !== 'RL002')) return [];
  const models = await modelsOf(source, request);
  const at = request.offset === undefined ? undefined : scopeAt(models, request.offset);
  const scopes = request.offset === undefined ? scopesOf(models, rule) : at === undefined ? [] : [at];
  return withoutRepeats(scopes.map(scope => ({title: scope.title, blocks: arithmetic(scope)})));
}

/** The scopes with findings, or each policy as a whole. */
function scopesOf(models: readonly Model[], rule: Rule): Scope[] {
  const flagged = models.flatMap(model => flaggedIn(model, rule));
  return flagged.length > 0 ? flagged : models.flatMap(model => model.scopes.slice(0, 1));
}

const flaggedIn = (model: Model, rule: Rule): Scope[] => [
  ...new Set(checksOf(rule).flatMap(check => Array.from(draftsOf(check, model), ({scope}) => scope))),
];

/** Routes that inherit everything have the same arithmetic as the top. */
function withoutRepeats(explanations: readonly Explanation[]): Explanation[] {
  const seen = new Set<string>();
  return explanations.filter(({blocks}) => {
    const key = JSON.stringify(blocks);
    return !seen.has(key) && seen.add(key);
  });
}
