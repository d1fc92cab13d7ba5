/** Sends one line. */

import type {SendContext} from '../batch/types.ts';
import {type Answer, answer, answerOf} from '../transport/answer.ts';
import type {RequestLine} from './request-line.ts';
import type {LineResponse} from './result-line.ts';

export type SendLine = (line: RequestLine, context: SendContext) => Promise<Answer<LineResponse>>;

/** @param own Headers for every request. The engine's own are written over them. */
export function lineSender(own: Readonly<Record<string, string>>): SendLine {
  const withBody = {'content-type': 'application/json', ...own};
  return async ({method, url, body}, {headers, signal}) => {
    const hasBody = body !== undefined;
    const response = await fetch(url, {
      method,
      headers: {...(hasBody ? withBody : own), ...headers},
      signal,
      redirect: 'manual', // A batch takes it for a failure: headers and bodies are for one server.
      ...(hasBody && {body: JSON.stringify(body)}),
    });
    const {status, value} = await answerOf(response);
    const requestId = response.headers.get('x-request-id') ?? response.headers.get('request-id');
    return answer(status, {status_code: status, request_id: requestId, body: value ?? null}, response.headers);
  };
}
