/** Stands for lint/io/rule-texts.ts, because the texts of the built-in rules are a chunk. */

import type {RuleTexts} from '../../explain/rule-markdown.ts';
import {CliError} from '../../io/cli-error.ts';
import type {Rule} from '../../rule.ts';
import {loadChunk} from './load-chunk.ts';

interface Chunk {
  /** By the codes of rules. */
  readonly default: Readonly<Record<string, RuleTexts>>;
}

/** Without the chunk, the reason is why there is none. */
export async function textsOf(rule: Rule): Promise<RuleTexts> {
  if (rule.documentation !== undefined) return rule.documentation();
  try {
    const {default: texts} = (await loadChunk('rule-texts')) as Chunk;
    return texts[rule.code]!;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return {why: error.message, sources: []};
  }
}
