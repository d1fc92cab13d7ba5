/** The commands of the server, as editors run them that have no code of their own for them. */
import {existsSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {CancellationTokenSource, type CodeAction, type CodeLens} from 'vscode-languageserver-protocol';
import {wavy} from '../cli/desk.ts';
import {Editor, type EditorOptions} from './editor.ts';

const showsDocuments = {window: {showDocument: {support: true}}};
const policy =
  '{\n  "name": "orders",\n  "maxAttempts": 2,\n  "routes": [{"match": {"methods": ["POST"]}, "maxAttempts": 1}]\n}\n';

async function opened(text: string, options: EditorOptions = {}): Promise<Editor> {
  const editor = await Editor.start({'a.retry.json': text}, options);
  await editor.open('a.retry.json');
  return editor;
}

const execute = <R = null>(editor: Editor, command: string, ...args: unknown[]): Promise<R> =>
  editor.request('workspace/executeCommand', {command, arguments: args});

const failureOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'no failure',
    (error: Error) => error.message,
  );

/** The pages that the server asks the editor to open. */
function pagesOf(editor: Editor, success = true): {uri: string; external?: boolean}[] {
  const pages: {uri: string; external?: boolean}[] = [];
  editor.connection.onRequest('window/showDocument', params => {
    pages.push(params);
    return {success};
  });
  return pages;
}

const messageOf = (editor: Editor): Promise<string> =>
  new Promise(resolve => {
    editor.connection.onNotification('window/showMessage', ({message}) => resolve(message));
  });

describe('the command retry-lint.explain', () => {
  it('opens the page of the rule, as the light bulb asks it to', async () => {
    const editor = await opened(wavy, {capabilities: showsDocuments});
    const pages = pagesOf(editor);
    const range = {start: {line: 0, character: 0}, end: {line: 9, character: 0}};
    const actions = await editor.ask<CodeAction[]>('textDocument/codeAction', 'a.retry.json', {
      range,
      context: {diagnostics: []},
    });
    const {command, arguments: args = []} = actions.find(({title}) => title === 'Explain RL203')!.command!;
    await execute(editor, command, ...args);
    expect(pages).to.have.length(1);
    expect(pages[0]!.uri).to.match(/^https:.*\/docs\/rules\/RL203\.md$/);
    expect(pages[0]!.external).to.equal(true);
  });

  it('shows the reasons where the editor opens no pages, or fails to', async () => {
    for (const capabilities of [{}, showsDocuments]) {
      const editor = await opened(wavy, {capabilities});
      pagesOf(editor, false);
      const message = messageOf(editor);
      await execute(editor, 'retry-lint.explain', 'no-synchronized-retries');
      expect(await message)
        .to.match(/^RL203 no-synchronized-retries: /)
        .and.contain('"retry-lint explain RL203" says more.');
    }
  });

  it('refuses an unknown rule', async () => {
    const editor = await opened(wavy);
    expect(await failureOf(execute(editor, 'retry-lint.explain', 'RL999'))).to.equal('Unknown rule: "RL999".');
    expect(await failureOf(execute(editor, 'retry-lint.explain'))).to.equal('Unknown rule: "".');
  });
});

describe('the command retry-lint.explainRule', () => {
  it('returns the reasons with the numbers of the policy', async () => {
    const editor = await opened('{"deadlineMs": 10000}');
    const explain = (rule: string): Promise<string> =>
      execute(editor, 'retry-lint.explainRule', editor.uri('a.retry.json'), rule);
    const text = await explain('no-unreachable-attempts');
    expect(text).to.match(/^## RL303 no-unreachable-attempts\n/);
    expect(text).to.contain('the deadline of 10000 ms is long enough for 1 attempt').and.contain('](https://istio.io');
    expect(await failureOf(explain('RL999'))).to.equal('Unknown rule: "RL999".');
  });
});

/** The scenario with the fewest calls. */
const SHORT = 'paid-timeout';

describe('the command retry-lint.simulate', function () {
  this.timeout(120_000);

  it('opens a page with charts, as the code lens asks it to, and removes it at the end', async () => {
    const editor = await opened(policy, {capabilities: showsDocuments});
    const pages = pagesOf(editor);
    const lenses = await editor.ask<CodeLens[]>('textDocument/codeLens', 'a.retry.json');
    for (const {command} of lenses) await execute(editor, command!.command, ...command!.arguments!);
    expect(pages).to.have.length(2);
    const [whole, route] = pages.map(({uri}) => readFileSync(fileURLToPath(uri), 'utf8'));
    expect(whole).to.contain('<title>Simulation: spike</title>').and.contain('<svg').and.contain('orders');
    expect(route).to.contain('route POST /**').and.not.contain('orders');
    const file = fileURLToPath(pages[0]!.uri);
    await editor.leave();
    expect(existsSync(file)).to.equal(false);
  });

  it('shows the numbers where the editor opens no pages', async () => {
    const editor = await opened(policy);
    const message = messageOf(editor);
    await execute(editor, 'retry-lint.simulate', editor.uri('a.retry.json'), {policy: 0}, 'outage');
    const lines = (await message).split('\n');
    expect(lines[0]).to.equal('outage: A service that answers every request by a 503 for 20 s.');
    expect(lines[1]).to.match(/^no policy: [\d.]+ % of calls succeed, P95 failed, 1\.00 requests per call$/);
    expect(lines[2]).to.match(/^orders: [\d.]+ % of calls succeed, /);
    expect(lines).to.have.length(3);
  });

  it('names the page in a message where the editor fails to open it', async () => {
    const editor = await opened(policy, {capabilities: showsDocuments});
    pagesOf(editor, false);
    const message = messageOf(editor);
    await execute(editor, 'retry-lint.simulate', editor.uri('a.retry.json'), {policy: 0}, SHORT);
    expect(await message).to.match(/\nThe page with charts is .+\.html\.$/);
  });

  it('ends when the request is cancelled', async () => {
    const editor = await opened(policy);
    const cancel = new CancellationTokenSource();
    const cancelled = editor.connection.sendRequest<null>(
      'workspace/executeCommand',
      {command: 'retry-lint.simulate', arguments: [editor.uri('a.retry.json'), {policy: 0}, 'spike']},
      cancel.token,
    );
    cancel.cancel();
    expect(await failureOf(cancelled)).to.equal('The request was cancelled.');
  });

  it('returns the page to an editor that shows it itself', async () => {
    const editor = await opened(policy);
    const shown = [editor.uri('a.retry.json'), {policy: 0}, SHORT];
    const page = await execute<string>(editor, 'retry-lint.simulationPage', ...shown);
    expect(page)
      .to.match(/^<!doctype html>/)
      .and.not.contain('<script');
  });

  it('says what keeps a policy from being simulated', async () => {
    const failures: [text: string, args: unknown[], message: string | RegExp][] = [
      [policy, [{policy: 1}], 'a.retry.json has no policy 2.'],
      [policy, [{policy: 0, route: 7}], 'a.retry.json has no route 8.'],
      [policy, [{policy: -1}], 'policy must be a number from 0.'],
      [policy, [{policy: 0, route: 'x'}], 'route must be a number from 0.'],
      [policy, [{policy: 0}, 'outtage'], /"outtage" is not the name of a scenario; did you mean "outage"\?/],
      [policy, [{policy: 0}, 7], 'The scenario must be a name.'],
      ['{"maxAttempts": "many"}', [], /^a\.retry\.json: maxAttempts must be .* Correct it before a simulation\.$/],
      ['{"maxAttempts" 3}', [], /^a\.retry\.json:1:16: /],
      [
        '{"extends": ["./gone.json"]}',
        [],
        /^a\.retry\.json: extends\[0\] is the file gone\.json, which cannot be read\.$/,
      ],
    ];
    for (const [text, args, message] of failures) {
      const editor = await opened(text);
      const failure = await failureOf(execute(editor, 'retry-lint.simulate', editor.uri('a.retry.json'), ...args));
      if (typeof message === 'string') expect(failure).to.equal(message);
      else expect(failure).to.match(message);
    }
  });
});

describe('the commands of the server', () => {
  it('are those that the editor does not run itself', async () => {
    const initializationOptions = {clientCommands: ['retry-lint.simulate', 'retry-lint.explain']};
    const editor = await opened(wavy, {initializationOptions});
    expect(editor.initialized.capabilities.executeCommandProvider!.commands).to.deep.equal([
      'retry-lint.addToBaseline',
      'retry-lint.explainRule',
      'retry-lint.simulationPage',
    ]);
    const [lens] = await editor.ask<CodeLens[]>('textDocument/codeLens', 'a.retry.json');
    expect(lens!.command!.command).to.equal('retry-lint.simulate');
  });

  it('are not offered by code lenses where nothing can be simulated', async () => {
    const editor = await opened(wavy, {initializationOptions: {simulations: false}});
    const [lens] = await editor.ask<CodeLens[]>('textDocument/codeLens', 'a.retry.json');
    expect(lens!.command!.title).to.match(/^worst case [^·]+ · amplification \S+$/);
    expect(lens!.command!.command).to.equal('');
  });

  it('refuse what they cannot do', async () => {
    const editor = await opened(wavy);
    const run = (command: string, ...args: unknown[]): Promise<string> => failureOf(execute(editor, command, ...args));
    expect(await run('retry-lint.unknown')).to.equal('Unknown command: retry-lint.unknown.');
    expect(await run('retry-lint.addToBaseline', 7)).to.equal('The document is not an open policy.');
    expect(await run('retry-lint.simulate')).to.equal('The document is not an open policy.');
    expect(await run('retry-lint.addToBaseline', editor.uri('a.retry.json'), 'RL1 x')).to.equal(
      'The document has no finding "RL1 x".',
    );
  });
});
