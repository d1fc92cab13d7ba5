/** Computes the arithmetic of a rule with the numbers of a file. Pure, like the linter. */

import type {Rule} from '../rule.ts';
import type {Explanation} from './blocks.ts';
import {type ExplainRequest, explainWith} from './explain-with.ts';

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
  // Late, because the extension for VS Code loads it when the first rule is explained.
  const {arithmeticOf} = await import('./arithmetic.ts');
  const arithmetic = arithmeticOf(rule.code);
  return arithmetic === undefined ? [] : explainWith(arithmetic, rule, request);
}
