/** What --watch does when files change; the file system is real, time is not. */
import {rmSync, watch} from 'node:fs';
import {expect} from 'chai';
import {clean, Desk, Paper, wavy} from './desk.ts';

/** Resolves when the command waits for the next change. */
class Waiting extends Paper {
  #times = 0;
  #wake = (): void => {};

  override write(text: string): void {
    super.write(text);
    if (!text.startsWith('Waiting')) return;
    this.#times++;
    this.#wake();
  }

  async until(times: number): Promise<void> {
    while (this.#times < times)
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
  }
}

async function watched(
  files: Record<string, string>,
  steps: (desk: Desk, err: Waiting) => Promise<void>,
  ...argv: string[]
) {
  const desk = new Desk(files);
  const err = new Waiting();
  let end = (): void => {};
  desk.err = err;
  desk.interrupted = new Promise(resolve => {
    end = resolve;
  });
  const ended = desk.run('--watch', ...argv);
  await err.until(1);
  await steps(desk, err);
  end();
  return ended;
}

describe('retry-lint --watch', () => {
  it('lints again when a policy, its base or the configuration changes or is added', async () => {
    const files = {'p/a.retry.json': '{"extends": ["../base.json"]}', 'base.json': clean};
    const {code, out} = await watched(files, async (desk, err) => {
      desk.write('base.json', wavy);
      await err.until(2);
      desk.write('.retry-lintrc.json', '{"rules": {"RL203": "off"}}');
      await err.until(3);
      desk.write('p/b.retry.json', '{"maxAttempts": "many"}');
      await err.until(4);
    });
    expect(code).to.equal(0);
    expect(out.match(/^(?:No|\d)[^.]* in [^.]*\./gm)).to.deep.equal([
      'No findings in 1 file.',
      '1 error in 1 file.',
      'No findings in 1 file.',
      '1 error in 2 files.',
    ]);
  });

  it('continues after a mistake in the configuration', async () => {
    const {code, err} = await watched({'a.retry.json': clean}, async (desk, err) => {
      desk.write('.retry-lintrc.json', '{');
      await err.until(2);
      desk.write('.retry-lintrc.json', '{}');
      await err.until(3);
    });
    expect(code).to.equal(0);
    expect(err).to.contain('.retry-lintrc.json:1:2: The object is never closed');
  });

  /** What each run found, in order: the last line of its report. */
  const sums = (out: string): string[] => out.match(/^(?:No|\d)[^.]* in [^.]*\./gm) ?? [];
  const one = 'No findings in 1 file.';
  const broken = '1 error in 1 file.';

  /** Resolves when the file system has reported a change of a file to all listeners. */
  async function reported(desk: Desk, name: string, change: () => void): Promise<void> {
    const watcher = watch(desk.folder);
    const heard = new Promise<void>(resolve => {
      watcher.on('change', (_, changed) => {
        if (changed === name) setImmediate(() => setImmediate(resolve));
      });
    });
    change();
    await heard;
    watcher.close();
  }

  const idle: [title: string, name: string, text: string, files: Record<string, string>, argv: string[]][] = [
    ['a file that is not a policy', 'notes.md', 'x', {}, []],
    ['a file that is not named', 'b.retry.json', wavy, {}, ['a.retry.json']],
    ['a policy that git ignores', 'b.retry.json', wavy, {'.gitignore': 'b.*\n'}, []],
    [
      'a policy that the configuration ignores',
      'b.retry.json',
      clean,
      {'b.retry.json': wavy, '.retry-lintrc.json': '{"ignores": ["b.*"]}'},
      [],
    ],
    ['a file that the glob does not match', 'b.json', wavy, {}, ['*.retry.json']],
  ];
  for (const [title, name, text, files, argv] of idle) {
    it(`does not lint again for ${title}`, async () => {
      const {out} = await watched(
        {'a.retry.json': clean, ...files},
        async (desk, err) => {
          await reported(desk, name, () => desk.write(name, text));
          desk.write('a.retry.json', wavy);
          await err.until(2);
        },
        ...argv,
      );
      expect(sums(out)).to.deep.equal([one, broken]);
    });
  }

  it('does not lint again for its own reports and fixes', async () => {
    const {out} = await watched(
      {'a.json': wavy},
      async (desk, err) => {
        await reported(desk, 'again', () => desk.write('again', ''));
        desk.write('a.json', clean.replace('1', '"one"'));
        await err.until(2);
      },
      '--fix',
      '--unsafe-fixes',
      '-f',
      'stylish',
      '-f',
      'json=report.json',
      '*.json',
    );
    expect(sums(out)).to.deep.equal([one, broken]);
  });

  it('lints again if a file is saved during a run', async () => {
    const desk = new Desk({'a.retry.json': clean, '.retry-lintrc.json': '{}'});
    const err = new Waiting();
    let end = (): void => {};
    desk.err = err;
    desk.interrupted = new Promise(resolve => {
      end = resolve;
    });
    const saves = [() => desk.write('a.retry.json', wavy), () => desk.write('b.retry.json', wavy)];
    desk.today = () => {
      saves.shift()?.();
      return '2026-11-24';
    };
    const ended = desk.run('--watch');
    await err.until(3);
    end();
    expect(sums((await ended).out)).to.deep.equal([one, broken, '2 errors in 2 files.']);
  });

  it('waits for a file and for a folder that do not exist yet', async () => {
    const {out, err} = await watched(
      {},
      async (desk, err) => {
        desk.write('a.json', '{"extends": ["./deep/er/base.json"]}');
        await err.until(2);
        desk.write('deep/er/base.json', clean);
        await err.until(3);
      },
      'a.json',
    );
    expect(err).to.match(/^a\.json does not exist\.\n/);
    expect(sums(out)).to.deep.equal([broken, one]);
  });

  it('lints again when a folder with policies appears or disappears', async () => {
    const {out} = await watched({'a.retry.json': clean}, async (desk, err) => {
      desk.write('deep/b.retry.json', wavy);
      await err.until(2);
      rmSync(desk.at('deep'), {recursive: true});
      await err.until(3);
    });
    expect(sums(out)).to.deep.equal([one, '1 error in 2 files.', one]);
  });

  it('reloads a module of rules after a change', async () => {
    const rule = (message: string): string => `export default {
      code: 'ACME101', name: 'use-a-name', category: 'hygiene', severity: 'error', confidence: 'high', summary: 'S', documentation: () => ({why: 'W',
      sources: [], bad: [{}], good: [{}]}), *check() { yield {at: '', message: '${message}'}; },
    };`;
    const files = {'a.retry.json': clean, '.retry-lintrc.json': '{"plugins": ["./r.mjs"]}', 'r.mjs': rule('Before.')};
    const {out} = await watched(files, async (desk, err) => {
      desk.write('r.mjs', rule('After.'));
      await err.until(2);
    });
    expect(out.match(/Before\.|After\./g)).to.deep.equal(['Before.', 'After.']);
  });

  it('clears a terminal before each run', async () => {
    const desk = new Desk({'a.retry.json': clean});
    desk.out = new Paper(80);
    desk.interrupted = Promise.resolve();
    const {code, out} = await desk.run('--watch', '--no-color');
    expect({code, out}).to.deep.equal({code: 0, out: '\u001BcNo findings in 1 file.\n'});
  });
});
