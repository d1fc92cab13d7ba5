/**
 * Tells a client above that retries, by a header on the response, that its call was given up.
 *
 * The headers of a response of fetch cannot be changed, and a new response would lose `url` and `type`. So the response gets a prototype that
 * returns a copy of the headers, with one more.
 */
import type {AttemptResponse} from '../core/outcome.ts';

interface Cloneable extends AttemptResponse {
  clone?(): Cloneable;
}

/**
 * @throws TypeError if the response cannot get another prototype, or has no `Headers`.
 * @see openai-node and anthropic-sdk-typescript, src/client.ts, shouldRetry
 */
export function refuseRetries(response: Cloneable): void {
  const native = Object.getPrototypeOf(response) as Cloneable;
  // Not always the global class: undici has its own.
  const headers = new (response.headers.constructor as typeof Headers)(response.headers as Headers);
  headers.set('x-should-retry', 'false');
  const clone = function (this: Cloneable): Cloneable {
    const copy = native.clone!.call(this);
    refuseRetries(copy);
    return copy;
  };
  Object.setPrototypeOf(response, Object.create(native, {headers: {value: headers}, clone: {value: clone}}) as object);
}
