/** Bodies that are left in the middle: what is collected without having been read to its end lets go of timer and signal. */
import type {BodyKeeper} from './body-listener.ts';

/**
 * What it holds must not reach the object that is watched, or that object is never collected. An attempt does not reach its response:
 * it reaches neither the promise that the caller got nor a loop that keeps the last response. Null where the runtime has no registry.
 */
const forgotten =
  typeof FinalizationRegistry === 'undefined' ? null : new FinalizationRegistry<BodyKeeper>(keeper => keeper.unlink());

/** @param object The response, or the reader of its stream. */
export function unlinkWhenCollected(object: object, keeper: BodyKeeper): void {
  forgotten?.register(object, keeper);
}
