/** One folder of the editor, as the command line would lint it from there. */

import {basename, resolve} from 'node:path';
import type {Arguments} from '../../src/cli/parse-arguments.ts';
import {afterPoll} from '../../src/core/after-poll.ts';
import type {Config} from '../config.ts';
import type {Report} from '../finding.ts';
import type {Io} from '../io/io.ts';
import {shownPath} from '../io/paths.ts';
import {isOfLinter, isPolicyText} from '../io/policy-file.ts';
import {foreignFolder, sniff} from '../io/sniff.ts';
import {type LintRequest, lintText} from '../lint.ts';
import {SourceCache} from '../source/cache.ts';
import {declaredIn, targetsOf} from '../workspace/targets.ts';
import {Workspace} from '../workspace/workspace.ts';

/** A policy, and what the linter finds in it. */
export interface Linted {
  readonly request: LintRequest & {readonly cache: SourceCache};
  readonly text: string;
  readonly report: Report;
}

export class Project {
  /** Absolute. Paths in reports are relative to it. */
  readonly folder: string;
  readonly #args: Arguments;
  readonly #io: Io;
  /** Texts that are open in the editor, by absolute path. */
  readonly #open: ReadonlyMap<string, string>;
  readonly #cache = new SourceCache();
  readonly #linted = new Map<string, Linted>();
  #workspace: Workspace;
  #declared: ReturnType<typeof declaredIn> | undefined;
  /** JSON pointers by path, of files in which only a part is a policy. */
  readonly #pointers = new Map<string, string>();

  /** @param open Texts that replace those on the disk, by absolute path. Kept, and read again at `renew`. */
  constructor(folder: string, args: Arguments, io: Io, open: ReadonlyMap<string, string>) {
    this.folder = folder;
    this.#args = args;
    this.#io = {...io, cwd: folder};
    this.#open = open;
    this.#workspace = this.#newWorkspace();
  }

  /** Reads configurations, baselines and closed files anew when they are needed next. */
  renew(): void {
    this.#workspace = this.#newWorkspace();
    this.#declared = undefined;
    this.#pointers.clear();
  }

  #newWorkspace(): Workspace {
    const workspace = new Workspace(this.#args, this.#io);
    for (const [file, text] of this.#open) workspace.texts.set(shownPath(this.folder, file), text);
    return workspace;
  }

  /** Takes the text of an open document. */
  setText(file: string, text: string): void {
    this.#workspace.texts.set(this.pathOf(file), text);
  }

  /** Forgets the text of a document that was closed. */
  forget(file: string): void {
    this.#cache.forget(this.pathOf(file));
    this.#linted.delete(this.pathOf(file));
    this.renew();
  }

  pathOf(file: string): string {
    return shownPath(this.folder, file);
  }

  fileOf(path: string): string {
    return resolve(this.folder, path);
  }

  get workspace(): Workspace {
    return this.#workspace;
  }

  /**
   * @param file Absolute.
   * @returns undefined if the file is not a policy, or the configuration ignores it.
   * @throws CliError if the configuration, the baseline or the file cannot be used; the reason of the signal.
   */
  async lint(file: string, signal?: AbortSignal): Promise<Linted | undefined> {
    const request = await this.request(file);
    return request && this.run(request, signal);
  }

  /** @throws The reason of the signal. */
  async run(request: Linted['request'], signal?: AbortSignal): Promise<Linted> {
    const {path} = request;
    const known = this.#linted.get(path);
    if (known !== undefined && isSame(known.request, request)) return known;
    const report = await lintText({...request, pause: nextTurn, ...(signal === undefined ? {} : {signal})});
    const linted = {request, text: request.files[path]!, report};
    this.#linted.set(path, linted);
    return linted;
  }

  /**
   * @returns What `lint` would lint.
   * @throws As `lint`.
   */
  async request(file: string): Promise<Linted['request'] | undefined> {
    const workspace = this.#workspace;
    const path = this.pathOf(file);
    const pointers = await this.#pointersOf(file, path);
    if (pointers.length === 0 || (await workspace.isIgnored(path))) return undefined;
    const key = pointers.join('\n');
    if (key !== (this.#pointers.get(path) ?? '')) workspace.setPointers(path, pointers);
    this.#pointers.set(path, key);
    return {...(await workspace.request(path)), cache: this.#cache};
  }

  /** Every policy in the folder. Absolute. */
  async policies(): Promise<string[]> {
    const {paths} = await targetsOf(this.#args, this.#workspace);
    return paths.map(path => this.fileOf(path));
  }

  async #pointersOf(file: string, path: string): Promise<readonly string[]> {
    if (isOfLinter(basename(file))) return [];
    this.#declared ??= declaredIn(this.#workspace);
    const declared = (await this.#declared)(file);
    if (declared.length > 0) {
      const held = await Promise.all(declared.map(pointer => this.#workspace.holds(path, pointer)));
      return declared.filter((_, index) => held[index]).toSorted();
    }
    const text = this.#workspace.texts.read(path);
    return isPolicyText(text, basename(file)) || (await this.#isWanted(file, path, text)) ? [''] : [];
  }

  /** Whether a file has a word of another language in it, and is written by a person, as a search of the folder would find it. */
  async #isWanted(file: string, path: string, text: string): Promise<boolean> {
    const workspace = this.#workspace;
    if (foreignFolder(file, this.folder) !== undefined) return false;
    const sniffed = sniff(file, text, workspace.builtInDialects);
    if (sniffed === undefined || sniffed.skip !== undefined) return false;
    if (!(await workspace.hasDialect(path, sniffed.dialects))) return false;
    workspace.setScanned(path);
    return true;
  }
}

const nextTurn = (): Promise<void> => new Promise(afterPoll);

/** Whether two requests have the same result. */
function isSame(a: LintRequest, b: LintRequest): boolean {
  return isEqual(a.files, b.files) && isEqual(a.config ?? {}, b.config ?? {});
}

function isEqual(a: Config | LintRequest['files'], b: Config | LintRequest['files']): boolean {
  const [entries, others] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))];
  return entries.length === others.size && entries.every(([key, value]) => others.get(key) === value);
}
