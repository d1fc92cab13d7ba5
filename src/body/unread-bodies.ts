/** Bodies that the caller does not read to the end: when the response is collected, its timer and its signal are released. */
import type {BodyListener} from './body-listener.ts';

/**
 * What it holds must not reach the object that is watched, or that object is never collected. An attempt does not reach its response:
 * it reaches neither the promise that the caller got nor a loop that keeps the last response. Null where the runtime has no registry.
 */
const unread =
  typeof FinalizationRegistry === 'undefined'
    ? null
    : new FinalizationRegistry<BodyListener>(listener => listener.ended());

/** @param object The response, or the reader of its stream. */
export function endWhenCollected(object: object, listener: BodyListener): void {
  unread?.register(object, listener);
}
