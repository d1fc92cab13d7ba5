/** Which configuration applies to a policy, asked of a host that has no disk: its files are URIs. */

import {expect} from 'chai';
import type {ConfigHost} from '../../lint/config-file/host.ts';
import {ConfigLookup} from '../../lint/config-file/lookup.ts';
import {lintText} from '../../lint/lint.ts';
import {defineRule} from '../../lint/rule.ts';

const rule = defineRule({
  code: 'ACME101',
  name: 'use-a-name',
  category: 'hygiene',
  severity: 'warning',
  confidence: 'high',
  summary: 'Name every policy',
  documentation: () => ({
    why: '',
    sources: [],
    bad: [{name: '', text: '', findings: []}],
    good: [{name: '', text: ''}],
  }),
  *check({policy}) {
    if (policy.name === 'default') yield {at: 'name', message: 'The policy has no name.'};
  },
});

interface Memory extends ConfigHost {
  readonly asked: string[];
}

function memory(files: Readonly<Record<string, string>>): Memory {
  const asked: string[] = [];
  return {
    asked,
    exists: file => {
      asked.push(file);
      return Object.hasOwn(files, file);
    },
    read: async file => files[file]!,
    resolve: (folder, path) => `${folder}/${path.replace(/^\.\//, '')}`,
    folderOf: file => file.slice(0, file.lastIndexOf('/')),
    above: folder => (folder === 'mem:/shop' ? undefined : folder.slice(0, folder.lastIndexOf('/'))),
    shown: file => file.replace('mem:/', ''),
    matcher: (globs, folder) => file => globs.some(glob => file === `${folder}/${glob}`),
    loadRules: async (file, what) => {
      if (!file.endsWith('rules.mjs')) throw new Error(`${what}: no such module.`);
      return [rule];
    },
  };
}

const policy = 'mem:/shop/policies/orders.json';

describe('the lookup of configurations', () => {
  it('finds the nearest one in the folder of a policy or above, up to the root', async () => {
    const host = memory({'mem:/shop/.retry-lintrc.jsonc': '{"preset": "strict"}', 'mem:/.retry-lintrc.json': '{}'});
    const lookup = new ConfigLookup(host);
    const {config, reading, baseline, isIgnored} = await lookup.configFor(policy);
    expect(config).to.deep.equal({preset: 'strict', rules: {}});
    expect(reading?.path).to.equal('shop/.retry-lintrc.jsonc');
    expect(baseline).to.equal('mem:/shop/.retry-lint-baseline.json');
    expect(isIgnored).to.equal(false);
    expect(host.asked).to.deep.equal([
      'mem:/shop/policies/.retry-lintrc.json',
      'mem:/shop/policies/.retry-lintrc.jsonc',
      'mem:/shop/.retry-lintrc.json',
      'mem:/shop/.retry-lintrc.jsonc',
    ]);
    await lookup.configFor('mem:/shop/policies/other.json');
    expect(host.asked).to.have.length(4);
  });

  it('returns the defaults without a configuration', async () => {
    const {config, reading, baseline} = await new ConfigLookup(memory({})).configFor(policy);
    expect(config).to.deep.equal({preset: 'recommended', rules: {}});
    expect(reading).to.equal(undefined);
    expect(baseline).to.equal('mem:/shop/policies/.retry-lint-baseline.json');
  });

  it('applies overrides, ignores, rules of the project and all that a run needs', async () => {
    const file = JSON.stringify({
      ignores: ['policies/old.json'],
      plugins: ['./rules.mjs'],
      baseline: 'accepted.json',
      suppressions: false,
      overrides: [{files: ['policies/orders.json'], rules: {'use-a-name': 'error', RL203: 'off'}}],
    });
    const lookup = new ConfigLookup(memory({'mem:/shop/.retry-lintrc.json': file}));
    const {config, baseline} = await lookup.configFor(policy);
    expect(baseline).to.equal('mem:/shop/accepted.json');
    expect(config.noSuppressions).to.equal(true);
    const text = '{"backoff": {"jitter": "none"}}';
    const {findings} = await lintText({path: 'orders.json', files: {'orders.json': text}, config});
    expect(findings.map(({code, severity}) => [code, severity])).to.deep.equal([['ACME101', 'error']]);
    const other = await lookup.configFor('mem:/shop/policies/old.json');
    expect(other.isIgnored).to.equal(true);
    expect(other.config.rules).to.deep.equal({});
  });

  it('gives the position of each mistake, for editors', async () => {
    const text = '{\n  "preset": "strickt",\n  "rules": {"RL999": "off"}\n}';
    const host = memory({'mem:/shop/.retry-lintrc.json': text});
    const {config, reading} = await new ConfigLookup(host).configFor(policy);
    expect(config).to.deep.equal({preset: 'recommended', rules: {}});
    expect(reading?.mistakes).to.deep.equal([
      {
        message: 'preset must be "recommended" or "strict", got "strickt".',
        range: {start: {line: 2, column: 3}, end: {line: 2, column: 11}},
      },
    ]);
    const unknown = memory({'mem:/shop/.retry-lintrc.json': text.replace('strickt', 'strict')});
    const second = await new ConfigLookup(unknown).configFor(policy);
    expect(second.reading?.mistakes.map(({message, range}) => [message.slice(0, 11), range?.start.line])).to.deep.equal(
      [['rules.RL999', 3]],
    );
  });

  it('refuses two configurations in one folder', async () => {
    const files = {'mem:/shop/.retry-lintrc.json': '{}', 'mem:/shop/.retry-lintrc.jsonc': '{}'};
    const {reading} = await new ConfigLookup(memory(files)).configFor(policy);
    expect(reading?.loaded).to.equal(undefined);
    expect(reading?.mistakes.map(({message}) => message)).to.deep.equal([
      'shop/.retry-lintrc.json and shop/.retry-lintrc.jsonc are both there, and one configuration applies: delete one of them.',
    ]);
  });

  it('lets the host refuse a module, and gives its position', async () => {
    const host = memory({'mem:/shop/.retry-lintrc.json': '{"plugins": ["./evil.mjs"]}'});
    const error = await new ConfigLookup(host).configFor(policy).catch((caught: unknown) => caught);
    expect(String(error)).to.equal('Error: shop/.retry-lintrc.json:1:14: plugins[0]: no such module.');
  });

  it('reads a configuration again after `forget`', async () => {
    const files: Record<string, string> = {'mem:/shop/.retry-lintrc.json': '{"preset": "strict"}'};
    const lookup = new ConfigLookup(memory(files));
    expect((await lookup.configFor(policy)).config.preset).to.equal('strict');
    files['mem:/shop/.retry-lintrc.json'] = '{}';
    expect((await lookup.configFor(policy)).config.preset).to.equal('strict');
    lookup.forget();
    expect((await lookup.configFor(policy)).config.preset).to.equal('recommended');
  });
});
