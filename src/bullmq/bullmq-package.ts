/** The package bullmq, which is loaded when a queue is opened: a package that a static import misses cannot be caught. */
import {createRequire} from 'node:module';
import type * as Bullmq from 'bullmq';
import {SteadfetchError} from '../core/errors.ts';

/** @throws SteadfetchError with code PEER_PACKAGE if bullmq is missing or older than 6. */
export function loadBullmq(): typeof Bullmq {
  try {
    const bullmq: typeof Bullmq = createRequire(import.meta.url)('bullmq');
    // Version 6 brought it, and takes node-redis as well as ioredis.
    if ('RedisQueueBackend' in bullmq) return bullmq;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
  }
  throw new SteadfetchError(
    'PEER_PACKAGE',
    'steadfetch/bullmq needs bullmq 6 or later: run "npm install bullmq", and redis or ioredis to connect with.',
  );
}
