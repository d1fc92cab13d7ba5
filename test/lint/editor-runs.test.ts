/** What an editor asks of a run: to read little, to end early, and to say whether it is whole. */

import {expect} from 'chai';
import {policiesOf} from '../../lint/dialects/policies.ts';
import {lintText} from '../../lint/lint.ts';
import {SourceCache} from '../../lint/source/cache.ts';
import {linesOf} from '../../lint/source/lines.ts';

const path = 'policy.json';
const rejection = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a source cache', () => {
  it('parses a text once, and a new text again', async () => {
    const cache = new SourceCache();
    const first = await cache.read(path, '{"maxAttempts": 2}');
    expect(await cache.read(path, '{"maxAttempts": 2}')).to.equal(first);
    const second = await cache.read(path, '{"maxAttempts": 3}');
    expect(second).not.to.equal(first);
    expect(second.text).to.equal('{"maxAttempts": 3}');
  });

  it('keeps one version of a file after any number of edits', async () => {
    const cache = new SourceCache();
    for (let edit = 0; edit < 1000; edit++) await cache.read(path, `{"maxAttempts": ${edit}}`);
    expect(cache.size).to.equal(1);
  });

  it('drops the file that was not used for the longest time', async () => {
    const cache = new SourceCache(2);
    const [a] = [await cache.read('a', '{}'), await cache.read('b', '{}')];
    expect(await cache.read('a', '{}')).to.equal(a);
    await cache.read('c', '{}');
    expect(cache.size).to.equal(2);
    expect(await cache.read('a', '{}')).to.equal(a);
  });

  it('forgets a file that is closed', async () => {
    const cache = new SourceCache();
    const source = await cache.read(path, '{}');
    cache.forget(path);
    expect(await cache.read(path, '{}')).not.to.equal(source);
  });

  it('keeps shapes and lines with their source', async () => {
    const source = await new SourceCache().read(path, '{"maxAttempts": 2}');
    expect(policiesOf(source)).to.equal(policiesOf(source));
    expect(linesOf(source)).to.equal(linesOf(source));
  });

  it('changes no finding', async () => {
    const cache = new SourceCache();
    const base = '{"backoff": {"jitter": "none"}}';
    for (const maxAttempts of [3, 30, 3]) {
      const files = {[path]: `{"extends": ["./base.json"], "maxAttempts": ${maxAttempts}}`, 'base.json': base};
      const [kept, fresh] = [await lintText({path, files, cache}), await lintText({path, files})];
      expect(JSON.stringify(kept)).to.equal(JSON.stringify(fresh));
    }
    expect(cache.size).to.equal(2);
  });
});

describe('a run', () => {
  it('asks for the files that it needs, and only for them', async () => {
    const texts: Record<string, string> = {'a.json': '{"extends": ["./b.json"]}', 'b.json': '{"budget": null}'};
    const asked: string[] = [];
    const read = async (name: string) => {
      asked.push(name);
      return texts[name];
    };
    const files = {[path]: '{"extends": ["./a.json", "./gone.json"]}'};
    const {findings} = await lintText({path, files, read});
    expect(asked).to.deep.equal(['a.json', 'b.json', 'gone.json']);
    expect(findings.map(({code, message}) => [code, message.replace(/:.*/, '')])).to.deep.equal([
      ['RL207', 'No budget limits retries'],
      ['RL406', 'extends[1] is the file gone.json, which cannot be read.'],
    ]);
  });

  it('ends between two rules when its signal is aborted', async () => {
    const controller = new AbortController();
    let pauses = 0;
    const pause = async () => {
      if (++pauses === 3) controller.abort(new Error('a newer version'));
    };
    const run = lintText({path, files: {[path]: '{}'}, signal: controller.signal, pause});
    expect(String(await rejection(run))).to.equal('Error: a newer version');
    expect(pauses).to.equal(3);
  });

  it('does not start if its signal is already aborted', async () => {
    const signal = AbortSignal.abort();
    const error = await rejection(lintText({path, files: {[path]: '{}'}, signal}));
    expect((error as Error).name).to.equal('AbortError');
  });

  it('pauses before each enabled rule', async () => {
    const pauses = async (rules: Record<string, 'off'>): Promise<number> => {
      let count = 0;
      const pause = async () => void count++;
      await lintText({path, files: {[path]: '{}'}, config: {rules}, pause});
      return count;
    };
    expect((await pauses({})) - (await pauses({RL203: 'off', RL301: 'off'}))).to.equal(2);
  });

  it('is incomplete after a syntax error', async () => {
    const isWhole = async (text: string) => (await lintText({path, files: {[path]: text}})).isWhole;
    expect(await isWhole('{"maxAttempts": 3}')).to.equal(true);
    expect(await isWhole('{"maxAttempts": "many", "a": 1, "a": 2}')).to.equal(true);
    expect(await isWhole('{"maxAttempts": 3')).to.equal(false);
    expect(await isWhole('')).to.equal(false);
  });
});
