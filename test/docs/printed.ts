/** A page that shows what its commands print: each `steadfetch simulate` in it runs with the files of the page. */
import {readFileSync, writeFileSync} from 'node:fs';
import {expect} from 'chai';
import {Workplace} from '../cli/running.ts';

const RUN = /```sh\nsteadfetch (simulate .*)\n```\n\n```text\n([\s\S]*?)```/g;

export class PrintingPage {
  /** The JSON files of the page, by name. */
  readonly files: ReadonlyMap<string, string>;
  readonly #file: URL;

  /** @param name Of a file of docs/guides. */
  constructor(name: string) {
    this.#file = new URL(`../../docs/guides/${name}`, import.meta.url);
    const text = readFileSync(this.#file, 'utf8');
    this.files = new Map(
      Array.from(text.matchAll(/```json (\S+)\n([\s\S]*?)```/g), ([, name, json]) => [name!, json!]),
    );
  }

  /** Compares what the commands print with the page; with UPDATE_DOCS=1, writes it to the page. */
  async check(): Promise<void> {
    const place = new Workplace();
    try {
      for (const [name, json] of this.files) place.write(name, json);
      const text = readFileSync(this.#file, 'utf8');
      let written = text;
      const runs = [...text.matchAll(RUN)];
      expect(runs, 'commands of the page').not.to.be.empty;
      for (const [block, command, shown] of runs) {
        const {stdout} = await place.call(command!.split(' '));
        const printed = block.replace(`text\n${shown}`, () => `text\n${stdout}`);
        written = written.replace(block, () => printed);
      }
      if (process.env.UPDATE_DOCS) writeFileSync(this.#file, written);
      else expect(text).to.equal(written);
    } finally {
      place.remove();
    }
  }
}
