/**
 * The meaning of an event in a model's stream: nothing yet, an error, or content.
 *
 * Only an event that a row of the table describes as empty counts as nothing. All others are content, so that no unknown event is held back.
 */
import {fieldOf, isRecord, parsedText} from '../core/unknown-value.ts';
import type {StreamEvent} from './event-stream.ts';

export type EventMeaning =
  /** A ping, an empty chunk, or an announcement of later events. */
  | {readonly kind: 'nothing'}
  | {readonly kind: 'content'}
  /** @see StreamErrorBody */
  | {readonly kind: 'error'; readonly body: StreamErrorBody};

/** The JSON of an error, in the format of the body of an error response. */
export type StreamErrorBody = Readonly<Record<string, unknown>>;

/** A kind of event that can come before any content. */
export interface Announcement {
  /** The events of this kind: those with this name in `type` or in the `event` field, or those whose data has this field. */
  readonly event: {readonly type: string} | {readonly field: string};
  /** Paths into the data where content would be. Content is empty if everything there but the labels is null, "", [] or {}. */
  readonly content: readonly string[];
  /** Fields below these paths that are not content. */
  readonly labels: readonly string[];
  /** The event is an announcement only if this path has this value. */
  readonly only?: {readonly path: string; readonly value: string};
}

/**
 * @see https://docs.claude.com/en/docs/build-with-claude/streaming
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 * @see https://ai.google.dev/api/generate-content
 * @see https://docs.cohere.com/v2/docs/streaming
 */
export const ANNOUNCEMENTS: readonly Announcement[] = [
  // Anthropic.
  typed('message_start', ['message.content']),
  typed('content_block_start', ['content_block'], ['type'], 'content_block.type', 'text'),
  typed('content_block_delta', ['delta'], ['type']),
  // OpenAI, and its format elsewhere: Azure, vLLM, TGI, Mistral, Groq, DeepSeek, OpenRouter, llama.cpp, Ollama.
  {event: {field: 'choices'}, content: ['choices'], labels: ['index', 'role']},
  ...['response.created', 'response.queued', 'response.in_progress'].map(type => typed(type, ['response.output'])),
  typed('response.output_item.added', ['item'], ['id', 'type', 'status', 'role', 'phase'], 'item.type', 'message'),
  typed('response.content_part.added', ['part'], ['type'], 'part.type', 'output_text'),
  typed('response.output_text.delta', ['delta']),
  // Google.
  ...['candidates', 'usageMetadata'].map(field => ({
    event: {field},
    content: ['candidates', 'promptFeedback'],
    labels: ['index', 'role'],
  })),
  // Cohere.
  typed('message-start', ['delta.message'], ['role']),
  typed('content-start', ['delta.message'], ['type'], 'delta.message.content.type', 'text'),
];

/** @param path Left out: the event is an announcement whatever it has. */
function typed(
  type: string,
  content: readonly string[],
  labels: readonly string[] = [],
  path = '',
  value = '',
): Announcement {
  return {event: {type}, content, labels, ...(path && {only: {path, value}})};
}

/** Whether events of this name only keep a connection open, whatever their data: those of the table, and other common ones. */
export const isPing = (name: string): boolean => /^(?:ping|keep-?alive|heartbeat)$/.test(name);

const NOTHING: EventMeaning = {kind: 'nothing'};
const CONTENT: EventMeaning = {kind: 'content'};

export function meaningOf({name, data}: StreamEvent): EventMeaning {
  if (isPing(name) || data === '') return NOTHING;
  const fields = data === null ? null : fieldsOf(data);
  if (fields === null) return CONTENT; // `[DONE]`, an event that is too large, or data that is not a JSON object.
  const type = typeof fields.type === 'string' ? fields.type : name;
  const body = errorIn(fields, type);
  if (body !== null) return {kind: 'error', body};
  if (isPing(type)) return NOTHING;
  const row = ANNOUNCEMENTS.find(each => isOf(each, fields, type));
  return row?.content.every(path => isEmpty(at(fields, path), row.labels)) ? NOTHING : CONTENT;
}

/**
 * The error in an event; null if the event is not an error.
 *
 * Anthropic and OpenAI's Responses API name the event `error`; the others have a field `error`. `response.failed` has that field inside
 * `response`; older versions of vLLM have the fields of the error at the top level.
 */
function errorIn(fields: Fields, type: string): StreamErrorBody | null {
  if (type === 'response.failed') return isRecord(fields.response) ? fields.response : null;
  const hasError = isRecord(fields.error) || (typeof fields.error === 'string' && fields.error !== '');
  return hasError || type === 'error' || fields.object === 'error' ? fields : null;
}

function isOf({event, only}: Announcement, fields: Fields, type: string): boolean {
  const isNamed = 'type' in event ? event.type === type : event.field in fields;
  return isNamed && (only === undefined || at(fields, only.path) === only.value);
}

/** No model's chunk is nested deeper. Anything deeper counts as content, so that no server can exhaust the stack. */
const MAX_DEPTH = 10;

function isEmpty(value: unknown, labels: readonly string[], depth = 0): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (typeof value !== 'object' || depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every(each => isEmpty(each, labels, depth + 1));
  return Object.entries(value).every(([key, each]) => labels.includes(key) || isEmpty(each, labels, depth + 1));
}

type Fields = Readonly<Record<string, unknown>>;

const at = (fields: Fields, path: string): unknown =>
  path.split('.').reduce<unknown>((found, key) => fieldOf(found, key), fields);

/** Null if the data is not a JSON object. */
function fieldsOf(data: string): Fields | null {
  if (!data.trimStart().startsWith('{')) return null;
  const value = parsedText(data);
  return isRecord(value) ? value : null;
}
