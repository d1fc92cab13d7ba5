/** Calls that take too long. The rule of a plugin that never ends stands for any text that keeps the linter busy. */
import {expect} from 'chai';
import {CallThread} from '../../../lint/mcp/call-thread.ts';
import {Arguments} from '../../../src/cli/parse-arguments.ts';
import {afterEachTest} from '../../support/after-each.ts';
import {Desk} from '../cli/desk.ts';

const threads: CallThread[] = [];

afterEachTest(async () => {
  for (const thread of threads.splice(0)) await thread.close();
});

const endless = `export default {
  code: 'ACME101', name: 'use-a-name', category: 'hygiene', severity: 'error', confidence: 'high', summary: 'S',
  documentation: () => ({why: 'W', sources: [], bad: [{}], good: [{}]}),
  *check({policy}) { while (policy.name === 'endless') {} },
};`;

async function open(desk: Desk, mostMs: number, ...plugins: string[]): Promise<CallThread> {
  const options = new Map(plugins.length === 0 ? [] : [['plugin', plugins] as const]);
  const thread = await CallThread.open(new Arguments([], options), desk.io(), mostMs);
  threads.push(thread);
  return thread;
}

const signal = new AbortController().signal;
const problemOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no problem',
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe('a call of a tool', function () {
  this.timeout(60_000);

  it('ends after the time limit with a sentence, and the next calls say that the rules of --plugin are gone', async () => {
    const thread = await open(
      new Desk({'rules.mjs': endless, '.retry-lintrc.json': '{"plugins": ["./rules.mjs"]}'}),
      500,
      'rules.mjs',
    );
    const first = problemOf(thread.run('lint', {text: '{"name": "endless"}'}, signal));
    const second = problemOf(thread.run('lint', {text: '{}'}, signal));
    expect(await first).to.match(/^CliError: The call took longer than 0\.5 s, and was ended/);
    expect(await second).to.match(/^CliError: A call of this server took too long, and its rules of --plugin ended/);
  });

  it('ends after the time limit where the linter itself is busy, and the next call gets a new thread', async () => {
    const thread = await open(new Desk(), 1);
    expect(await problemOf(thread.run('lint', {text: `[${'['.repeat(60)}${'1,'.repeat(400_000)}`}, signal))).to.match(
      /^CliError: The call took longer than 0\.001 s/,
    );
    // The new thread has to start within the limit, which does not count for the start.
    expect(await problemOf(thread.run('lint', {path: 'absent.json'}, signal))).to.match(/^CliError: /);
  });

  it('that is cancelled rejects with the reason, and the next runs', async () => {
    const thread = await open(new Desk(), 30_000);
    const cancel = new AbortController();
    const first = problemOf(thread.run('lint', {text: '{}'}, cancel.signal));
    const second = thread.run('fix', {text: '{}', unsafe: false}, signal);
    cancel.abort(new Error('enough'));
    expect(await first).to.equal('Error: enough');
    expect((await second).structuredContent).to.deep.include({changed: false, text: '{}'});
  });

  it('says what is wrong with it', async () => {
    const thread = await open(new Desk(), 30_000);
    expect(await problemOf(thread.run('lint', {path: 'absent.json'}, signal))).to.equal(
      'CliError: absent.json does not exist.',
    );
  });
});
