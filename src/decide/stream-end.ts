/**
 * The end marks of models' streams. A stream that ends without one was cut off: by a proxy, or by a server that stopped.
 *
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 * @see https://docs.claude.com/en/docs/build-with-claude/streaming
 * @see https://ai.google.dev/api/generate-content
 * @see https://docs.cohere.com/v2/docs/streaming
 */
import {parsedText} from '../core/unknown-value.ts';

/** What the first events of a format have, and the end mark that follows. `choices` alone are no format: not every server that has them writes reasons. */
const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/"(?:finish_reason|chat\.completion\.chunk|text_completion)"/, 'finish_reason or [DONE]'],
  [/"stop_reason"|"message_start".*"model"/, 'message_stop'],
  [/"response\.created"/, 'response.completed'],
  [/"candidates" ?: *\[\{"content" ?: *\{/, 'finishReason'],
  [/"message-start"/, 'message-end'],
];

/** The end mark that every stream with this event has; undefined where the format is unknown. */
export const endMarkOf = (data: string): string | undefined => FORMATS.find(([format]) => format.test(data))?.[1];

/**
 * The end marks of all formats, and errors, which end a stream too. In the text of a stream, because an event can be larger than any
 * limit. Quotes inside a JSON string are escaped, so what a model writes is not taken for a mark.
 */
const MARK =
  /[\r\n]data: *\[DONE\]|"(?:type|object)" ?: *"(?:error|message.(?:stop|end)|response\.(?:completed|incomplete|failed|cancell?ed|done))"|"(?:finish_r|finishR|stop_r)eason" ?: *(?:"[^"]|\d)|"blockReason"|"error" ?: *["{]/;

/** Characters of an event that are kept for its next chunk. What is nested deeply in a longer event may be taken for a mark. */
const LONGEST_LINE = 16_384;
/** Levels of a mark. Gemini writes the arguments of a function as JSON, eight levels deep, with any names that the function has. */
const DEEPEST_MARK = 5;

/** Without a state, which takes 1 µs more per chunk: what is looked for is ASCII, so a character that is cut does no harm. */
const decoder = new TextDecoder();

export const asText = (chunk: Uint8Array): string => decoder.decode(chunk);

/** Looks for an end mark in the chunks of a stream. */
export class EndMarkSearch {
  /** The last line so far. A line begins where the stream begins. */
  #line = '\n';
  #hasFound = false;

  read(chunk: Uint8Array): void {
    if (this.#hasFound) return;
    const text = this.#line + asText(chunk);
    const line = `\n${text.split(/[\r\n]/).at(-1)}`;
    // What may be cut off counts at the end, or where it is too long to be kept.
    this.#hasFound = hasMark(line.length > LONGEST_LINE ? text : text.slice(0, -line.length));
    this.#line = line.slice(-LONGEST_LINE);
  }

  /** Whether a mark came, and its line whole. The line need not be ended. */
  hasFound(): boolean {
    const line = this.#line;
    const data = line.slice('\ndata:'.length).replace('DONE', '0');
    return this.#hasFound || (hasMark(line) && parsedText(data) !== undefined);
  }
}

const hasMark = (text: string): boolean => MARK.test(text) && MARK.test(shallow(text));

/** Without the names and strings of what is nested too deeply for a mark. */
function shallow(text: string): string {
  let depth = 0;
  // A string that goes on in the next chunk ends with the text.
  return text.replace(/"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|([{[])|[}\]]/g, (token, opens) => {
    if (token[0] !== '"') depth += opens ? 1 : -1;
    return depth > DEEPEST_MARK ? '' : token;
  });
}
