/** Stands for lint/explain/rule-texts.ts, because the texts of the built-in rules are a chunk. */

import type {RuleTexts} from '../../explain/rule-texts.ts';
import {CliError} from '../../io/cli-error.ts';
import type {Rule} from '../../rule.ts';
import {rules} from '../../rules/index.ts';
import {loadChunk} from './load-chunk.ts';

interface Chunk {
  /** By the codes of rules. */
  readonly default: Readonly<Record<string, RuleTexts>>;
}

/** Without the chunk, the reason is why there is none. */
export async function textsOf(rule: Rule): Promise<RuleTexts> {
  if (!rules.includes(rule)) return rule.documentation();
  try {
    const {default: texts} = (await loadChunk('rule-texts')) as Chunk;
    return texts[rule.code]!;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return {why: error.message, sources: []};
  }
}
