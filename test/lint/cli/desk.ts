/** A folder of its own, and retry-lint run in it, in this process: what it prints and how it ends. */
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {PassThrough} from 'node:stream';
import {run} from '../../../lint/cli.ts';
import type {Dialect} from '../../../lint/dialects/dialect.ts';
import type {Io, Stream} from '../../../lint/io/io.ts';
import {afterEachTest} from '../../support/after-each.ts';

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A terminal, or none, that remembers. */
export class Paper implements Stream {
  text = '';
  readonly isTerminal: boolean;
  readonly columns: number;

  constructor(columns?: number) {
    this.isTerminal = columns !== undefined;
    this.columns = columns ?? Number.POSITIVE_INFINITY;
  }

  write(text: string): void {
    this.text += text;
  }
}

/** In ms. */
const MINUTE = 60_000;

const folders: string[] = [];

afterEachTest(() => {
  for (const folder of folders.splice(0)) rmSync(folder, {recursive: true, force: true});
});

export class Desk {
  readonly folder: string;
  /** What is on standard input. */
  input = '';
  /** What a command reads and writes that talks with another program. */
  readonly streams: {readonly input: PassThrough; readonly output: PassThrough} = {
    input: new PassThrough(),
    output: new PassThrough(),
  };
  env: Record<string, string> = {};
  out: Paper = new Paper();
  err: Paper = new Paper();
  interrupted: Promise<void> = new Promise(() => {});
  /** The languages that are looked for in every file, in place of the built-in ones. */
  dialects: readonly Dialect[] | undefined;
  /** Asked once for each policy, after it was read. */
  today = (): string => '2026-11-24';

  /** @param folder One that another desk made and removes. Default: a new one. */
  constructor(files: Readonly<Record<string, string>> = {}, folder?: string) {
    this.folder = folder ?? realpathSync(mkdtempSync(join(tmpdir(), 'retry-lint-')));
    if (folder === undefined) folders.push(this.folder);
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  /** A desk that outlives the test. Its creator removes it. */
  static lasting(): Desk {
    const desk = new Desk();
    folders.splice(folders.indexOf(desk.folder), 1);
    return desk;
  }

  at(path: string): string {
    return join(this.folder, path);
  }

  write(path: string, text: string | Uint8Array): void {
    mkdirSync(dirname(this.at(path)), {recursive: true});
    writeFileSync(this.at(path), text);
  }

  read(path: string): string {
    return readFileSync(this.at(path), 'utf8');
  }

  /** Runs as a user other than root, because root ignores permissions. */
  async runUnprivileged(...argv: string[]): Promise<Ended> {
    const isRoot = process.geteuid?.() === 0;
    chmodSync(this.folder, 0o755);
    if (isRoot) process.seteuid?.(65534);
    try {
      return await this.run(...argv);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  }

  /** Runs in the folder, or in one below it. */
  async run(...argv: string[]): Promise<Ended> {
    return this.runIn('.', ...argv);
  }

  async runIn(folder: string, ...argv: string[]): Promise<Ended> {
    const [before, beforeErr] = [this.out.text.length, this.err.text.length];
    const code = await run(argv, this.io(folder));
    return {code, out: this.out.text.slice(before), err: this.err.text.slice(beforeErr)};
  }

  io(folder = '.'): Io {
    return {
      cwd: this.at(folder),
      env: this.env,
      out: this.out,
      err: this.err,
      node: process.versions.node,
      readInput: () => this.input,
      streams: () => this.streams,
      today: () => this.today(),
      // A limit of time is none here; other waits are over at once.
      wait: (ms, then) => {
        if (ms >= MINUTE) return () => {};
        const soon = setImmediate(then);
        return () => clearImmediate(soon);
      },
      interrupted: () => this.interrupted,
      ...(this.dialects === undefined ? {} : {builtInDialects: this.dialects}),
    };
  }
}

/** `code line:column` of each finding of a run with --format json. */
export function findingsOf({out}: Ended): string[] {
  const {findings} = JSON.parse(out) as {
    findings: {code: string; path: string; range: {start: {line: number; column: number}}}[];
  };
  return findings.map(({code, range}) => `${code} ${range.start.line}:${range.start.column}`);
}

export const clean = '{"version": 1}\n';
export const wavy = '{\n  "backoff": {"jitter": "none"}\n}\n';
