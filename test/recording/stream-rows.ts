/** How event streams begin. */
import {events} from './answers.ts';
import type {Row, Rows} from './table.ts';

const content = {choices: [{index: 0, delta: {content: 'Hi'}}]};
const framed = (...chunks: string[]): Row => ({answer: {...events(), body: chunks}, method: 'POST', body: '{}'});
export const STREAMS: Rows = {
  'carriage returns': framed('data: {"choices":[]}\r\rdata: {"error":{"type":"api_error"}}\r\r'),
  'both, split between chunks': framed(
    'data: {"choices":[]}\r',
    '\n\r',
    '\ndata: {"error":',
    '{"type":"api_error"}}\r\n\r\n',
  ),
  'a carriage return at the end of a chunk': framed('data: {"error":{"type":"overloaded_error"}}\r', '\r'),
  'a line feed that ends the line of the chunk before': framed(
    'data: {"choices":\r',
    '\ndata: []}\r',
    '\n\r\ndata: {"error":{"type":"api_error"}}\r\n\r',
    '\n',
  ),
  'a byte order mark': framed('\ufeffdata: {"error":{"type":"api_error"}}\n\n'),
  'data in several lines': framed('data: {"error":\ndata: {"type":"rate_limit_error"}}\n\n'),
  'fields without values, ids, retries and comments': framed(
    ':c\nid: 1\nretry: 5\ndata\nevent\n\n',
    `data: ${JSON.stringify(content)}\n\n`,
  ),
  'an event without an end': framed('data: {"error":{"type":"api_error"}}'),
  'an event without an end, and a line': framed('data: {"error":{"type":"api_error"}}\n'),
  'an event in single bytes': framed(...'data: {"error":{"type":"api_error"}}\n\n'),
  'an error as a text': framed('data: {"error":"busy"}\n\n'),
  'an announcement that is nested deep': framed(
    `data: {"choices":${'['.repeat(9)}${']'.repeat(9)}}\n\n`,
    'data: {"error":{"type":"api_error"}}\n\n',
  ),
  'one that is nested too deep': framed(
    `data: {"choices":${'['.repeat(12)}${']'.repeat(12)}}\n\n`,
    'data: {"error":{"type":"api_error"}}\n\n',
  ),
  'an empty error': framed('data: {"error":""}\n\n', 'event: error\ndata: {}\n\n'),
  'an error of Google': framed('data: [{"error":{"code":503}}]\n\n'),
  'errors that are not transient': framed('data: {"error":{"type":"invalid_request_error"}}\n\n'),
  'a status in digits': framed('data: {"error":{"code":"504","message":"x"}}\n\n'),
  'announcements of Anthropic': framed(
    'event: message_start\ndata: {"type":"message_start","message":{"content":[]}}\n\n',
    'data: {"type":"content_block_start","content_block":{"type":"text","text":""}}\n\n',
    'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":""}}\n\n',
    'data: {"type":"error","error":{"type":"overloaded_error"}}\n\n',
  ),
  'a tool call of Anthropic': framed(
    'data: {"type":"content_block_start","content_block":{"type":"tool_use","name":"x"}}\n\n',
    'data: {"type":"error","error":{"type":"overloaded_error"}}\n\n',
  ),
  'announcements of OpenAI': framed(
    'data: {"type":"response.created","response":{"output":[]}}\n\n',
    'data: {"type":"response.output_item.added","item":{"type":"message","id":"1","content":[]}}\n\n',
    'data: {"type":"response.content_part.added","part":{"type":"output_text","text":""}}\n\n',
    'data: {"type":"response.output_text.delta","delta":""}\n\n',
    'data: {"type":"keepalive"}\n\n',
    'data: {"type":"response.failed","response":{"error":{"code":"server_is_overloaded"}}}\n\n',
  ),
  'announcements of Google and Cohere': framed(
    'data: {"candidates":[{"index":0,"content":{"role":"model","parts":[]}}]}\n\n',
    'data: {"usageMetadata":{"promptTokenCount":5}}\n\n',
    'data: {"type":"message-start","delta":{"message":{"role":"assistant","content":[]}}}\n\n',
    'data: {"type":"content-start","delta":{"message":{"content":{"type":"text","text":""}}}}\n\n',
    'data: {"error":{"status":"UNAVAILABLE"}}\n\n',
  ),
};

export const STREAM_CODES: readonly string[] = [
  ...['insufficient_quota', 'billing_error', 'enforced_spend_limit_reached', 'rate_limit_exceeded', 'slow_down'],
  ...['rate_limit_error', 'ThrottlingException', 'SlowDown', 'TooManyRequestsException', 'server_is_overloaded'],
  ...['overloaded_error', 'overloaded', 'server_error', 'api_error', 'timeout_error', 'ModelTimeoutException'],
  ...['ModelErrorException', 'ModelStreamErrorException', 'InternalServerException', 'invalid_request_error'],
  ...['authentication_error', 'permission_error', 'not_found_error', 'request_too_large', 'ValidationException'],
  ...['AccessDeniedException', 'ModelNotReadyException', 'ServiceUnavailableException', 'unknown_error'],
];
