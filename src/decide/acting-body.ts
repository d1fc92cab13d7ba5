/** Whether an inference request changes something, by its JSON body: a second send then does more than cost tokens. */
import {fieldOf, parsedText} from '../core/unknown-value.ts';

/**
 * Fields that no request has by default. A conversation gets question and answer once more (OpenAI responses, Cohere chat v1); a job is made once
 * more (OpenAI responses, xAI chat completions); remote tools act once more (Anthropic); someone is told once more (Replicate).
 */
const ACTING = ['conversation', 'conversation_id', 'background', 'deferred', 'mcp_servers', 'mcpServers', 'webhook'];
/** A body without any of these need not be parsed. A name may be written with escapes. */
const MAY_ACT = /conv|backg|defer|mcp|webh|contai|\\u/;

/** @param text The body of the request; undefined where it is not known. */
export function bodyActs(text: string = ''): boolean {
  const body = MAY_ACT.test(text) ? parsedText(text.replace('\uFEFF', '')) : null;
  return [body].concat(fieldOf(body, 'tools') ?? []).some(partActs);
}

/** A body; or a tool: remote ones (OpenAI, xAI, Groq), and a container that outlives the request, by its id (Anthropic, OpenAI). */
function partActs(part: unknown): boolean {
  const at = (name: string): unknown => fieldOf(part, name);
  const container = at('container');
  return (
    `${at('type')}`.startsWith('mcp') ||
    [
      ...ACTING.map(at),
      fieldOf(container, 'id'),
      typeof container === 'string' && container,
      fieldOf(at('environment'), 'container_id'),
    ].some(isSet)
  );
}

/** Not null, false, an empty text or list, a container that is made anew, or the background of an image. */
const isSet = (value: unknown): boolean => !/^(auto|opaque|transparent)?$/.test(`${value || ''}`);
