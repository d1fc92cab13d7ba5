/** Runs tests in a copy of the sources, where a change that deletes files or never ends does no harm. */
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const project = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const confine = fileURLToPath(new URL('confine.sh', import.meta.url));
const NAMESPACES = ['--mount', '--net', '--pid', '--ipc', '--fork', '--kill-child'];

export interface Limits {
  /** For each process. A busy machine needs no more of it, unlike time. */
  readonly cpuSeconds: number;
  /** For the run. What waits for ever uses no CPU. */
  readonly seconds: number;
}

export interface Run {
  /** `limit`: a limit ended the run. */
  readonly end: 'passed' | 'failed' | 'limit';
  readonly output: string;
  readonly ms: number;
}

/** Tracked files, and new ones that git does not ignore. */
export function filesOfProject(): string[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {cwd: project, encoding: 'utf8'});
  return [...new Set(listed.split('\0'))].filter(path => path !== '' && existsSync(join(project, path)));
}

export class Sandbox {
  /** The copy. */
  readonly tree: string;
  /** Emptied before each run; the tests may write into it. */
  readonly output: string;
  readonly #home = mkdtempSync(join(tmpdir(), 'mutate-'));
  readonly #confined: boolean;

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
    const limited = ['sh', '-c', 'ulimit -t "$0" && "$@"', String(cpuSeconds), process.execPath, ...args];
    const [program, ...rest] = this.#confined ? ['unshare', ...this.#command(limited)] : limited;
    const started = performance.now();
    const child = spawn(program!, rest, {
      cwd: this.tree,
      env: {...process.env, ...env},
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => {
        output = (output + chunk).slice(-20_000);
      });
    }
    const end = (): void => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // No process of the group is left.
      }
    };
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end();
    }, seconds * 1_000);
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    clearTimeout(timer);
    end();
    child.stdout.destroy();
    child.stderr.destroy();
    const ms = performance.now() - started;
    // 128 + SIGXCPU, and SIGKILL, which follows it.
    const limit = late || status === 152 || status === 137;
    return {end: limit ? 'limit' : status === 0 ? 'passed' : 'failed', output, ms};
  }

  remove(): void {
    rmSync(this.#home, {recursive: true, force: true});
  }

  #command(program: readonly string[]): string[] {
    const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
    const places = [join(this.#home, 'root'), project, this.tree, this.output];
    return [...asRoot, ...NAMESPACES, 'sh', confine, ...places, ...program];
  }
}
