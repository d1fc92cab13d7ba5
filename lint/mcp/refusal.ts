/** What is wrong with a request before its method is looked at. The protocol's own reader drops such a request, and its sender waits for an answer. */

export interface Refusal {
  readonly id: string | number;
  readonly error: {readonly code: number; readonly message: string};
}

/** A request that is no object of this kind is short. */
const LONGEST = 100_000;

const [INVALID_REQUEST, INVALID_PARAMS] = [-32600, -32602];

/** @returns undefined for what the protocol reads, and for what has no id to answer to. */
export function refusalOf(line: Buffer): Refusal | undefined {
  if (line.length > LONGEST) return undefined;
  const {id, method, params} = fieldsOf(String(line));
  if ((typeof id !== 'string' && typeof id !== 'number') || method === undefined) return undefined;
  const refuse = (code: number, message: string): Refusal => ({id, error: {code, message}});
  if (typeof method !== 'string')
    return refuse(INVALID_REQUEST, `Invalid request: method must be a text, got ${shown(method)}.`);
  if (Array.isArray(params)) return refuse(INVALID_PARAMS, 'Invalid params: params must be an object, got a list.');
  if (params === undefined || (typeof params === 'object' && params !== null)) return undefined;
  return refuse(INVALID_REQUEST, `Invalid request: params must be an object, or left out, got ${shown(params)}.`);
}

const shown = (value: unknown): string => JSON.stringify(value).slice(0, 100);

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
