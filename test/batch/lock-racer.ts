/** A process that takes a lock on command: `take <path>` at a given time, then `release`. One reply per line. */
import {createInterface} from 'node:readline';
import {acquireLock, LockHeldError, type OwnerLock} from '../../src/batch/owner-lock.ts';

let lock: OwnerLock | undefined;
console.log('ready');
for await (const line of createInterface({input: process.stdin})) {
  const [command, path, at] = line.split(' ') as [string, string, string];
  if (command === 'release') {
    lock?.release();
    lock = undefined;
    console.log('released');
    continue;
  }
  // All racers begin at one moment, awake.
  while (Date.now() < Number(at));
  try {
    lock = acquireLock(path);
    console.log('taken');
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error;
    console.log(`held ${error.message}`);
  }
}
