/** The position of a mistake in a module of rules, for messages: `retry-rules.mjs:7:12`. */

import {readFileSync} from 'node:fs';
import {basename, dirname} from 'node:path';
import {fileURLToPath} from 'node:url';
import {isBelow, shownPath} from '../io/paths.ts';

interface Place {
  /** Absolute. */
  readonly file: string;
  readonly line?: string | undefined;
  readonly column?: string | undefined;
}

export class PluginPlaces {
  readonly #file: string;
  readonly #cwd: string;

  /** @param file The module that a configuration names. Absolute. */
  constructor(file: string, cwd: string) {
    this.#file = file;
    this.#cwd = cwd;
  }

  /** The position at which the module, or one that it imports, threw. */
  ofError(error: unknown): string {
    return this.#shown(this.#inStack(error) ?? this.#ofImport(error) ?? this.#ofSyntax(error) ?? {file: this.#file});
  }

  /** The line of the module with one of these texts. The first text that occurs is used. */
  ofText(...texts: readonly string[]): string {
    return this.#shown({
      file: this.#file,
      line: texts.map(text => lineOf(this.#file, text)).find(line => line !== undefined),
    });
  }

  /** The innermost stack frame in the user's own code, not in Node, a package or the linter. */
  #inStack(error: unknown): Place | undefined {
    if (!(error instanceof Error)) return undefined;
    const frames = (error.stack ?? '').matchAll(
      /(file:\/\/\/[^\s()?]+|\/[^\s():]+)(?:\?changed=[\d.]+)?:(\d+)(?::(\d+))?/g,
    );
    for (const [, at = '', line, column] of frames) {
      const file = at.startsWith('file:') ? fileURLToPath(at) : at;
      if (isBelow(dirname(this.#file), file) && !file.includes('node_modules')) return {file, line, column};
    }
    return undefined;
  }

  /** The position of an import that does not exist. */
  #ofImport(error: unknown): Place | undefined {
    const {message} = error as Error;
    const [, missing = '', file] = /^Cannot find \w+ '([^']+)' imported from (.+)$/.exec(message) ?? [];
    return file === undefined ? undefined : {file, line: lineOf(file, basename(missing))};
  }

  /** The position of a syntax error. The error of an ECMAScript module has none; `node --check` prints it, and runs no code. */
  #ofSyntax(error: unknown): Place | undefined {
    if (!(error instanceof SyntaxError)) return undefined;
    // Loaded here, because it takes milliseconds and a run without mistakes does not need it.
    const {execFileSync} = process.getBuiltinModule('node:child_process');
    try {
      execFileSync(process.execPath, ['--check', this.#file], {stdio: 'pipe', encoding: 'utf8'});
      return undefined;
    } catch (failed) {
      const [, line] = /:(\d+)\r?\n/.exec((failed as {stderr?: string}).stderr ?? '') ?? [];
      return {file: this.#file, line};
    }
  }

  #shown({file, line, column}: Place): string {
    return [shownPath(this.#cwd, file), line, column].filter(part => part !== undefined).join(':');
  }
}

function lineOf(file: string, text: string): string | undefined {
  try {
    const index = readFileSync(file, 'utf8')
      .split('\n')
      .findIndex(line => line.includes(text));
    return index < 0 ? undefined : String(index + 1);
  } catch {
    return undefined;
  }
}
