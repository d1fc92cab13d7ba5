/** A file that was read before, as a program in a format that only this test knows. */
import {SourceCache} from '../../../lint/source/cache.ts';
import type {Source} from '../../../lint/source/tree.ts';

export class ReadBefore extends SourceCache {
  readonly #source: Source;

  constructor(source: Source) {
    super();
    this.#source = source;
  }

  override async read(): Promise<Source> {
    return this.#source;
  }
}
