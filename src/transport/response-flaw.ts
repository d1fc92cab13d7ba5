/** What a custom fetch answered with: it may be anything. */
import type {AttemptResponse} from '../core/outcome.ts';

/**
 * Why it is no response, as the options of an error; null where it is one. All that is read of the response later is read here, where it
 * may throw.
 */
export function responseFlaw(response: AttemptResponse & {readonly body?: unknown}): ErrorOptions | null {
  try {
    const {status, headers, body: _} = response;
    if (typeof status !== 'number') return {};
    // A Map says undefined where headers say null. What tests make up for a success has none, and needs none.
    if (!(status >= 400)) return null;
    const said: unknown = headers.get('retry-after');
    return said === null || typeof said === 'string' ? null : {};
  } catch (cause) {
    return {cause};
  }
}
