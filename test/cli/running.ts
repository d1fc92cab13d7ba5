/** The command line in a folder of its own: as a process of its own, or within this one, which takes a tenth of the time. */
import {type ChildProcess, type StdioOptions, spawn} from 'node:child_process';
import {EventEmitter, once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough, Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {runCommand} from '../../src/cli/command.ts';
import type {ResultLine} from '../../src/cli/result-line.ts';
import {steadfetchProgram} from '../support/programs.ts';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Whether a command runs within this process. */
let isCalling = false;

export class Workplace {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'steadfetch-cli-'));
  readonly #children: ChildProcess[] = [];

  /** @param stdio What the first three file descriptors of the process are. */
  start(
    args: readonly string[],
    env: Record<string, string> = {},
    stdio: StdioOptions = ['ignore', 'pipe', 'pipe'],
  ): ChildProcess {
    const child = spawn(process.execPath, ['--no-warnings', steadfetchProgram, ...args], {
      cwd: this.folder,
      env: {...process.env, ...env},
      stdio,
    });
    this.#children.push(child);
    return child;
  }

  /** In a shell, where `$0` is Node and `$@` the program and its arguments. */
  shell(script: string, args: readonly string[], shell = '/bin/sh'): ChildProcess {
    const child = spawn(shell, ['-c', script, process.execPath, steadfetchProgram, ...args], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    return child;
  }

  async run(args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
    return ended(this.start(args, env));
  }

  /** Within this process: for what needs no standard input, signal, or file descriptor of its own. One at a time. */
  async call(args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
    if (isCalling)
      throw new Error('Another command has the working folder of this process: run this one in a process of its own.');
    isCalling = true;
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const printed = Promise.all([text(stdout), text(stderr)]);
    const before = process.cwd();
    const {write} = process.stdout;
    process.chdir(this.folder);
    process.stdout.write = () => {
      throw new Error('The command writes to the standard output of this process: run it in one of its own.');
    };
    try {
      const code = await runCommand(args, processOf(stdout, stderr, {...process.env, ...env}));
      stdout.end();
      stderr.end();
      const [out, err] = await printed;
      return {code, stdout: out, stderr: err};
    } finally {
      process.stdout.write = write;
      process.chdir(before);
      isCalling = false;
    }
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

/** What commands use of their process. Signals are events of its own, and nothing ends it. */
function processOf(stdout: PassThrough, stderr: PassThrough, env: NodeJS.ProcessEnv): NodeJS.Process {
  const exit = (code: number): never => {
    throw new Error(`process.exit(${code})`);
  };
  const own = {stdout, stderr, stdin: Readable.from([]), env, exit, platform: process.platform, cwd: process.cwd};
  return Object.assign(new EventEmitter(), own) as EventEmitter as NodeJS.Process;
}

/** ECharts numbers the names within its drawings in the order in which a process makes them. */
export const sameNames = (page: string): string => page.replaceAll(/\bzr\d+-c(?:ls-)?\d+/g, 'name');

export const linesOf = (content: string): unknown[] =>
  content
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as unknown);

export async function ended(child: ChildProcess): Promise<Finished> {
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
  return {code: code as number | null, stdout, stderr};
}
