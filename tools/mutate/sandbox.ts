/** Runs tests in a copy of the sources, where a change that deletes files or never ends does no harm. */
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {availableParallelism, loadavg, tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const project = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const confine = fileURLToPath(new URL('confine.sh', import.meta.url));
/** The last line of `times` is what the children used. */
const LIMITED = 'ulimit -t "$0"; times=$1; shift; "$@"; status=$?; times > "$times"; exit $status';
const NAMESPACES = ['--mount', '--net', '--pid', '--ipc', '--fork', '--kill-child'];

export interface Limits {
  /** For each process. A busy machine needs no more of it, unlike time. */
  readonly cpuSeconds: number;
  /** For the run, on a machine that does nothing else: what waits for ever uses no CPU. Longer on a busy one. */
  readonly seconds: number;
}

export interface Run {
  /** `limit`: a limit ended the run. */
  readonly end: 'passed' | 'failed' | 'limit';
  readonly output: string;
  /** Time of the processor that its processes used. */
  readonly cpuMs: number;
}

/** Tracked files, and new ones that git does not ignore. */
export function filesOfProject(): string[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {cwd: project, encoding: 'utf8'});
  return [...new Set(listed.split('\0'))].filter(path => path !== '' && existsSync(join(project, path)));
}

/** How many programs share a processor. */
export const slowness = (): number => Math.max(1, loadavg()[0]! / availableParallelism());

export class Sandbox {
  /** The copy. */
  readonly tree: string;
  /** Emptied before each run; the tests may write into it. */
  readonly output: string;
  readonly #home = mkdtempSync(join(tmpdir(), 'mutate-'));
  readonly #confined: boolean;
  /** Ends the run. */
  #end = (): void => {};

  constructor(files: readonly string[], confined: boolean) {
    this.#confined = confined;
    this.tree = join(this.#home, 'tree');
    this.output = join(this.#home, 'output');
    for (const file of files) {
      mkdirSync(dirname(join(this.tree, file)), {recursive: true});
      cpSync(join(project, file), join(this.tree, file));
    }
    // Some tests ask git which files there are.
    for (const shared of ['node_modules', '.git']) symlinkSync(join(project, shared), join(this.tree, shared));
    mkdirSync(join(this.#home, 'root'));
    mkdirSync(this.output);
  }

  /** Why programs cannot be confined on this machine, or undefined. */
  whyNotConfined(): string | undefined {
    const {status, stderr, error} = spawnSync('unshare', this.#command(['true']), {encoding: 'utf8'});
    return status === 0 ? undefined : (error?.message ?? stderr.trim());
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.tree, file), text);
  }

  async node(args: readonly string[], env: NodeJS.ProcessEnv, {cpuSeconds, seconds}: Limits): Promise<Run> {
    for (const name of readdirSync(this.output)) rmSync(join(this.output, name), {recursive: true});
    const times = join(this.output, 'times');
    const limited = ['sh', '-c', LIMITED, String(cpuSeconds), times, process.execPath, ...args];
    const [program, ...rest] = this.#confined ? ['unshare', ...this.#command(limited)] : limited;
    const child = spawn(program!, rest, {
      cwd: this.tree,
      env: {...process.env, ...env},
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => {
        output = (output + chunk).slice(-100_000);
      });
    }
    this.#end = () => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // No process of the group is left.
      }
    };
    let late = false;
    const timer = setTimeout(
      () => {
        late = true;
        this.#end();
      },
      seconds * slowness() * 1_000,
    );
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    clearTimeout(timer);
    this.#end();
    this.#end = () => {};
    child.stdout.destroy();
    child.stderr.destroy();
    // 128 + SIGXCPU, and SIGKILL, which follows it.
    const limit = late || status === 152 || status === 137;
    return {end: limit ? 'limit' : status === 0 ? 'passed' : 'failed', output, cpuMs: usedMs(times)};
  }

  /** Ends the run, and removes the copy. */
  remove(): void {
    this.#end();
    rmSync(this.#home, {recursive: true, force: true});
  }

  #command(program: readonly string[]): string[] {
    const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    const places = [join(this.#home, 'root'), project, this.tree, this.output];
    return [...asRoot, ...NAMESPACES, 'sh', confine, ...places, ...program];
  }
}

/** The processes that were killed, or not waited for, are not counted. */
function usedMs(times: string): number {
  if (!existsSync(times)) return 0;
  const used = [
    ...readFileSync(times, 'utf8')
      .trim()
      .split('\n')
      .at(-1)!
      .matchAll(/(\d+)m([\d.]+)s/g),
  ];
  return Math.round(
    used.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1_000, 0),
  );
}
