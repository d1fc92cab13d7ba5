/** A simulation of any length takes no more memory, not even where thousands of calls wait at a time. It takes 150 to 180 MB. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import {expect} from 'chai';
import {scenarios} from '../../src/simulate/scenario/scenarios.ts';

const program = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** Runs the command, and says what it took. */
const PROBE = `
process.on('exit', () => console.error(JSON.stringify({maxMb: process.resourceUsage().maxRSS / 1024})));
process.argv.splice(1, 1);
await import(process.argv[1]);
`;
const MOST_MB = 230;
/** The scenario `spike` has 17,600 calls. */
const TIMES = 15;

describe('endurance: simulate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steadfetch-simulate-'));
  after(() => rmSync(folder, {recursive: true}));

  it(`simulates a quarter of a million calls in an overload twice, in ${MOST_MB} MB`, async () => {
    const path = join(folder, 'spike.json');
    const {spike} = scenarios;
    const phases = [{fromMs: 20_000 * TIMES, toMs: 30_000 * TIMES, perSecond: 400}];
    const long = {...spike, durationMs: 180_000 * TIMES, traffic: {...spike!.traffic, phases}};
    writeFileSync(path, JSON.stringify(long));
    const probe = join(folder, 'probe.mjs');
    writeFileSync(probe, PROBE);
    const args = ['--no-warnings', probe, program, 'simulate', '--scenario', path, '--json'];
    const child = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'pipe']});
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    expect(code, stderr).to.equal(0);
    const {results} = JSON.parse(stdout) as {results: {name: string; calls: number}[]};
    expect(results.map(({name}) => name)).to.deep.equal(['no policy', 'no deadline', 'default']);
    for (const {calls} of results) expect(calls).to.be.above(250_000);
    const {maxMb} = JSON.parse(stderr.trim().split('\n').at(-1)!) as {maxMb: number};
    console.log(`        ${Math.round(maxMb)} MB`);
    expect(maxMb, 'MB').to.be.below(MOST_MB);
  });
});
