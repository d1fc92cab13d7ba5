/** The tokens that a request to a model endpoint asks for, by its JSON body. */

import {fieldOf, parsedText} from '../core/unknown-value.ts';

export interface AskedTokens {
  /** An estimate of the tokens of the prompt. Undefined if the body is not a JSON object. */
  readonly inputTokens?: number;
  /** The most that may be generated. Undefined where the body sets no limit. */
  readonly outputTokens?: number;
}

const UNKNOWN: AskedTokens = Object.freeze({});

/** English text and JSON have about four bytes a token, which is what OpenAI's own limiter assumes. */
const BYTES_PER_TOKEN = 4;
/** An image or a file in base64. Vendors count images by area: OpenAI 85 to 1,105 tokens, Anthropic up to 1,600. */
const ATTACHMENT = /[A-Za-z0-9+/=_-]{2048,1000000}/g; // V8 throws where a match of five million characters has no limit.
const TOKENS_PER_ATTACHMENT = 1000;

/** The fields in which vendors limit the generated tokens. */
const OUTPUT_LIMITS: readonly (readonly string[])[] = [
  ['max_completion_tokens'], // OpenAI chat completions
  ['max_output_tokens'], // OpenAI responses
  ['max_tokens'], // OpenAI before, Anthropic, Mistral, vLLM
  ['generationConfig', 'maxOutputTokens'], // Gemini, Vertex
  ['inferenceConfig', 'maxTokens'], // Bedrock Converse
  ['parameters', 'max_new_tokens'], // Hugging Face TGI
  ['options', 'num_predict'], // Ollama
];
/** A body without any of these need not be parsed. */
const OUTPUT_LIMIT_NAMES: readonly string[] = OUTPUT_LIMITS.map(path => `"${path.at(-1)}"`);

/** @param text The body of the request; undefined where it is not known. */
export function askedTokens(text: string | undefined): AskedTokens {
  if (text === undefined || !/^\s*\{/.test(text)) return UNKNOWN;
  const inputTokens = estimatedTokens(text);
  const outputTokens = OUTPUT_LIMIT_NAMES.some(name => text.includes(name)) ? outputLimit(text) : undefined;
  return outputTokens === undefined ? {inputTokens} : {inputTokens, outputTokens};
}

function estimatedTokens(text: string): number {
  const attachments = text.match(ATTACHMENT) ?? [];
  const bytes = new TextEncoder().encode(text).byteLength - attachments.join('').length;
  return Math.ceil(bytes / BYTES_PER_TOKEN) + attachments.length * TOKENS_PER_ATTACHMENT;
}

/** The largest of the limits, where a body names several. Values that are no count are ignored: the server refuses them. */
function outputLimit(text: string): number | undefined {
  const body = parsedText(text);
  let largest: number | undefined;
  for (const path of OUTPUT_LIMITS) {
    const value = path.reduce<unknown>((node, name) => fieldOf(node, name), body);
    if (Number.isSafeInteger(value) && (value as number) > 0) largest = Math.max(largest ?? 0, value as number);
  }
  return largest;
}
