/** The command line as a process of its own, in a folder of its own. */
import {type ChildProcess, type StdioOptions, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import type {ResultLine} from '../../src/cli/result-line.ts';

const program = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class Workplace {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'steadfetch-cli-'));
  readonly #children: ChildProcess[] = [];

  /** @param stdio What the first three file descriptors of the process are. */
  start(
    args: readonly string[],
    env: Record<string, string> = {},
    stdio: StdioOptions = ['ignore', 'pipe', 'pipe'],
  ): ChildProcess {
    const child = spawn(process.execPath, ['--no-warnings', program, ...args], {
      cwd: this.folder,
      env: {...process.env, ...env},
      stdio,
    });
    this.#children.push(child);
    return child;
  }

  /** In a shell, where `$0` is Node and `$@` the program and its arguments. */
  shell(script: string, args: readonly string[], shell = '/bin/sh'): ChildProcess {
    const child = spawn(shell, ['-c', script, process.execPath, program, ...args], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    return child;
  }

  async run(args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
    return ended(this.start(args, env));
  }

  write(name: string, content: string): void {
    writeFileSync(join(this.folder, name), content);
  }

  /** @param bodies One request each, named `r-0`, `r-1` and so on. */
  writeRequests(name: string, bodies: readonly unknown[]): void {
    const lines = bodies.map((body, index) =>
      JSON.stringify({custom_id: `r-${index}`, method: 'POST', url: '/v1/x', body}),
    );
    this.write(name, `${lines.join('\n')}\n`);
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  results(name: string): ResultLine[] {
    return linesOf(this.read(name)) as ResultLine[];
  }

  /** Ends what a failed test left running. */
  remove(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.folder, {recursive: true, force: true});
  }
}

export const linesOf = (content: string): unknown[] =>
  content
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as unknown);

export async function ended(child: ChildProcess): Promise<Finished> {
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
  return {code: code as number | null, stdout, stderr};
}
