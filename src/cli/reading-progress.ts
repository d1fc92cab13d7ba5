/** How far the reading of files is. */
import {statSync} from 'node:fs';
import type {ProgressSource} from './progress.ts';
import type {ProgressView} from './progress-state.ts';

export class ReadingProgress implements ProgressSource {
  bytes = 0;
  failures = 0;
  readonly #total: number;
  /** False where a file is a pipe, and where it does not exist. */
  readonly isKnown: boolean;

  /** @param files `-` is standard input. */
  constructor(files: readonly string[]) {
    const found = files.map(file => (file === '-' ? undefined : statSync(file, {throwIfNoEntry: false})));
    this.isKnown = found.every(stats => stats?.isFile() === true);
    this.#total = found.reduce((sum, stats) => sum + (stats?.size ?? 0), 0);
  }

  get view(): ProgressView {
    const [total, finished] = [this.#total, this.bytes].map(bytes => Math.round(bytes / 1e6)) as [number, number];
    return {
      unit: 'MB',
      total,
      finished,
      failed: this.failures,
      failing: null,
      waiting: {for: 'the rest', leftMs: null},
    };
  }
}
