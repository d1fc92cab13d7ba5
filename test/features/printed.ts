import {execFile} from 'node:child_process';
import {promisify} from 'node:util';

export const SOURCE: string = new URL('../../src/', import.meta.url).href;

/** What a program prints, in a process that has allowed no feature. */
export async function printed(lines: readonly string[]): Promise<string> {
  const program = lines.join('\n');
  const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return stdout.trim();
}
