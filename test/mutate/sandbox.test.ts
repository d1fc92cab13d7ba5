import {existsSync, readFileSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {Sandbox} from '../../tools/mutate/sandbox.ts';

const FILES = ['package.json', 'src/core/version.ts'];
const LIMITS = {cpuSeconds: 60, seconds: 300};
const project = new URL('../../', import.meta.url).pathname;

/** Namespaces need root, or the right to make them for a user. */
const isConfinable = (sandbox: Sandbox): boolean => {
  const refusal = sandbox.whyNotConfined();
  if (refusal !== undefined) console.log(`    Programs cannot be confined here: ${refusal}`);
  return refusal === undefined;
};

describe('Sandbox', () => {
  let sandbox: Sandbox;
  afterEach(() => sandbox.remove());

  const run = (program: string, limits = LIMITS) =>
    sandbox.node(['--input-type=module', '--eval', program], {}, limits);

  it('says whether a program succeeded, and keeps what it printed', async () => {
    sandbox = new Sandbox(FILES, false);
    sandbox.write('src/core/version.ts', 'export const VERSION = "changed";');
    const print = "console.log((await import('./src/core/version.ts')).VERSION)";
    expect(await run(print)).to.include({end: 'passed', output: 'changed\n'});
    expect(await run('process.exitCode = 3')).to.include({end: 'failed'});
    expect(readFileSync(join(project, 'src/core/version.ts'), 'utf8')).not.to.contain('changed');
  });

  // A busy machine may give a program a second of the processor in a minute, so this test reaches no limit of it.
  it('gives each program a limit of the time of the processor, and says when it was the end', async () => {
    sandbox = new Sandbox(FILES, false);
    const limits = {...LIMITS, cpuSeconds: 47};
    const ask = "console.log((await import('node:child_process')).execSync('ulimit -t', {encoding: 'utf8'}).trim())";
    expect(await run(ask, limits)).to.include({end: 'passed', output: '47\n'});
    expect(await run("process.kill(process.pid, 'SIGXCPU'); setInterval(() => {}, 1e6)", limits)).to.include({
      end: 'limit',
    });
  });

  it('ends a program that loops, and one that waits without end', async () => {
    sandbox = new Sandbox(FILES, false);
    for (const program of ['for (;;);', 'setInterval(() => {}, 1e6)'])
      expect(await run(program, {...LIMITS, seconds: 0.2})).to.include({end: 'limit'});
  });

  // Nothing here would do harm if the sandbox leaked.
  it('lets a confined program change no file, no device and no process of the machine', async function () {
    sandbox = new Sandbox(FILES, true);
    if (!isConfinable(sandbox)) this.skip();
    const victim = join(tmpdir(), `sandbox-${process.pid}`);
    const {end, output} = await run(`
      import fs from 'node:fs';
      const refusal = action => { try { return action(); } catch (error) { return error.code; } };
      const writing = path => refusal(() => fs.accessSync(path, fs.constants.W_OK));
      console.log(JSON.stringify({
        tree: writing('package.json'),
        project: writing(${JSON.stringify(project)}),
        machine: writing('/etc'),
        process: refusal(() => process.kill(${process.pid}, 0)),
        device: fs.statSync('/dev/null').isCharacterDevice(),
        devices: fs.statSync('/dev').dev,
      }));
      fs.writeFileSync(${JSON.stringify(victim)}, 'private');
      fs.writeFileSync(${JSON.stringify(join(sandbox.output, 'kept'))}, 'kept');`);
    expect(end, output).to.equal('passed');
    const {devices, ...found} = JSON.parse(output) as {devices: number};
    expect(found).to.deep.equal({tree: 'EROFS', project: 'EROFS', machine: 'EROFS', process: 'ESRCH', device: true});
    expect(devices).not.to.equal(statSync('/dev').dev);
    expect(existsSync(victim)).to.equal(false);
    expect(readFileSync(join(sandbox.output, 'kept'), 'utf8')).to.equal('kept');
  });

  it('leaves a confined program loopback and no other network', async function () {
    sandbox = new Sandbox(FILES, true);
    if (!isConfinable(sandbox)) this.skip();
    const {end, output} = await run(`
      import http from 'node:http';
      import os from 'node:os';
      const server = http.createServer((_, response) => response.end('here')).listen(0, '127.0.0.1', async () => {
        console.log(await (await fetch('http://127.0.0.1:' + server.address().port)).text(), Object.keys(os.networkInterfaces()).join());
        server.close();
      });`);
    expect({end, output}).to.deep.equal({end: 'passed', output: 'here lo\n'});
  });
});
