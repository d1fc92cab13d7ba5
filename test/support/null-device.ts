/** A device of one's own, which takes everything like `/dev/null`: a program that fails this test must not break the machine. */
import {execFileSync} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';

/** @returns False where this user may make none, or none can be opened in the folder. */
export function makeNullDevice(path: string): boolean {
  try {
    execFileSync('mknod', ['-m', '666', path, 'c', '1', '3'], {stdio: 'ignore'});
    closeSync(openSync(path, 'w'));
    return true;
  } catch {
    return false;
  }
}
