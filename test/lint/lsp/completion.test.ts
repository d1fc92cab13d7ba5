/** Completion of fields and values, in JSON and YAML, as it is applied to the text. */
import {expect} from 'chai';
import {type CompletionItem, TextEdit} from 'vscode-languageserver-protocol';
import {TextDocument} from 'vscode-languageserver-textdocument';
import {Editor, type EditorOptions} from './editor.ts';

/** Completes at the mark `|` of a text. */
async function complete(marked: string, options: EditorOptions & {readonly path?: string} = {}) {
  const {path = 'a.retry.json', ...rest} = options;
  const at = marked.indexOf('|');
  const text = marked.replace('|', '');
  const editor = await Editor.start({}, rest);
  await editor.open(path, text);
  const document = TextDocument.create('a:b', 'json', 1, text);
  const items = await editor.ask<CompletionItem[]>('textDocument/completion', path, {
    position: document.positionAt(at),
  });
  const item = (label: string): CompletionItem => {
    const found = items.find(each => each.label === label);
    if (found === undefined) throw new Error(`No ${label} among ${items.map(each => each.label).join(', ')}`);
    return found;
  };
  return {
    items,
    labels: items.map(({label}) => label),
    item,
    applied: (label: string): string => {
      const {textEdit} = item(label);
      return TextDocument.applyEdits(document, TextEdit.is(textEdit) ? [textEdit] : []);
    },
  };
}

const yaml = {path: 'a.retry.yaml'};
const snippets = {capabilities: {textDocument: {completion: {completionItem: {snippetSupport: true}}}}};

describe('completion of fields', () => {
  it('offers what the object does not have yet, with what it means', async () => {
    const {labels, item, applied} = await complete('{"version": 1, |}');
    expect(labels).to.include.members(['maxAttempts', 'backoff', 'routes']).and.not.include('version');
    expect(item('deadlineMs').documentation).to.have.property('value').that.contains('Default: `30000`');
    expect(applied('deadlineMs')).to.equal('{"version": 1, "deadlineMs": 30000}');
    expect(applied('backoff')).to.equal('{"version": 1, "backoff": {}}');
    expect(applied('routes')).to.equal('{"version": 1, "routes": []}');
  });

  it('replaces the word that is being written, with its quotes', async () => {
    const {applied} = await complete('{"version": 1, "dead|"}');
    expect(applied('deadlineMs')).to.equal('{"version": 1, "deadlineMs": 30000}');
    expect((await complete('{\n  "dea|\n}')).applied('deadlineMs')).to.equal('{\n  "deadlineMs": 30000\n}');
  });

  it('renames a key, and leaves its value', async () => {
    const {applied} = await complete('{"attempt|s": 2}');
    expect(applied('maxAttempts')).to.equal('{"maxAttempts": 2}');
  });

  it('writes the comma before the next field', async () => {
    const {applied} = await complete('{|\n  "version": 1\n}');
    expect(applied('maxAttempts')).to.equal('{"maxAttempts": 3,\n  "version": 1\n}');
  });

  it('knows objects in objects, routes, and the kind of an object', async () => {
    expect((await complete('{"backoff": {|}}')).labels)
      .to.include('factor')
      .and.not.include('deadlineMs');
    const list = (await complete('{"backoff": {"kind": "list", |}}')).labels;
    expect(list).to.include('delaysMs').and.not.include('factor');
    const route = (await complete('{"routes": [{|}]}')).labels;
    expect(route).to.include('match').and.not.include('extends');
    expect((await complete('{"routes": [{"match": {|}}]}')).labels).to.include('methods');
  });

  it('has places to fill in, where the editor has', async () => {
    const {applied} = await complete('{|}', snippets);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a place to fill in, as snippets write it
    expect(applied('maxAttempts')).to.equal('{"maxAttempts": ${1:3}}');
    expect(applied('backoff')).to.equal('{"backoff": {$1}}');
    expect(applied('$schema')).to.match(/^\{"\\\$schema": "\$1"\}$/);
  });

  it('works in YAML: at the top, in a block, and while a key is written', async () => {
    expect((await complete('version: 1\n|', yaml)).applied('maxAttempts')).to.equal('version: 1\nmaxAttempts: 3');
    expect((await complete('version: 1\nmaxA|', yaml)).applied('maxAttempts')).to.equal('version: 1\nmaxAttempts: 3');
    expect((await complete('backoff:\n  |', yaml)).labels).to.include('jitter');
    expect((await complete('backoff:\n  ji|', yaml)).applied('jitter')).to.equal('backoff:\n  jitter: full');
    expect((await complete('backoff:\n  factor: 2\n  |', yaml)).labels)
      .to.include('jitter')
      .and.not.include('factor');
    expect((await complete('version: 1\n|', yaml)).applied('backoff')).to.equal('version: 1\nbackoff:\n  ');
  });

  it('is left to an editor that has the schema', async () => {
    const initializationOptions = {contributesSchema: true};
    expect((await complete('{|}', {initializationOptions})).items).to.deep.equal([]);
    expect((await complete('|', {...yaml, initializationOptions})).items).to.deep.equal([]);
    expect((await complete('version: 1\n|', {...yaml, initializationOptions})).labels).to.include('backoff');
  });
});

describe('completion of values', () => {
  it('offers the values of the schema', async () => {
    const {labels, applied} = await complete('{"backoff": {"jitter": |}}');
    expect(labels).to.include.members(['"full"', '"none"', '"equal"', '"decorrelated"']);
    expect(applied('"equal"')).to.equal('{"backoff": {"jitter": "equal"}}');
    expect((await complete('{"backoff": {"jitter": "no|ne"}}')).applied('"full"')).to.equal(
      '{"backoff": {"jitter": "full"}}',
    );
    expect((await complete('backoff:\n  jitter: |', yaml)).applied('equal')).to.equal('backoff:\n  jitter: equal');
    expect((await complete('{"retryAfter": {"honor": |}}')).labels).to.include.members(['true', 'false']);
  });

  it('offers presets, with what they are for', async () => {
    const {item, applied} = await complete('{"extends": [|]}');
    expect(item('"steadfetch:llm"').documentation).to.have.property('value').that.contains('Model endpoints');
    expect(applied('"steadfetch:llm"')).to.equal('{"extends": ["steadfetch:llm"]}');
    expect((await complete('{"extends": ["steadfetch:in|"]}')).applied('"steadfetch:llm"')).to.equal(
      '{"extends": ["steadfetch:llm"]}',
    );
    expect((await complete('extends:\n  - |', yaml)).applied('steadfetch:llm')).to.equal(
      'extends:\n  - steadfetch:llm',
    );
  });

  it('offers a deadline, a timeout and attempts that fit each other, before anything else', async () => {
    const [deadline] = (await complete('{"maxAttempts": 4, "attemptTimeoutMs": 10000, "deadlineMs": |}')).items;
    expect(deadline).to.include({label: '47000', detail: 'fits 4 attempts and the waits', sortText: '000'});
    const [timeout] = (await complete('{"deadlineMs": 20000, "attemptTimeoutMs": |}')).items;
    expect(timeout).to.include({detail: 'lets 3 attempts fit into 20000 ms'});
    expect(Number(timeout!.label)).to.be.within(4000, 6000);
    const [attempts] = (await complete('{"deadlineMs": 20000, "attemptTimeoutMs": 8000, "maxAttempts": |}')).items;
    expect(attempts).to.include({label: '2', detail: 'the most that fit into 20000 ms, up to 5'});
  });

  it('offers computed values also beside the schema of the editor', async () => {
    const initializationOptions = {contributesSchema: true};
    const {labels} = await complete('{"maxAttempts": 4, "attemptTimeoutMs": 10000, "deadlineMs": |}', {
      initializationOptions,
    });
    expect(labels).to.deep.equal(['47000']);
  });

  it('offers nothing outside of a policy', async () => {
    expect((await complete('{"a": |}', {path: 'other.json'})).items).to.deep.equal([]);
  });
});
