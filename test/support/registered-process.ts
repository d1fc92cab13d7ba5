/** Programs that run under `node --import steadfetch/register`. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {entryUrl} from './programs.ts';

const REGISTER = ['--import', entryUrl('register')];

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Run {
  readonly env: NodeJS.ProcessEnv;
  /** The signal that the program gets once it has written its first line. */
  readonly kill?: NodeJS.Signals | undefined;
  /** Its standard input ends when this resolves. */
  readonly inputEnds?: Promise<unknown>;
  /** The source of a module that is imported before the program, and before `steadfetch/register`. */
  readonly earlier?: string | undefined;
  /** What runs Node, with the arguments before its own: a command that makes another environment. */
  readonly command?: readonly string[] | undefined;
}

/** Runs the source of a module to its end. Variables of OpenTelemetry and of Node are those given. */
export async function runRegistered(program: string, run: Run): Promise<Ended> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OTEL_|NODE_OPTIONS)/.test(name)));
  const earlier =
    run.earlier === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(run.earlier)}`];
  const node = [process.execPath, ...earlier, ...REGISTER, '--input-type=module', '--eval', program];
  const [command = '', ...given] = [...(run.command ?? []), ...node];
  const child = spawn(command, given, {
    env: {...clean, ...run.env},
    stdio: 'pipe',
    timeout: 50_000,
    killSignal: 'SIGKILL', // What does not end fails its test, and is not left behind.
  });
  child.stdin.on('error', () => {}); // The program may have ended before its input does.
  run.inputEnds?.then(() => child.stdin.end());
  child.stdout.once('data', () => {
    if (run.kill !== undefined) child.kill(run.kill);
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = await once(child, 'exit');
  const [stdout, stderr] = await output;
  return {code, signal, stdout, stderr};
}
