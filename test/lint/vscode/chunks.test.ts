/** How the language server of VS Code loads its chunks. */
import {expect} from 'chai';
import {CliError} from '../../../lint/io/cli-error.ts';
import {Chunks} from '../../../lint/vscode/server/chunks.ts';
import type {ChunkName} from '../../../lint/vscode/server/start.ts';
import {errorOf} from '../../support/outcome.ts';

describe('chunks of the language server', () => {
  let loads: string[];
  let failures: string[];

  beforeEach(() => {
    loads = [];
    failures = [];
  });

  const chunks = (load: (url: string) => Promise<unknown>) =>
    new Chunks({
      urlOf: async name => `blob:${name}`,
      onFailure: ({message}) => failures.push(message),
      load: url => {
        loads.push(url);
        return load(url);
      },
    });

  it('are loaded once, however many documents ask at the same time', async () => {
    const all = chunks(async url => ({url}));
    const [first, second] = await Promise.all([all.get('yaml'), all.get('yaml')]);
    expect(first)
      .to.equal(second)
      .and.to.equal(await all.get('yaml'));
    expect(await all.get('schema')).to.deep.equal({url: 'blob:schema'});
    expect(loads).to.deep.equal(['blob:yaml', 'blob:schema']);
  });

  it('report a failure once, and to everyone who asks', async () => {
    const all = chunks(async () => {
      throw new TypeError('Failed to fetch.');
    });
    const errors = await Promise.all([1, 2].map(() => errorOf(() => all.get('yaml'))));
    errors.push(await errorOf(() => all.get('yaml')));
    for (const error of errors) expect(error).to.be.instanceOf(CliError);
    expect(errors[0]!.cause).to.be.instanceOf(TypeError);
    expect(loads).to.have.length(1);
    expect(failures).to.deep.equal([
      'retry-lint cannot read YAML, because its script chunks/yaml.js was not loaded: Failed to fetch. Run the command "retry-lint: Restart the Language Server".',
    ]);
  });

  it('leave the others alone when one fails', async () => {
    const all = chunks(async url => {
      if (url === 'blob:yaml') throw new Error('gone');
      return {};
    });
    await errorOf(() => all.get('yaml'));
    for (const name of ['globs', 'schema', 'rule-texts'] satisfies ChunkName[])
      expect(await all.get(name)).to.deep.equal({});
  });

  it('report a URL that the extension does not give', async () => {
    const all = new Chunks({
      urlOf: async () => {
        throw new Error('no such file');
      },
      onFailure: ({message}) => failures.push(message),
    });
    await errorOf(() => all.get('globs'));
    expect(failures).to.have.length(1);
    expect(failures[0]).to.match(/cannot match the globs of a configuration.*no such file\. Run/);
  });
});
