/** The memory of a thread that simulates. Only a thread can bound the memory that V8 gives to short-lived objects. */
import type {ResourceLimits} from 'node:worker_threads';

/**
 * V8 gives short-lived objects up to 96 MB and collects the others rarely where its limit is several GB. With these limits an overload, in
 * which thousands of calls wait, takes 150 MB instead of 280, and 5 to 10 % more time.
 *
 * @param mostMb For the calls that wait at a time: 1,536 MB hold about a million.
 */
export const memoryLimits = (mostMb: number): ResourceLimits => ({
  maxYoungGenerationSizeMb: 24,
  maxOldGenerationSizeMb: mostMb,
});

/** What to say of a thread that ended by this error, if `mostMb` was too little for it. */
export function outOfMemory(error: unknown, mostMb: number): string | undefined {
  const {code} = error as NodeJS.ErrnoException;
  return code === 'ERR_WORKER_OUT_OF_MEMORY' ? `The calls that wait at a time take more than ${mostMb} MB` : undefined;
}
