/** Actions on findings: fixes by their safety, suppressions with a reason, the baseline, the documentation. */
import {existsSync} from 'node:fs';
import {expect} from 'chai';
import {type CodeAction, type Range, TextEdit, type WorkspaceEdit} from 'vscode-languageserver-protocol';
import {TextDocument} from 'vscode-languageserver-textdocument';
import {clean, wavy} from '../cli/desk.ts';
import {Editor, type EditorOptions} from './editor.ts';

const versioned = {workspace: {workspaceEdit: {documentChanges: true}}};

interface Ask {
  readonly only?: readonly string[];
  /** Default: the whole document. */
  readonly range?: Range;
}

const everything: Range = {start: {line: 0, character: 0}, end: {line: 1000, character: 0}};

async function actionsIn(text: string, options: EditorOptions & Ask = {}, path = 'a.retry.json') {
  const {only, range = everything, ...rest} = options;
  const editor = await Editor.start({[path]: text}, {capabilities: versioned, ...rest});
  await editor.open(path);
  const context = {diagnostics: [], ...(only === undefined ? {} : {only})};
  const actions = await editor.ask<CodeAction[]>('textDocument/codeAction', path, {range, context});
  return {editor, actions, apply: (title: string) => applied(text, actionOf(actions, title))};
}

function actionOf(actions: readonly CodeAction[], title: string): CodeAction {
  const action = actions.find(each => each.title === title);
  if (action === undefined) throw new Error(`No action ${title}: ${actions.map(each => each.title).join(', ')}`);
  return action;
}

function editsOf({documentChanges, changes}: WorkspaceEdit): TextEdit[] {
  const [change] = documentChanges ?? [];
  const edits = change !== undefined && 'edits' in change ? change.edits : Object.values(changes ?? {}).flat();
  return edits.filter(edit => TextEdit.is(edit));
}

const applied = (text: string, {edit}: CodeAction): string =>
  TextDocument.applyEdits(TextDocument.create('a:b', 'json', 1, text), editsOf(edit!));

describe('code actions', () => {
  it('prefer safe fixes, and name unsafe ones', async () => {
    const text = '{"jiter": 1, "budgt": null, "backoff": {"jiter": "none"}}';
    const {actions, apply} = await actionsIn(text);
    const fixes = actions.filter(({edit, title}) => edit !== undefined && !title.startsWith('Suppress'));
    expect(fixes.map(({title, isPreferred}) => [title, isPreferred])).to.deep.include.members([
      ['Rename it to budget', true],
      ['Rename it to jitter', true],
      ['Set jitter to "full" (unsafe)', undefined],
    ]);
    expect(apply('Rename it to budget')).to.contain('"budget": null');
    expect(fixes.every(({kind, diagnostics}) => kind === 'quickfix' && diagnostics?.length === 1)).to.equal(true);
  });

  it('are for the version of the document that they were asked for', async () => {
    const {actions, editor} = await actionsIn(wavy);
    expect(actionOf(actions, 'Set jitter to "full" (unsafe)').edit!.documentChanges).to.deep.equal([
      {
        textDocument: {uri: editor.uri('a.retry.json'), version: editor.version},
        edits: [{range: {start: {line: 1, character: 24}, end: {line: 1, character: 30}}, newText: '"full"'}],
      },
    ]);
  });

  it('are plain changes for an editor without versions', async () => {
    const {actions, editor} = await actionsIn(wavy, {capabilities: {}});
    const {edit} = actionOf(actions, 'Set jitter to "full" (unsafe)');
    expect(Object.keys(edit!.changes!)).to.deep.equal([editor.uri('a.retry.json')]);
  });

  it('are only for findings at the range', async () => {
    const line = (number: number): Range => ({start: {line: number, character: 3}, end: {line: number, character: 3}});
    const text = '{\n  "budget": null,\n  "backoff": {\n    "jitter": "none"\n  }\n}\n';
    const titles = async (number: number): Promise<string[]> =>
      (await actionsIn(text, {range: line(number)})).actions.map(({title}) => title);
    expect(await titles(0)).to.deep.equal([]);
    expect((await titles(1)).join())
      .to.contain('RL207')
      .and.not.contain('RL203');
    const onKey = {start: {line: 3, character: 6}, end: {line: 3, character: 6}};
    expect((await actionsIn(text, {range: onKey})).actions.map(({title}) => title).join()).to.contain('RL203');
  });

  it('offer the other ways out of a finding, all of them unsafe', async () => {
    const {actions} = await actionsIn('{"maxAttempts": 4, "attemptTimeoutMs": 10000, "deadlineMs": 20000}');
    expect(actions.map(({title}) => title)).to.include('Set deadlineMs to 47000 (unsafe)');
    expect(actions.some(({isPreferred}) => isPreferred)).to.equal(false);
  });

  it('offer the fixes of findings that the editor reports itself', async () => {
    const options = {initializationOptions: {contributesSchema: true}};
    expect((await actionsIn('{"budgt": {}}', options)).actions.map(({title}) => title)).to.include(
      'Rename it to budget',
    );
  });

  it('apply every safe fix at once, only where that is asked for', async () => {
    const text = '{"budgt": {}, "breker": {"minCals": 20}, "backoff": {"jitter": "none"}}';
    for (const only of [['source'], ['source.fixAll'], ['source.fixAll.retry-lint']]) {
      const {actions, apply} = await actionsIn(text, {only});
      expect(actions.map(({kind}) => kind)).to.deep.equal(['source.fixAll.retry-lint']);
      expect(apply(actions[0]!.title)).to.equal(
        '{"budget": {}, "breaker": {"minCalls": 20}, "backoff": {"jitter": "none"}}',
      );
    }
    expect((await actionsIn(text, {only: ['source.organizeImports']})).actions).to.deep.equal([]);
    expect((await actionsIn(clean, {only: ['source.fixAll']})).actions).to.deep.equal([]);
    expect((await actionsIn(text)).actions.map(({kind}) => kind)).to.not.include('source.fixAll.retry-lint');
  });
});

describe('the suppression of a finding in an editor', () => {
  it('leaves the reason to be written, and the linter asks for it', async () => {
    const {apply, editor} = await actionsIn(
      '// a policy\n{\n  "backoff": {"jitter": "none"}\n}\n',
      {},
      'a.retry.jsonc',
    );
    const text = apply('Suppress RL203 here');
    expect(text).to.contain('// retry-lint-disable-next-line RL203 -- \n');
    const next = editor.next('a.retry.jsonc', diagnostics => diagnostics.some(({code}) => code === 'RL604'));
    await editor.change('a.retry.jsonc', {text});
    expect((await next).map(({code}) => code)).to.deep.equal(['RL604']);
  });

  it('selects the reason, where the editor can', async () => {
    const capabilities = {workspace: {workspaceEdit: {documentChanges: true, snippetEditSupport: true}}};
    const {actions} = await actionsIn('backoff:\n  jitter: none\n', {capabilities}, 'a.retry.yaml');
    const {documentChanges} = actionOf(actions, 'Suppress RL203 here').edit!;
    expect(documentChanges).to.have.nested.property(
      '[0].edits[0].snippet.value',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a place to fill in, as snippets write it
      '  # retry-lint-disable-next-line RL203 -- ${1:why this is accepted}\n',
    );
    expect(documentChanges).to.not.have.nested.property('[0].edits[0].newText');
  });

  it('is in the policy where the file can have no comments', async () => {
    const {apply} = await actionsIn(wavy);
    expect(apply('Suppress RL203 in this file')).to.contain('"x-retry-lint"').and.contain('"rule": "RL203"');
  });
});

describe('the baseline in an editor', () => {
  const jitter = {finding: 'RL203 backoff.jitter', severity: 'error', digest: '510ad85f', numbers: [100]};
  const timeout = {finding: 'RL301 attemptTimeoutMs', severity: 'warning'};
  const budget = {finding: 'RL207 budget', severity: 'warning'};

  it('accepts a finding, which is then no longer reported', async () => {
    const text = '{\n  "budget": null,\n  "backoff": {"jitter": "none"}\n}\n';
    const {actions, editor} = await actionsIn(text);
    const {command} = actionOf(actions, 'Accept RL203 in the baseline');
    const next = editor.next('a.retry.json', diagnostics => diagnostics.length === 1);
    await editor.request('workspace/executeCommand', command!);
    expect((await next).map(({code}) => code)).to.deep.equal(['RL207']);
    expect(JSON.parse(editor.desk.read('.retry-lint-baseline.json'))).to.deep.equal({
      version: 1,
      findings: {'a.retry.json': [jitter]},
    });
  });

  it('keeps what was accepted before', async () => {
    const before = {
      version: 1,
      findings: {'b.retry.json': [budget], 'a.retry.json': [timeout]},
    };
    const files = {'a.retry.json': wavy, '.retry-lint-baseline.json': JSON.stringify(before)};
    const editor = await Editor.start(files);
    await editor.open('a.retry.json');
    const args = [editor.uri('a.retry.json'), 'RL203 backoff.jitter'];
    await editor.request('workspace/executeCommand', {command: 'retry-lint.addToBaseline', arguments: args});
    expect(JSON.parse(editor.desk.read('.retry-lint-baseline.json')).findings).to.deep.equal({
      'a.retry.json': [jitter, timeout],
      'b.retry.json': [budget],
    });
  });
});

describe('a document that is no file, and has the name of one', () => {
  for (const scheme of ['git:/elsewhere', 'untitled:', 'vscode-vfs://github/other'])
    it(`leaves the fixes of the file alone: ${scheme}`, async () => {
      const text = '{"maxAttempts": 1, "retryOn": [429, 503, "network"]}';
      const editor = await Editor.start({'a.retry.json': text}, {capabilities: versioned});
      await editor.open('a.retry.json');
      const fixAll = async () =>
        await editor.ask<CodeAction[] | null>('textDocument/codeAction', 'a.retry.json', {
          range: everything,
          context: {diagnostics: [], only: ['source.fixAll']},
        });
      const before = await fixAll();
      const other = {uri: `${scheme}/a.retry.json`, languageId: 'json', version: 1, text: '{"retryOn": [500, 500]}'};
      const published = editor.next(other.uri);
      await editor.notify('textDocument/didOpen', {textDocument: other});
      expect(await published).to.not.be.empty;
      expect(await fixAll()).to.deep.equal(before);
    });

  for (const uri of ['untitled:Untitled-1', 'untitled:/a.retry.json', 'git:/elsewhere/a.retry.json'])
    it(`is not accepted in the baseline: ${uri}`, async () => {
      const editor = await Editor.start({'a.retry.json': wavy}, {capabilities: versioned});
      const text = `{"$schema": "https://example.com/steadfetch/schema/policy.schema.json", ${wavy.trim().slice(1)}`;
      const published = editor.next(uri);
      await editor.notify('textDocument/didOpen', {textDocument: {uri, languageId: 'json', version: 1, text}});
      const {data} = (await published)[0]!;
      const params = {textDocument: {uri}, range: everything, context: {diagnostics: []}};
      const actions = await editor.request<CodeAction[]>('textDocument/codeAction', params);
      expect(actions.map(({title}) => title)).to.include('Explain RL203');
      expect(actions.map(({title}) => title).join()).not.to.contain('baseline');
      const accepted = editor.request('workspace/executeCommand', {
        command: 'retry-lint.addToBaseline',
        arguments: [uri, (data as {fingerprint: string}).fingerprint],
      });
      expect(await accepted.catch((error: Error) => error.message)).to.match(/is not an open policy/);
      expect(existsSync(editor.desk.at('.retry-lint-baseline.json'))).to.equal(false);
    });
});
