/** The tokens that an answer of a model endpoint reports as its usage. */
import {isObject} from '../core/unknown-value.ts';
import type {AskedTokens} from './asked-tokens.ts';

/** The names of vendors; those of a group mean the same, and the count of `ADDED` comes on top. Literals, so that a test measures each of them. */
const INPUT = /"(?:prompt_tokens|input_tokens|promptTokenCount|inputTokens|prompt_eval_count)"\s*:\s*(\d{1,12})/g;
const INPUT_ADDED = /"cache_creation_input_tokens"\s*:\s*(\d{1,12})/g;
const OUTPUT = /"(?:completion_tokens|output_tokens|candidatesTokenCount|outputTokens|eval_count)"\s*:\s*(\d{1,12})/g;
const OUTPUT_ADDED = /"thoughtsTokenCount"\s*:\s*(\d{1,12})/g;

/**
 * The usage in a JSON body, or in a part of an event stream. In a stream vendors repeat the counts as they grow, so the largest counts.
 * Quotes inside a text are escaped, so the output of a model is not taken for usage.
 */
export function usageIn(text: string): AskedTokens {
  const inputTokens = total(text, INPUT, INPUT_ADDED);
  const outputTokens = total(text, OUTPUT, OUTPUT_ADDED);
  return {...(inputTokens !== undefined && {inputTokens}), ...(outputTokens !== undefined && {outputTokens})};
}

/** Under what vendors and their SDKs report the usage of an answer. */
const PLACES: readonly string[] = ['usage', 'usageMetadata', 'usage_metadata'];
/** Ollama reports it beside the answer. */
const COUNTS: readonly string[] = ['prompt_eval_count', 'eval_count'];

/** The usage in an answer that was parsed: at its top, or in its `body`. What cannot be read has none. */
export function usageOf(answer: unknown): AskedTokens {
  try {
    for (const part of [answer, field(answer, 'body')]) {
      const usage = PLACES.map(name => field(part, name)).find(isObject);
      const text = JSON.stringify(usage ?? Object.fromEntries(COUNTS.map(name => [name, field(part, name)])));
      const found = usageIn(text);
      if (Object.keys(found).length > 0) return found;
    }
  } catch {
    // A getter that throws, or an object that contains itself.
  }
  return {};
}

const field = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

function total(text: string, names: RegExp, added: RegExp): number | undefined {
  const count = largest(text, names);
  return count === undefined ? undefined : count + (largest(text, added) ?? 0);
}

function largest(text: string, names: RegExp): number | undefined {
  let found: number | undefined;
  for (const match of text.matchAll(names)) found = Math.max(found ?? 0, Number(match[1]));
  return found;
}
