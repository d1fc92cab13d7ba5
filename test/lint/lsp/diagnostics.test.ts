/** Diagnostics while a policy is written: the findings of the command line, at their places, in time. */
import {expect} from 'chai';
import type {Diagnostic, DocumentDiagnosticReport, WorkspaceDiagnosticReport} from 'vscode-languageserver-protocol';
import {clean, Desk, wavy} from '../cli/desk.ts';
import {Editor, shown} from './editor.ts';

const pulls = {textDocument: {diagnostic: {}}};

describe('diagnostics in an editor', () => {
  it('have what a finding has: place, severity, link, related places, tags', async () => {
    const text = '{\n  "maxAttempts": "unlimited",\n  "deadlineMs": null,\n  "backoff": {"jitter": "none"}\n}\n';
    const editor = await Editor.start({'a.retry.json': text});
    const diagnostics = await editor.diagnose('a.retry.json');
    expect(shown(diagnostics)).to.deep.equal(['RL201 2:3', 'RL203 4:15']);
    const [unlimited] = diagnostics;
    expect(unlimited).to.deep.include({severity: 1, source: 'retry-lint', code: 'RL201'});
    expect(unlimited!.codeDescription!.href).to.match(/^https:.*\/docs\/rules\/RL201\.md$/);
    expect(unlimited!.message).to.contain('A failing call never ends');
    expect(unlimited!.relatedInformation).to.deep.equal([
      {
        message: 'The deadline is switched off here.',
        location: {
          uri: editor.uri('a.retry.json'),
          range: {start: {line: 2, character: 2}, end: {line: 2, character: 14}},
        },
      },
    ]);
    expect(unlimited!.data).to.deep.equal({fingerprint: 'RL201 maxAttempts'});
  });

  it('are at most 50 of a rule, the last of which counts the others', async () => {
    const editor = await Editor.start({'a.retry.json': `{${'"maxAttempts": 3,\n'.repeat(200)}"jitter": "full"}`});
    const diagnostics = await editor.diagnose('a.retry.json');
    expect(diagnostics.map(({code}) => code).filter(code => code === 'RL002')).to.have.length(50);
    expect(
      diagnostics.filter(({message}) => String(message).endsWith(' 149 more of RL002 are not shown.')),
    ).to.have.length(1);
  });

  it('count in UTF-16 units, and follow incremental edits behind an emoji', async () => {
    const editor = await Editor.start({});
    const line = '{"x-note": "🙂🙂", "backoff": {"jitter": "none"}}';
    const [before] = await editor.diagnose('a.retry.json', line);
    expect(before!.range.start).to.deep.equal({line: 0, character: line.indexOf('"jitter"')});
    const next = editor.next('a.retry.json');
    const at = {line: 0, character: line.indexOf('🙂')};
    await editor.change('a.retry.json', {range: {start: at, end: {...at, character: at.character + 2}}, text: '🙃🙃'});
    const [after] = await next;
    expect(after!.range.start.character).to.equal(line.indexOf('"jitter"') + 2);
  });

  it('follow from the configuration, the baseline and the files that a policy extends', async () => {
    const base = '{"backoff": {"jitter": "none"}}';
    const editor = await Editor.start({
      '.retry-lintrc.json': '{"rules": {"RL207": "error"}}',
      'base.json': base,
      'a.retry.json': '{"extends": ["./base.json"], "budget": null}',
    });
    const diagnostics = await editor.diagnose('a.retry.json');
    expect(diagnostics.map(({code, severity}) => [code, severity])).to.deep.equal([
      ['RL203', 1],
      ['RL207', 1],
    ]);
    expect(diagnostics[0]!.relatedInformation![0]!.location.uri).to.equal(editor.uri('base.json'));
  });

  it('change with an open file that the policy extends, before it is saved', async () => {
    const editor = await Editor.start({'base.retry.json': clean, 'a.retry.json': '{"extends": ["./base.retry.json"]}'});
    expect(await editor.diagnose('a.retry.json')).to.deep.equal([]);
    await editor.diagnose('base.retry.json');
    const next = editor.next('a.retry.json');
    await editor.change('base.retry.json', {text: wavy});
    expect(shown(await next)).to.deep.equal(['RL203 1:14']);
    const again = editor.next('a.retry.json');
    await editor.notify('textDocument/didClose', {textDocument: {uri: editor.uri('base.retry.json')}});
    expect(await again).to.deep.equal([]);
  });

  it('change when the configuration is saved', async () => {
    const editor = await Editor.start({'a.retry.json': wavy});
    await editor.diagnose('a.retry.json');
    editor.desk.write('.retry-lintrc.json', '{"rules": {"RL203": "off"}}');
    const next = editor.next('a.retry.json');
    await editor.notify('workspace/didChangeWatchedFiles', {
      changes: [{uri: editor.uri('.retry-lintrc.json'), type: 1}],
    });
    expect(await next).to.deep.equal([]);
  });

  it('say why a policy is not linted where the configuration has a mistake', async () => {
    const editor = await Editor.start({'.retry-lintrc.json': '{"preset": "strickt"}', 'a.retry.json': wavy});
    const [only] = await editor.diagnose('a.retry.json');
    expect(only!.message).to.equal(
      'This policy is not linted: .retry-lintrc.json:1:2: preset must be "recommended" or "strict", got "strickt".',
    );
    // Requests that editors make by themselves do not fail as well: each would be one more message.
    const start = {line: 0, character: 3};
    const more = {position: start, range: {start, end: start}, context: {diagnostics: []}};
    for (const request of [
      'codeLens',
      'inlayHint',
      'documentSymbol',
      'foldingRange',
      'codeAction',
      'hover',
      'completion',
    ])
      expect(await editor.ask(`textDocument/${request}`, 'a.retry.json', more), request).to.equal(null);
  });

  it('report the mistakes in an open configuration', async () => {
    const editor = await Editor.start({});
    const text = '{\n  "preset": "strickt",\n  "ignore": []\n}';
    const messages = (diagnostics: readonly Diagnostic[]): unknown[] =>
      diagnostics.map(({message, range: {start}}) => [message, start.line]);
    expect(messages(await editor.diagnose('.retry-lintrc.json', text))).to.deep.equal([
      ['preset must be "recommended" or "strict", got "strickt".', 1],
      ['ignore is not a field of the configuration; did you mean "ignores"?', 2],
    ]);
    const next = editor.next('.retry-lintrc.json');
    await editor.change('.retry-lintrc.json', {text: '{"rules": {"no-flat-backof": "off"}}'});
    expect(messages(await next)).to.deep.equal([
      ['rules["no-flat-backof"] is not a rule; did you mean "no-flat-backoff"?', 0],
    ]);
  });

  it('follow the open folders, and a save in an editor that watches no files', async () => {
    const editor = await Editor.start({'a.retry.json': wavy, 'sub/b.retry.json': wavy}, {folders: ['sub']});
    await editor.diagnose('a.retry.json');
    editor.desk.write('.retry-lintrc.json', '{"rules": {"RL203": "off"}}');
    const next = editor.next('a.retry.json');
    await editor.notify('textDocument/didSave', {textDocument: {uri: editor.uri('.retry-lintrc.json')}});
    expect(await next).to.deep.equal([]);
    const added = [{uri: editor.uri('.'), name: 'desk'}];
    await editor.notify('workspace/didChangeWorkspaceFolders', {event: {added, removed: []}});
    const {items} = await editor.request<WorkspaceDiagnosticReport>('workspace/diagnostic', {previousResultIds: []});
    expect(items.map(({uri}) => uri)).to.include.members([editor.uri('a.retry.json'), editor.uri('sub/b.retry.json')]);
  });

  it('follow files that the editor watches for the server', async () => {
    const capabilities = {workspace: {didChangeWatchedFiles: {dynamicRegistration: true}}};
    const desk = new Desk({});
    const editor = new Editor(desk, []);
    const registered = new Promise<unknown>(resolve => {
      editor.connection.onRequest('client/registerCapability', resolve);
    });
    await editor.request('initialize', {processId: null, rootUri: null, capabilities});
    await editor.notify('initialized', {});
    expect(await registered).to.have.nested.property(
      'registrations[0].registerOptions.watchers[0].globPattern',
      '**/*.{json,jsonc,yaml,yml}',
    );
  });

  it('are only for policies: by name, by schema, or declared', async () => {
    const editor = await Editor.start({
      '.retry-lintrc.json': '{"policies": ["package.json#/retryPolicy"], "ignores": ["ignored.retry.json"]}',
    });
    expect(await editor.diagnose('other.json', wavy)).to.deep.equal([]);
    expect(await editor.diagnose('ignored.retry.json', wavy)).to.deep.equal([]);
    expect(await editor.diagnose('.retry-lintrc.json', '{}')).to.deep.equal([]);
    const schema = '"$schema": "./node_modules/steadfetch/schema/policy.schema.json"';
    expect(shown(await editor.diagnose('named.json', `{${schema}, "budget": null}`))).to.have.length(1);
    const inside = '{"name": "shop", "retryPolicy": {"backoff": {"jitter": "none"}}}';
    expect(shown(await editor.diagnose('package.json', inside))).to.deep.equal(['RL203 1:46']);
  });

  it('are the same in YAML, in JSONC, and in a text that was never saved', async () => {
    const editor = await Editor.start({});
    expect(shown(await editor.diagnose('a.retry.yaml', 'backoff:\n  jitter: none\n'))).to.deep.equal(['RL203 2:3']);
    expect(shown(await editor.diagnose('a.retry.jsonc', `// waits\n${wavy}`))).to.deep.equal(['RL203 3:15']);
    const uri = 'untitled:Untitled-1';
    const text = '# yaml-language-server: $schema=./node_modules/steadfetch/schema/policy.schema.json\nbudget: null\n';
    const published = new Promise<unknown>(resolve => {
      editor.connection.onNotification('textDocument/publishDiagnostics', resolve);
    });
    await editor.notify('textDocument/didOpen', {textDocument: {uri, languageId: 'yaml', version: 1, text}});
    expect(await published)
      .to.deep.include({uri, version: 1})
      .and.to.have.nested.property('diagnostics[0].code', 'RL207');
  });

  it('end when the document is closed', async () => {
    const editor = await Editor.start({'a.retry.json': wavy});
    await editor.diagnose('a.retry.json');
    const next = editor.next('a.retry.json');
    await editor.notify('textDocument/didClose', {textDocument: {uri: editor.uri('a.retry.json')}});
    expect(await next).to.deep.equal([]);
  });

  it('follow the options of the command line', async () => {
    const editor = await Editor.start({'a.retry.json': wavy}, {argv: ['--stdio', '--rule', 'RL203=off']});
    expect(await editor.diagnose('a.retry.json')).to.deep.equal([]);
  });
});

describe('diagnostics while a syntax error is typed', () => {
  const text = '{\n  "maxAttempts": 3,\n  "budget": null,\n  "backoff": {"jitter": "none"}\n}\n';

  it('stay, at their new places, beside the syntax error', async () => {
    const editor = await Editor.start({'a.retry.json': text});
    expect(shown(await editor.diagnose('a.retry.json'))).to.deep.equal(['RL207 3:3', 'RL203 4:15']);
    const at = {line: 1, character: 18};
    const next = editor.next('a.retry.json');
    await editor.change('a.retry.json', {range: {start: at, end: at}, text: ',\n\n  "deadlineMs"'});
    expect(shown(await next))
      .to.include.members(['RL207 5:3', 'RL203 6:15'])
      .and.include('RL001 4:15');
  });

  it('go if they were in the changed part of the text', async () => {
    const editor = await Editor.start({'a.retry.json': text});
    await editor.diagnose('a.retry.json');
    const next = editor.next('a.retry.json');
    const range = {start: {line: 2, character: 4}, end: {line: 2, character: 12}};
    await editor.change('a.retry.json', {range, text: 'x" "'});
    const codes = (await next).map(({code}) => code);
    expect(codes).to.include('RL001').and.include('RL203').and.not.include('RL207');
  });

  it('are those of the rules again when the text is whole', async () => {
    const editor = await Editor.start({'a.retry.json': text});
    const before = await editor.diagnose('a.retry.json');
    await editor.change('a.retry.json', {text: text.replace('3,', '3')});
    await editor.next('a.retry.json');
    const next = editor.next('a.retry.json');
    await editor.change('a.retry.json', {text});
    expect(await next).to.deep.equal(before);
  });
});

describe('diagnostics beside the schema of the editor', () => {
  const text = '{"maxAttempts": "many", "jiter": 1, "budget": null}';
  const codes = async (path: string, initializationOptions: unknown): Promise<unknown[]> => {
    const editor = await Editor.start({}, {initializationOptions});
    return (await editor.diagnose(path, text)).map(({code}) => code);
  };

  it('leave syntax and shape of JSON to an editor that contributes the schema', async () => {
    const options = {contributesSchema: true};
    expect(await codes('a.retry.json', options)).to.deep.equal(['RL207']);
    expect(await codes('a.retry.yaml', options)).to.deep.equal(['RL003', 'RL004', 'RL207']);
  });

  it('have all findings for other editors, and where the setting says so', async () => {
    for (const options of [undefined, {contributesSchema: true, schemaDiagnostics: 'on'}])
      expect(await codes('a.retry.json', options)).to.deep.equal(['RL003', 'RL004', 'RL207']);
    expect(await codes('a.retry.json', {schemaDiagnostics: 'off'})).to.deep.equal(['RL207']);
  });

  it('have all findings of a policy inside another file, for which the editor has another schema', async () => {
    const files = {'.retry-lintrc.json': '{"policies": ["package.json#/retryPolicy"]}'};
    const inside = `{"retryPolicy": ${text}}`;
    const found = async (initializationOptions: object): Promise<unknown[]> => {
      const editor = await Editor.start(files, {initializationOptions});
      return (await editor.diagnose('package.json', inside)).map(({code}) => code);
    };
    expect(await found({contributesSchema: true})).to.deep.equal(['RL003', 'RL004', 'RL207']);
    expect(await found({schemaDiagnostics: 'off'})).to.deep.equal(['RL207']);
  });
});

describe('diagnostics that an editor asks for', () => {
  it('are not sent as well', async () => {
    const editor = await Editor.start({'a.retry.json': wavy}, {capabilities: pulls});
    await editor.open('a.retry.json');
    const report = await editor.ask<DocumentDiagnosticReport>('textDocument/diagnostic', 'a.retry.json');
    expect(report.kind).to.equal('full');
    expect(shown(report.kind === 'full' ? report.items : [])).to.deep.equal(['RL203 2:15']);
    expect(editor.published).to.deep.equal([]);
  });

  it('are not repeated if nothing changed', async () => {
    const editor = await Editor.start({'a.retry.json': wavy}, {capabilities: pulls});
    await editor.open('a.retry.json');
    const ask = (previousResultId?: string): Promise<DocumentDiagnosticReport> =>
      editor.ask('textDocument/diagnostic', 'a.retry.json', {previousResultId});
    const {resultId} = await ask();
    expect(await ask(resultId)).to.deep.equal({kind: 'unchanged', resultId});
    await editor.change('a.retry.json', {text: clean});
    expect(await ask(resultId)).to.deep.include({kind: 'full', items: []});
  });

  it('are empty for a document that is not open', async () => {
    const editor = await Editor.start({'a.retry.json': wavy}, {capabilities: pulls});
    const report = await editor.ask<DocumentDiagnosticReport>('textDocument/diagnostic', 'a.retry.json');
    expect(report).to.deep.include({kind: 'full', items: []});
  });

  it('are those of every policy in the open folders, with the unsaved text of open documents', async () => {
    const files = {'shop/a.retry.json': wavy, 'shop/b.retry.yaml': 'budget: null\n', 'bank/c.retry.json': wavy};
    const editor = await Editor.start(files, {capabilities: pulls, folders: ['shop', 'bank']});
    await editor.open('bank/c.retry.json', clean);
    const ask = (previousResultIds: object[]): Promise<WorkspaceDiagnosticReport> =>
      editor.request('workspace/diagnostic', {previousResultIds});
    const {items} = await ask([]);
    expect(items.map(item => [item.uri, item.version, item.kind === 'full' ? shown(item.items) : []])).to.deep.equal([
      [editor.uri('shop/a.retry.json'), null, ['RL203 2:15']],
      [editor.uri('shop/b.retry.yaml'), null, ['RL207 1:1']],
      [editor.uri('bank/c.retry.json'), editor.version, []],
    ]);
    const gone = {uri: editor.uri('shop/gone.retry.json'), value: '7'};
    const again = await ask([...items.map(({uri, resultId}) => ({uri, value: resultId})), gone]);
    expect(again.items.map(({kind}) => kind)).to.deep.equal(['unchanged', 'unchanged', 'unchanged', 'full']);
  });

  it('are asked for again after a configuration was saved', async () => {
    const capabilities = {...pulls, workspace: {diagnostics: {refreshSupport: true}}};
    const editor = await Editor.start({'a.retry.json': wavy}, {capabilities});
    const refreshed = new Promise<string>(resolve => {
      editor.connection.onRequest('workspace/diagnostic/refresh', () => resolve('asked for'));
    });
    await editor.notify('workspace/didChangeWatchedFiles', {changes: []});
    expect(await refreshed).to.equal('asked for');
  });

  it('are not asked for again in an editor that cannot', async () => {
    const editor = await Editor.start({'a.retry.json': wavy}, {capabilities: pulls});
    let asked = 0;
    editor.connection.onRequest('workspace/diagnostic/refresh', () => void asked++);
    await editor.notify('workspace/didChangeWatchedFiles', {changes: []});
    await editor.open('a.retry.json');
    await editor.ask('textDocument/diagnostic', 'a.retry.json');
    expect(asked).to.equal(0);
  });
});
