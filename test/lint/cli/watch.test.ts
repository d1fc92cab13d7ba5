/** What --watch does when files change; the file system is real, time is not. */
import {expect} from 'chai';
import {clean, Desk, Paper, wavy} from './desk.ts';

/** Tells when the command waits for the next change. */
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
  it('lints again when a policy, its base or the configuration changes, and when one is new', async () => {
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

  it('outlives a configuration with a slip', async () => {
    const {code, err} = await watched({'a.retry.json': clean}, async (desk, err) => {
      desk.write('.retry-lintrc.json', '{');
      await err.until(2);
      desk.write('.retry-lintrc.json', '{}');
      await err.until(3);
    });
    expect(code).to.equal(0);
    expect(err).to.contain('.retry-lintrc.json:1:2: The object is never closed');
  });

  it('clears a terminal before each run', async () => {
    const desk = new Desk({'a.retry.json': clean});
    desk.out = new Paper(80);
    desk.interrupted = Promise.resolve();
    const {code, out} = await desk.run('--watch', '--no-color');
    expect({code, out}).to.deep.equal({code: 0, out: '\u001BcNo findings in 1 file.\n'});
  });
});
