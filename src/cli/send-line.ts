/** Sends one line. */

import type {SendContext} from '../batch/types.ts';
import {type Answer, answer, answerOf} from '../transport/answer.ts';
import type {LineHeaders} from './endpoint-headers.ts';
import type {RequestLine} from './request-line.ts';
import type {LineResponse} from './result-line.ts';

export type SendLine = (line: RequestLine, context: SendContext) => Promise<Answer<LineResponse>>;

/** @param given The engine's own headers are written over these. */
export function lineSender({own, byEndpoint}: LineHeaders): SendLine {
  return async (line, {headers, url, endpoint = '', signal}) => {
    const init = requestInit(line, {...(url === line.url ? own : {}), ...byEndpoint[endpoint]});
    const response = await fetch(url, {...init, headers: {...init.headers, ...headers}, signal});
    const {status, value} = await answerOf(response);
    const requestId = response.headers.get('x-request-id') ?? response.headers.get('request-id');
    return answer(status, {status_code: status, request_id: requestId, body: value ?? null}, response.headers);
  };
}

interface LineInit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly redirect: 'manual';
  readonly body?: string;
}

/** What fetch is called with for a line. A redirect is not followed: headers and bodies are for one server. */
export function requestInit(
  {method, body}: Pick<RequestLine, 'method' | 'body'>,
  own: Readonly<Record<string, string>>,
): LineInit {
  if (body === undefined) return {method, headers: own, redirect: 'manual'};
  return {
    method,
    headers: {'content-type': 'application/json', ...own},
    redirect: 'manual',
    body: JSON.stringify(body),
  };
}
