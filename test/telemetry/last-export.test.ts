/** How a process ends under `steadfetch/register`: as it would without, in processes of its own. */
import {spawnSync} from 'node:child_process';
import {expect} from 'chai';
import {LoopbackServer, type Place} from '../support/loopback-server.ts';
import {OtlpCollector} from '../support/otlp/receiver.ts';
import {entryUrl} from '../support/programs.ts';
import {type Ended, type Run, runRegistered} from '../support/registered-process.ts';

const CALL = `
  import {createFetch} from ${JSON.stringify(entryUrl('fetch'))};
  const call = async () => (await createFetch()(process.env.TARGET)).text();
  await call();
`;
const RUNS_ON = `${CALL} setInterval(() => {}, 1000); console.log('ready');`;
const SIGNAL_EXIT = `import {onExit} from ${JSON.stringify(import.meta.resolve('signal-exit'))}; onExit(() => console.log('cleaned'));`;
const CLEANUP = `
  const cleanUp = async () => {
    for (let left = 20; left > 0; left--) await new Promise(done => setTimeout(done, 5));
    console.log('cleaned');
  };
`;
const GRACEFUL = `${CLEANUP} process.once('SIGTERM', () => { console.log('closing'); cleanUp().then(() => process.exit(0)); });`;
const CALLS = ['GET', 'steadfetch GET'];

/** Process 1 of a namespace of its own; kill-child ends it with this process. */
const AS_PROCESS_1 = ['unshare', '--pid', '--fork', '--kill-child'];

describe('telemetry: the end of a process under register', () => {
  let server: LoopbackServer;
  let silent: Place;
  const collectors: OtlpCollector[] = [];
  before(async () => {
    server = await LoopbackServer.start();
    silent = server.place('hang');
  });
  after(async () => {
    await Promise.all(collectors.map(collector => collector.close()));
    await server.close();
  });

  const target = () => server.place(200).url;

  /** Its end, and the spans that were exported. */
  async function run(program: string, rest: Omit<Run, 'env'> = {}): Promise<Ended & {readonly spans: string[]}> {
    const collector = await OtlpCollector.start();
    collectors.push(collector);
    const ended = await runRegistered(program, {
      env: {OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TARGET: target()},
      ...rest,
    });
    const spans = collector.traces
      .flatMap(({resourceSpans}) => resourceSpans)
      .flatMap(({scopeSpans}) => scopeSpans)
      .flatMap(scope => scope.spans.map(span => span.name));
    return {...ended, spans};
  }

  /** Its end, beside a collector that takes every export and never answers. */
  const runInVain = (program: string, env: NodeJS.ProcessEnv = {}, rest: Omit<Run, 'env'> = {}): Promise<Ended> =>
    runRegistered(program, {env: {OTEL_EXPORTER_OTLP_ENDPOINT: silent.url, TARGET: target(), ...env}, ...rest});

  describe('at SIGTERM', () => {
    it('lets a listener for one signal finish that was there before', async () => {
      const ended = await run(RUNS_ON, {kill: 'SIGTERM', earlier: GRACEFUL});
      expect(ended).to.include({code: 0, signal: null, stdout: 'ready\nclosing\ncleaned\n', stderr: ''});
      expect(ended.spans).to.deep.equal(CALLS);
    });

    it('lets a listener for one signal finish that was put before ours', async () => {
      const ended = await run(`${GRACEFUL.replace('once', 'prependOnceListener')} ${RUNS_ON}`, {kill: 'SIGTERM'});
      expect(ended).to.include({code: 0, signal: null, stdout: 'ready\nclosing\ncleaned\n', stderr: ''});
    });

    it('ends the process by a second signal, after a listener for one signal has gone on', async () => {
      const goesOn = `process.once('SIGTERM', () => cleanUp().then(() => process.kill(process.pid, 'SIGTERM')));`;
      const ended = await run(`${CLEANUP} ${goesOn} ${RUNS_ON}`, {kill: 'SIGTERM'});
      expect(ended).to.include({code: null, signal: 'SIGTERM', stdout: 'ready\ncleaned\n', stderr: ''});
      expect(ended.spans).to.deep.equal(CALLS);
    });

    it('exports, and lets signal-exit end the process, loaded before or after', async () => {
      const before = await run(RUNS_ON, {kill: 'SIGTERM', earlier: SIGNAL_EXIT});
      const after = await run(`${SIGNAL_EXIT} ${RUNS_ON}`, {kill: 'SIGTERM'});
      for (const ended of [before, after]) {
        expect(ended).to.include({code: null, signal: 'SIGTERM', stdout: 'ready\ncleaned\n', stderr: ''});
        expect(ended.spans).to.deep.equal(CALLS);
      }
    });

    it('leaves process 1 running and recording, as Node does', async function () {
      if (spawnSync('unshare', ['--pid', '--fork', 'true']).status !== 0) this.skip(); // Needs Linux and its rights.
      // From within: no process of the namespace can end its process 1 by a signal that it does not handle.
      const survives = `process.kill(process.pid, 'SIGTERM'); ${CLEANUP} await cleanUp(); await call();`;
      const ended = await run(`${CALL} ${survives}`, {command: AS_PROCESS_1});
      expect(ended).to.include({code: 0, signal: null, stdout: 'cleaned\n', stderr: ''});
      expect(ended.spans).to.deep.equal([...CALLS, ...CALLS]);
    });
  });

  describe('at its own end', () => {
    it('lets work of beforeExit finish that takes longer than the wait, where the collector hangs', async () => {
      const longer = `process.once('beforeExit', async () => {
        await new Promise(done => setTimeout(done, 4000));
        console.log('cleaned');
      });`;
      const ended = await runInVain(`${CALL} ${longer}`);
      expect(ended).to.deep.equal({code: 0, signal: null, stdout: 'cleaned\n', stderr: ''});
    });

    it('exports the call that a listener of beforeExit makes', async () => {
      const ended = await run(`${CALL} process.once('beforeExit', call);`);
      expect(ended).to.include({code: 0, signal: null, stderr: ''});
      expect(ended.spans).to.deep.equal([...CALLS, ...CALLS]);
    });

    it('keeps the exit code of an await that never settles', async () => {
      const ended = await run(`${CALL} await new Promise(() => {});`);
      expect(ended).to.include({code: 13, signal: null});
      expect(ended.spans).to.deep.equal(CALLS);
    });

    it('does not wait ten seconds for an export that is under way', async () => {
      const sent = silent.requests.length;
      const program = `${CALL} const {promise, resolve} = Promise.withResolvers();
        process.stdin.resume().on('end', resolve);
        await promise;
        const endedAt = performance.now();
        process.on('exit', () => console.log(performance.now() - endedAt));`;
      const begun = silent.arrived(sent + 1);
      const ended = await runInVain(program, {OTEL_BSP_SCHEDULE_DELAY: '1'}, {inputEnds: begun});
      expect(ended).to.include({code: 0, stderr: ''});
      expect(Number(ended.stdout)).to.be.within(1, 9000);
    });

    it('leaves the variables of the process as they were', async () => {
      const ended = await run(
        `${CALL} console.log(Object.keys(process.env).filter(name => name.startsWith('OTEL_')));`,
      );
      expect(ended.stdout).to.equal("[ 'OTEL_EXPORTER_OTLP_ENDPOINT' ]\n");
    });
  });
});
