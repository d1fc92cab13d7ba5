/** Every entry loads in the Nodes we promise, and without the packages it does not need. */
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'chai';
import {linterNames, publicNames} from '../public-names.ts';
import {attempt, extremes, fullProject, nodeBinary, oldestNode, project, root, run, versions} from './projects.ts';

/** Prints the names that each entry exports. */
const script = (entries: readonly string[], name: string): string => `
const names = {};
for (const entry of ${JSON.stringify(entries)})
  names[entry] = Object.keys(await import('${name}' + entry.slice(1))).sort();
console.log(JSON.stringify(names));`;

async function namesOf(
  folder: string,
  node: string,
  entries: readonly string[],
  name = 'steadfetch',
): Promise<unknown> {
  return JSON.parse(await run(folder, node, '--input-type=module', '--eval', script(entries, name)));
}

// register starts an SDK; it has a test of its own.
const modules = Object.keys(publicNames).filter(entry => entry !== './register');
const promised = (entries: readonly string[]): unknown =>
  Object.fromEntries(entries.map(entry => [entry, publicNames[entry]]));

const call = (entry: string): string => `
import {createFetch} from '${entry}';
import {ScriptedFetch, VirtualClock} from 'steadfetch/testing';
const clock = new VirtualClock();
const server = new ScriptedFetch(clock, [503, 200]);
const fetch = createFetch({}, {clock, fetch: server.fetch});
const {status} = await clock.run(() => fetch('https://example.com/'));
console.log(status, server.requests.length);`;

describe('installed package', () => {
  const nodes: [string, () => string | Promise<string>][] = [
    [`v${versions.oldestNode}`, oldestNode],
    [process.version, () => process.execPath],
    [`v${versions.newestNode}`, () => nodeBinary(versions.newestNode)],
  ];
  for (const [name, node] of extremes(nodes)) {
    describe(`under ${name}`, () => {
      it('every entry has its names', async () => {
        const folder = await fullProject();
        expect(await namesOf(folder, await node(), modules)).to.deep.equal(promised(modules));
        expect(await namesOf(folder, await node(), ['.'], 'retry-lint')).to.deep.equal(linterNames);
      });

      it('require() gives the same names', async () => {
        const folder = await fullProject();
        const program = "console.log(Object.keys(require('steadfetch')).sort().join())";
        const output = await run(folder, await node(), '--no-warnings', '--input-type=commonjs', '--eval', program);
        expect(output).to.equal(`${publicNames['.']!.join()}\n`);
      });

      it('a call is sent again', async () => {
        const folder = await fullProject();
        const output = await run(folder, await node(), '--input-type=module', '--eval', call('steadfetch'));
        expect(output).to.equal('200 2\n');
      });

      it('steadfetch batch is a command', async () => {
        const folder = await fullProject();
        const output = await run(folder, await node(), 'node_modules/.bin/steadfetch', 'batch', '--help');
        expect(output).to.contain('steadfetch batch <requests.jsonl>');
      });

      it('--import steadfetch/register starts an SDK and lets the process end', async () => {
        const folder = await fullProject();
        const program =
          "import {trace} from '@opentelemetry/api'; console.log(trace.getTracer('t').startSpan('s').isRecording())";
        const output = await run(
          folder,
          await node(),
          '--import',
          'steadfetch/register',
          '--input-type=module',
          '--eval',
          program,
        );
        expect(output).to.equal('true\n');
      });

      it('the schema is an entry', async () => {
        const folder = await fullProject();
        const program =
          "import schema from 'steadfetch/policy.schema.json' with {type: 'json'}; console.log(schema.title)";
        expect(await run(folder, await node(), '--no-warnings', '--input-type=module', '--eval', program)).to.match(
          /\w+/,
        );
      });
    });
  }

  it('is older than engines says where require() fails', async () => {
    const folder = await fullProject();
    const program = "require('steadfetch')";
    const {code, output} = await attempt(
      folder,
      await nodeBinary('22.11.0'),
      '--input-type=commonjs',
      '--eval',
      program,
    );
    expect(code).to.equal(1);
    expect(output).to.contain('ERR_REQUIRE_ESM');
  });

  it('does not need ky for fetch, testing, load and telemetry', async () => {
    const folder = await project('without-ky', []);
    expect(existsSync(join(folder, 'node_modules/ky'))).to.equal(false);
    const entries = ['./fetch', './load', './telemetry', './testing'];
    expect(await namesOf(folder, process.execPath, entries)).to.deep.equal(promised(entries));
    expect(await run(folder, process.execPath, '--input-type=module', '--eval', call('steadfetch/fetch'))).to.equal(
      '200 2\n',
    );
    // The test can fail: ky is what the ky adapter needs.
    expect((await attempt(folder, process.execPath, '--eval', "import('steadfetch/ky')")).code).to.equal(1);
  });

  it('does not need OpenTelemetry for core', async () => {
    const folder = await project('without-otel', [versions.ky], '--legacy-peer-deps');
    expect(readdirSync(join(folder, 'node_modules'))).not.to.include('@opentelemetry');
    expect(await namesOf(folder, process.execPath, ['./core'])).to.deep.equal(promised(['./core']));
    expect(await run(folder, process.execPath, '--input-type=module', '--eval', call('steadfetch/core'))).to.equal(
      '200 2\n',
    );
    expect((await attempt(folder, process.execPath, '--eval', "import('steadfetch')")).code).to.equal(1);
  });

  it('is found under its own name in the repository, once it is built', async () => {
    await fullProject();
    expect(await namesOf(root, process.execPath, modules)).to.deep.equal(promised(modules));
  });
});
