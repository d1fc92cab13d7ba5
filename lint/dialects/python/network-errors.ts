/** Errors of the network, by their names: after them the same request may succeed. */

import type {PythonModule} from '../../source/python/module.ts';
import type {ErrorNames} from './clients/table.ts';

export const NETWORK: RegExp =
  /(?:Connect|Timeout|RateLimit|API|Api|HTTP|Http|Service|Server|Network|Transport|Unavailable|Throttl|Request|URL|Client|Remote|Protocol|Overload|Resource)\w*$/;

export const areNetwork = (classes: readonly string[] | undefined): boolean =>
  classes?.some(each => NETWORK.test(each)) ?? false;

/** The last word of a class; of one of socket, which are too short alone, all of it. */
export const wordOf = (name: string): string => name.replace(/^(?!socket\.).*\./, '');

/** Whether a retrier waits for a server to get better. What is caught besides may be an answer that is asked for again. */
export const goesOverNetwork = (errors: ErrorNames): boolean =>
  errors === 'every' || (typeof errors !== 'string' && areNetwork(errors.map(wordOf)));

/** How each library names the errors that pass. */
export const PASSING: readonly (readonly [RegExp, string])[] = [
  [/^openai\b/, '(openai.RateLimitError, openai.APIConnectionError)'],
  [/^anthropic\b/, '(anthropic.RateLimitError, anthropic.APIConnectionError)'],
  [/^litellm\b/, '(litellm.RateLimitError, litellm.APIConnectionError)'],
  [/^requests\b/, '(requests.ConnectionError, requests.Timeout)'],
  [/^httpx\b/, 'httpx.TransportError'],
  [/^aiohttp\b/, '(aiohttp.ClientConnectionError, asyncio.TimeoutError)'],
  [/^(?:boto3|botocore)\b/, '(EndpointConnectionError, ReadTimeoutError)'],
  [/^google\b/, '(ServiceUnavailable, TooManyRequests)'],
  [/^urllib\b/, '(urllib.error.URLError, TimeoutError)'],
];

/** The errors that pass, of the library that a file imports. */
export function passingErrors(module: PythonModule): string {
  const used = PASSING.filter(([library]) => module.names.modules.some(each => library.test(each)));
  const only = used.length === 1 && CLIENTS.test(used[0]![1]) ? used[0]![1] : undefined;
  return only ?? '(RateLimitError, APIConnectionError)';
}

/** Libraries of HTTP, which know no RateLimitError. */
const CLIENTS = /^\(?(?:requests|httpx|aiohttp)\./;
