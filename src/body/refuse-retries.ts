/**
 * Tells a client above that retries, by a header on the response, that its call was given up.
 *
 * The response stays the object that fetch returned, because a new one would lose `url` and `type`, and its headers cannot be changed. It gets a
 * prototype whose headers are others.
 */
import type {AttemptResponse} from '../core/outcome.ts';

interface Cloneable extends AttemptResponse {
  clone?(): Cloneable;
}

/**
 * @throws TypeError if it cannot get another prototype, or its headers are none of fetch's.
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
