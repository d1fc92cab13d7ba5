/** Requests with keys, and what a test wants to know of the answers. */
export const post = (key: string | null, body = '{"amount":1200}', headers: Record<string, string> = {}): Request =>
  new Request('https://shop.example/charges?dry=no', {
    method: 'POST',
    headers: {'content-type': 'application/json', ...(key !== null && {'idempotency-key': key}), ...headers},
    body,
  });

/** The code of a problem, or the text of another response. */
export async function told(response: Response): Promise<string> {
  const text = await response.text();
  const isProblem = response.headers.get('content-type') === 'application/problem+json';
  return `${response.status} ${isProblem ? (JSON.parse(text) as {code: string}).code : text}`;
}

/** A promise that is settled from outside. */
export function deferred<T>(): {readonly promise: Promise<T>; resolve(value: T): void; reject(error: unknown): void} {
  let [resolve, reject]: [(value: T) => void, (error: unknown) => void] = [() => {}, () => {}];
  const promise = new Promise<T>((...settle) => {
    [resolve, reject] = settle;
  });
  return {promise, resolve, reject};
}
