/** Computes the arithmetic of a rule with the numbers of a file. Pure, like the linter. */

import type {Config} from '../config.ts';
import type {Model} from '../model/model.ts';
import {modelsOf, scopeAt} from '../model/models.ts';
import type {Scope} from '../model/scope.ts';
import {draftsOf} from '../report/drafts.ts';
import type {Rule} from '../rule.ts';
import {type FilesRequest, sourceOf} from '../source/files.ts';
import {arithmeticOf} from './arithmetic.ts';
import type {Explanation} from './blocks.ts';

/** The part of a lint request that explanations need. */
export interface ExplainRequest extends FilesRequest {
  /** The file, one of `files`. */
  readonly path: string;
  /** The dialects, if they are configured. */
  readonly config?: Pick<Config, 'dialects'>;
  /** Limits the explanation to the part of the policy at this offset, with or without a finding. For a hover. */
  readonly offset?: number;
}

/**
 * Explains a rule for a file: attempts and waits, load or prediction, with the numbers of the file.
 *
 * @param rule    A rule with arithmetic, such as RL303.
 * @param request The file, the files that it extends, and the dialects.
 * @returns One explanation per part of the policy with a finding of the rule, or one for the whole policy without findings. Empty for a
 *   rule without arithmetic and for a file that cannot be read.
 * @throws TypeError if `files` does not have `path`.
 *
 * @example
 * const explanations = await explain(rules.find(({code}) => code === 'RL303'), {path, files});
 * console.log(renderMarkdown(explanations));
 */
export async function explainFile(rule: Rule, request: ExplainRequest): Promise<Explanation[]> {
  const arithmetic = arithmeticOf(rule.code);
  const source = await sourceOf(request);
  if (arithmetic === undefined || source.problems.some(({code}) => code !== 'RL002')) return [];
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
  ...new Set(Array.from(draftsOf(rule, model), ({scope}) => scope)),
];

/** Routes that inherit everything have the same arithmetic as the top. */
function withoutRepeats(explanations: readonly Explanation[]): Explanation[] {
  const seen = new Set<string>();
  return explanations.filter(({blocks}) => {
    const key = JSON.stringify(blocks);
    return !seen.has(key) && seen.add(key);
  });
}
