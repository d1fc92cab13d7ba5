/** The accepted findings of a project, on disk. Its paths are relative to its folder, so it does not depend on the working directory. */

import {existsSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import type {Baseline} from '../baseline.ts';
import {type Acceptance, type Severity, severities} from '../finding.ts';
import {CliError, whyNot} from '../io/cli-error.ts';
import {isBelow, leadsNowhere, realPathOf, shownPath} from '../io/paths.ts';
import {readRegularFile} from '../io/regular-file.ts';
import {repositoryOf} from '../io/repository.ts';
import {writeFile} from '../io/write-file.ts';

export class BaselineFile {
  /** Absolute. */
  readonly file: string;
  readonly #cwd: string;

  constructor(file: string, cwd: string) {
    this.file = file;
    this.#cwd = cwd;
  }

  /**
   * Refuses a baseline that a repository puts elsewhere, by its configuration or by a link: to lint a repository writes and reads no file of others.
   *
   * @param folder The folder of the configuration. Absolute.
   */
  refuseOutside(folder: string): void {
    const real = realPathOf(folder);
    if (isBelow(repositoryOf(real) ?? real, realPathOf(this.file)) && !leadsNowhere(this.file)) return;
    throw new CliError(`The baseline ${this.shown} is outside of the repository.`);
  }

  get exists(): boolean {
    return existsSync(this.file);
  }

  /** The path in messages. */
  get shown(): string {
    return shownPath(this.#cwd, this.file);
  }

  /**
   * @param mayRead Asked about the file that was opened. Default: any file may be read.
   * @returns The baseline with paths as reports show them.
   */
  read(mayRead?: (file: string) => boolean): Baseline {
    let value: unknown;
    try {
      value = JSON.parse(readRegularFile(this.file, mayRead));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw new CliError(`The baseline ${this.shown} ${whyNot(error)}.`);
      throw new CliError(
        `The baseline ${this.shown} is not JSON: ${error.message}. Without the file, "retry-lint baseline" writes it anew.`,
      );
    }
    if (!isBaseline(value))
      throw new CliError(
        `The baseline ${this.shown} is not of version 1, or not a baseline. Without the file, "retry-lint baseline" writes it anew.`,
      );
    return this.#moved(value, path => shownPath(this.#cwd, resolve(dirname(this.file), path)));
  }

  /** @param baseline The baseline with paths as reports show them. */
  write(baseline: Baseline): void {
    const moved = this.#moved(baseline, path => shownPath(dirname(this.file), resolve(this.#cwd, path)));
    writeFile(this.file, `${JSON.stringify(moved, null, 2)}\n`, this.shown);
  }

  #moved({version, findings}: Baseline, move: (path: string) => string): Baseline {
    const entries = Object.entries(findings).map(([path, accepted]) => [move(path), accepted] as const);
    return {version, findings: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))};
  }
}

function isBaseline(value: unknown): value is Baseline {
  const {version, findings} = (value ?? {}) as Partial<Baseline>;
  return (
    version === 1 &&
    typeof findings === 'object' &&
    findings !== null &&
    Object.values(findings).every(list => Array.isArray(list) && list.every(isAcceptance))
  );
}

function isAcceptance(entry: unknown): entry is Acceptance {
  const {finding, severity, value = 0, digest = '', numbers = [], names = ''} = (entry ?? {}) as Partial<Acceptance>;
  return (
    typeof finding === 'string' &&
    severities.includes(severity as Severity) &&
    typeof value === 'number' &&
    typeof digest === 'string' &&
    typeof names === 'string' &&
    Array.isArray(numbers) &&
    numbers.every(Number.isFinite)
  );
}
