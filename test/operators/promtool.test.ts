/** The alert rules and the queries of the dashboard, by Prometheus's own tool: their syntax, and when each alert fires. */
import {execFile} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect} from 'chai';
import {findGoTool, promtool} from '../../tools/go/find.ts';

interface Dashboard {
  readonly panels: readonly {readonly id: number; readonly targets: readonly {readonly expr: string}[]}[];
}

const folder = fileURLToPath(new URL('../../ops/prometheus/', import.meta.url));

describe('the alert rules', function () {
  this.timeout(30 * 60_000);
  let binary = '';

  before(async function () {
    const found = await findGoTool(promtool, true);
    if ('missing' in found) {
      console.log(`    skipped: ${found.missing}`);
      this.skip();
    }
    binary = found.binary;
  });

  const run = async (...args: string[]): Promise<string> => {
    const {stdout, stderr} = await promisify(execFile)(binary, args, {cwd: folder});
    return stdout + stderr;
  };

  it('are rules of Prometheus', async () => {
    expect(await run('check', 'rules', 'alerts.yaml')).to.match(/SUCCESS: 8 rules found/);
  });

  it('are loaded by a configuration of Prometheus', async () => {
    expect(await run('check', 'config', 'prometheus.yaml')).to.match(/SUCCESS: prometheus.yaml is valid/);
  });

  it('stand beside a dashboard whose queries are PromQL', async () => {
    const {panels} = JSON.parse(readFileSync(join(folder, '../grafana/steadfetch.json'), 'utf8')) as Dashboard;
    const rules = panels.flatMap(({id, targets}) =>
      targets.map(({expr}) => ({record: `panel:${id}`, expr: expr.replaceAll('$__rate_interval', '1m')})),
    );
    const place = mkdtempSync(join(tmpdir(), 'dashboard-'));
    try {
      writeFileSync(join(place, 'rules.yaml'), JSON.stringify({groups: [{name: 'dashboard', rules}]}));
      const said = await run('check', 'rules', '--lint=none', join(place, 'rules.yaml'));
      expect(said).to.contain(`SUCCESS: ${rules.length} rules found`);
    } finally {
      rmSync(place, {recursive: true});
    }
  });

  it('fire on their day, and are silent on the day before', async () => {
    expect(await run('test', 'rules', 'alerts.test.yaml')).to.match(/SUCCESS/);
  });
});
