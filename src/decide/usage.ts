/** The tokens that an answer of a model endpoint reports as its usage. */
import {fieldOf, isObject} from '../core/unknown-value.ts';
import type {AskedTokens} from './asked-tokens.ts';

/**
 * The names that vendors give each count, and that of a count on top. Literals, so that a test measures each of them. R and Java write large
 * numbers as 1e+05.
 */
const COUNTED = [
  [
    'inputTokens',
    /"(?:prompt_tokens|input_tokens|promptTokenCount|inputTokens|prompt_eval_count)"\s*:\s*([\d.eE+]{1,20})(?![\w.])/g,
    /"cache_creation_input_tokens"\s*:\s*([\d.eE+]{1,20})(?![\w.])/g,
  ],
  [
    'outputTokens',
    /"(?:completion_tokens|output_tokens|candidatesTokenCount|outputTokens|eval_count)"\s*:\s*([\d.eE+]{1,20})(?![\w.])/g,
    /"thoughtsTokenCount"\s*:\s*([\d.eE+]{1,20})(?![\w.])/g,
  ],
] as const;

/**
 * The usage in a JSON body, or in a part of an event stream. In a stream vendors repeat the counts as they grow, so the largest counts.
 * Quotes inside a text are escaped, so the output of a model is not taken for usage.
 */
export function usageIn(text: string): AskedTokens {
  const usage: {inputTokens?: number; outputTokens?: number} = {};
  for (const [field, names, added] of COUNTED) {
    const count = largest(text, names);
    if (count >= 0) usage[field] = count + Math.max(0, largest(text, added));
  }
  return usage;
}

/** Under what vendors and their SDKs report the usage of an answer. */
const PLACES: readonly string[] = ['usage', 'usageMetadata', 'usage_metadata'];
/** Ollama reports it beside the answer. */
const COUNTS: readonly string[] = ['prompt_eval_count', 'eval_count'];

/** The usage in an answer that was parsed: at its top, or in its `body`. What cannot be read has none. */
export function usageOf(answer: unknown): AskedTokens {
  try {
    for (const part of [answer, fieldOf(answer, 'body')]) {
      const usage = PLACES.map(name => fieldOf(part, name)).find(isObject);
      const text = JSON.stringify(usage ?? Object.fromEntries(COUNTS.map(name => [name, fieldOf(part, name)])));
      const found = usageIn(text);
      if (Object.keys(found).length > 0) return found;
    }
  } catch {
    // A getter that throws, or an object that contains itself.
  }
  return {};
}

/** @returns -1 if there is none. */
function largest(text: string, names: RegExp): number {
  let found = -1;
  for (const match of text.matchAll(names)) {
    const count = Math.ceil(Number(match[1]));
    if (count > found && count < MOST) found = count;
  }
  return found;
}

/** No answer has more tokens. */
const MOST = 1e12;
