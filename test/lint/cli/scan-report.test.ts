/** How a run over several languages is shown: by layer, without repetitions, and with the numbers of each language. */
import {expect} from 'chai';
import {defineDialect} from '../../../lint/dialects/define-dialect.ts';
import {definition, gateway} from '../dialects/gateway.ts';
import {Desk, wavy} from './desk.ts';

/** The routes of another gateway, which are a client's. */
const client = defineDialect({
  ...definition,
  name: 'client',
  layer: 'client',
  wants: (_, text) => text.includes('# client'),
});

const routes = (count: number, head = ''): string =>
  `${head}kind: Gateway\nroutes:\n${'  - {match: {path: /search}, timeout: 5s, retry_policy: {num_retries: 19, per_try_timeout: 2s}}\n'.repeat(count)}`;

function deskOf(files: Readonly<Record<string, string>>): Desk {
  const desk = new Desk(files);
  desk.dialects = [
    client,
    {...gateway, wants: (path, text) => gateway.wants(path, text) && !text.includes('# client')},
  ];
  return desk;
}

const titles = (out: string): string[] =>
  out.split('\n').filter(line => /^(?:Application code|Model clients|Gateway|Policies)$|^\S+:\d+:\d+ /.test(line));

describe('the report of a searched folder', () => {
  it('has the findings of each layer below its name, from the caller to the server', async () => {
    const desk = deskOf({'a.retry.json': wavy, 'b.yaml': routes(1), 'c.yaml': routes(1, '# client\n')});
    const {out} = await desk.run('.');
    expect(titles(out).filter(line => !line.includes('RL3'))).to.deep.equal([
      'Model clients',
      'c.yaml:4:58  error  RL201 no-too-many-attempts',
      'Gateway',
      'b.yaml:3:58  error  RL201 no-too-many-attempts',
      'Policies',
      'a.retry.json:2:15  error  RL203 no-synchronized-retries',
    ]);
  });

  it('ends with the numbers of each language', async () => {
    const desk = deskOf({'a.retry.json': wavy, 'b.yaml': routes(2), 'c.yaml': routes(1, '# client\n')});
    const {out} = await desk.run('.');
    const lines = out.trimEnd().split('\n').slice(-4);
    expect(lines.slice(0, 3)).to.deep.equal([
      'native: 1 policy in 1 file, 1 finding.',
      'gateway: 2 policies in 1 file, 4 findings.',
      'client: 1 policy in 1 file, 2 findings.',
    ]);
    expect(lines[3]).to.match(/^4 errors and 3 info in 3 files\..* 3 info not shown; --all shows everything\.$/);
  });

  it('shows once what is found more than five times', async () => {
    const desk = deskOf({'b.yaml': routes(4), 'c.yaml': routes(3)});
    const {out} = await desk.run('.');
    expect(out.match(/RL201 no-too/g)).to.have.length(1);
    expect(out).to.contain(
      '\n6 more findings of RL201 with this message in 2 files: b.yaml:4, b.yaml:5, b.yaml:6 …; --all shows each.\n',
    );
    expect((await desk.run('--all', '.')).out.match(/RL201 no-too/g)).to.have.length(7);
    expect(JSON.parse((await desk.run('-f', 'json', '.')).out).summary.errors).to.equal(7);
    const few = await deskOf({'b.yaml': routes(5)}).run('.');
    expect(few.out.match(/RL201 no-too/g)).to.have.length(5);
  });

  it('only counts infos, except for policies and under strict', async () => {
    const desk = deskOf({'b.yaml': routes(1), 'a.retry.json': wavy});
    const rules = ['--rule', 'RL201=info', '--rule', 'RL203=info'];
    const {out} = await desk.run(...rules, '.');
    expect(out).not.to.contain('RL201');
    expect(out)
      .to.contain('RL203')
      .and.to.match(/ 2 info not shown; --all shows everything\.\n$/);
    for (const more of ['--all', '--preset=strict'])
      expect((await desk.run(...rules, more, '.')).out, more)
        .to.contain('RL201')
        .and.not.to.contain('not shown');
    expect((await desk.run(...rules, 'b.yaml')).out).to.contain('RL201');
    expect((await desk.run(...rules, '-f', 'json', '.')).out).to.contain('RL201');
    expect((await desk.run(...rules, '--fail-on', 'info', '.')).code).to.equal(1);
  });

  it('names files from another folder', async () => {
    const desk = deskOf({'b.yaml': routes(1), 'deep/a.retry.json': wavy});
    const {out} = await desk.run('--paths-from', 'deep', '.');
    expect(titles(out).map(line => line.split(' ')[0])).to.deep.equal([
      'Gateway',
      '../b.yaml:3:58',
      'Policies',
      'a.retry.json:2:15',
    ]);
  });

  it('does not count files without a policy', async () => {
    const desk = deskOf({'b.yaml': routes(1), 'c.yaml': '# Not a Gateway.\na: 1\n'});
    expect((await desk.run('.')).out).to.match(/ in 1 file\./);
  });
});
