/** What the responses of a fault server hold: the format of OpenAI's chat completions, which most SDKs of model endpoints read. */
import type {ServiceRequest, StreamEvent} from '../simulate/service/service.ts';
import {errorEvent} from '../simulate/stream.ts';

/** The body of a success that is not an event stream, where the user gives none. */
export function successBody({url, inputTokens, outputTokens}: ServiceRequest): string {
  if (!/\/chat\/completions(?:\?|$)/.test(url)) return '{"ok":true}';
  const choice = {index: 0, message: {role: 'assistant', content: CONTENT}, finish_reason: 'stop'};
  const usage = {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
  return JSON.stringify({...HEAD, object: 'chat.completion', choices: [choice], usage});
}

const HEAD = {id: 'simulated', created: 0, model: 'simulated'} as const;
const CONTENT = 'simulated';

/** @param errorStatus Status that an error stands for. */
export function eventText(event: StreamEvent, errorStatus: number): string {
  switch (event) {
    case 'ping':
      return ': ping\n\n'; // A comment: an event of its own would be a chunk without choices to most SDKs.
    case 'content':
      return chunk({content: CONTENT}, null);
    case 'error':
      return errorEvent(errorStatus);
    case 'end':
      return `${chunk({}, 'stop')}data: [DONE]\n\n`;
  }
}

function chunk(delta: object, finishReason: string | null): string {
  const choice = {index: 0, delta, finish_reason: finishReason};
  return `data: ${JSON.stringify({...HEAD, object: 'chat.completion.chunk', choices: [choice]})}\n\n`;
}
