/** Files in which several dialects find policies, and files in which none does. */

import {expect} from 'chai';
import type {Config} from '../../../lint/config.ts';
import {defineDialect} from '../../../lint/dialects/define-dialect.ts';
import {policiesOf} from '../../../lint/dialects/policies.ts';
import {locate} from '../../../lint/editor/locate.ts';
import {suppress} from '../../../lint/editor/suppress.ts';
import {explainFile} from '../../../lint/explain/explain.ts';
import {dependencies, lintText} from '../../../lint/lint.ts';
import {rules} from '../../../lint/rules/index.ts';
import {readSource} from '../../../lint/source/read.ts';
import {propertyOf, type Source} from '../../../lint/source/tree.ts';
import {type Unit, unitAt} from '../../../lint/source/unit.ts';
import {definition, gateway} from './gateway.ts';

/** The clients that a file of the gateway has beside its routes. */
const clients = defineDialect({
  ...definition,
  name: 'clients',
  layer: 'client',
  wants: (_, text) => text.includes('clients:'),
  unitsOf: (source: Source): Unit[] | undefined => {
    const list = propertyOf(source.documents[0], 'clients')?.value;
    if (list?.kind !== 'list') return undefined;
    return list.items.flatMap((_, index) => {
      const at = {document: 0, segments: ['clients', index], id: `client[${index}]`};
      return unitAt(source, at) ?? [];
    });
  },
});

const path = 'gateway.yaml';
const builtInDialects = [clients, gateway];
const config: Config = {builtInDialects};
const request = (text: string, more: Config = config) => ({path, files: {[path]: text}, config: more});
const found = async (text: string, languages: Config = config, name = path): Promise<string[]> =>
  policiesOf(await readSource(name, text), languages).map(({dialect, shape}) => `${dialect.name} ${shape.unit.base}`);

const both = `kind: Gateway
routes:
  - retry_policy: {num_retries: 19}
clients:
  - retry_policy: {num_retries: 18}
`;

describe('a file of several dialects', () => {
  it('has the policies of each, in the order of the file', async () => {
    const order = ['gateway routes[0]', 'clients clients[0]'];
    expect(await found(both)).to.deep.equal(order);
    expect(await found(both, {builtInDialects: [gateway, clients]})).to.deep.equal(order);
  });

  it('has policies at one place in the order of the dialects', async () => {
    const other = defineDialect({...definition, name: 'other'});
    expect(await found('kind: Gateway\nroutes: [{timeout: 5s}]\n', {builtInDialects: [other, gateway]})).to.deep.equal([
      'other routes[0]',
      'gateway routes[0]',
    ]);
  });

  it('is linted in the words of each, and its findings are in the order of the file', async () => {
    const {findings} = await lintText(request(both));
    expect(
      findings.filter(({code}) => code === 'RL201').map(({message, range}) => [range.start.line, message.slice(0, 43)]),
    ).to.deep.equal([
      [3, 'A failing call makes up to 20 attempts; the'],
      [5, 'A failing call makes up to 19 attempts; the'],
    ]);
  });

  it('belongs to a configured dialect as a whole', async () => {
    expect(await found(both, {...config, dialects: [gateway]})).to.deep.equal(['gateway routes[0]']);
    expect(await found('clients: [{name: a}]\n', {...config, dialects: [gateway]})).to.deep.equal([
      'clients clients[0]',
    ]);
  });

  it('is explained, located and suppressed in by the policy at the place', async () => {
    const rl201 = rules.find(({code}) => code === 'RL201')!;
    const explained = await explainFile(rl201, request(both));
    expect(explained.map(({title}) => title)).to.deep.equal(['the policy at routes[0]', 'the policy at clients[0]']);
    const at = await locate({...request(both), offset: both.indexOf('18')});
    expect(at?.pointer).to.equal('clients[0].retry_policy.num_retries');
    expect(at?.field).to.equal('maxAttempts');
    const {findings} = await lintText(request(both));
    const finding = findings.find(({code}) => code === 'RL201')!;
    const change = await suppress({...request(both), finding, reason: 'so'});
    expect(change?.edits.map(({text}) => text)).to.deep.equal(['  # retry-lint-disable-next-line RL201 -- so\n']);
  });

  it('asks only those dialects that want it', async () => {
    const never = defineDialect({
      ...definition,
      wants: () => false,
      unitsOf: () => {
        throw new Error('It was asked.');
      },
    });
    expect(await found('maxAttempts: 2\n', {builtInDialects: [never]})).to.deep.equal(['native ']);
  });

  it('is read once for the same dialects', async () => {
    const source = await readSource(path, both);
    expect(policiesOf(source, config)).to.equal(policiesOf(source, {builtInDialects}));
    expect(policiesOf(source)).not.to.equal(policiesOf(source, config));
  });
});

describe('a file in which no dialect finds a policy', () => {
  it('is a policy of steadfetch, though a dialect wants it', async () => {
    expect(await found('name: Gateway\n')).to.deep.equal(['native ']);
  });

  it('has no policy if a dialect knows it', async () => {
    expect(await found('kind: Gateway\n')).to.deep.equal([]);
    expect((await lintText(request('kind: Gateway\n'))).findings).to.deep.equal([]);
  });

  it('has no policy if it is a program', () => {
    const source: Source = {
      path: 'app/main.py',
      text: '',
      format: 'json',
      documents: [{kind: 'object', properties: [], flow: true, span: {start: 0, end: 0}}],
      comments: [],
      problems: [],
    };
    expect(policiesOf(source, config)).to.deep.equal([]);
    expect(policiesOf({...source, path: 'main.python'}, config)).to.have.length(1);
  });

  it('extends nothing', async () => {
    expect(await dependencies('{"extends": ["./a.json"]}', 'main.py')).to.deep.equal([]);
    expect(await dependencies('{"extends": ["./a.json"]}', 'main.json')).to.deep.equal(['a.json']);
  });
});

describe('a file of another dialect', () => {
  it('cannot be extended, because the client reads it as a policy', async () => {
    const files = {'a.json': '{"extends": ["./b.yaml"]}', 'b.yaml': 'kind: Gateway\nroutes: [{timeout: 5s}]\n'};
    const {findings} = await lintText({path: 'a.json', files, config});
    expect(findings.find(({code}) => code === 'RL406')?.message).to.match(
      /^extends\[0\] is the file b\.yaml, which the client refuses: kind is not a field of/,
    );
  });
});
