/** The alert rules, by Prometheus's own tool: their syntax, and when each of them fires. */
import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect} from 'chai';
import {findGoTool, promtool} from '../../tools/go/find.ts';

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

  it('fire on their day, and are silent on the day before', async () => {
    expect(await run('test', 'rules', 'alerts.test.yaml')).to.match(/SUCCESS/);
  });
});
