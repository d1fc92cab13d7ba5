/** The plugin for bundlers, under two of them that are here. test/package/bundlers.test.ts has the others, from the packed package. */
import {mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect} from 'chai';
import {build} from 'esbuild';
import {type RolldownPluginOption, rolldown} from 'rolldown';
import {steadfetch} from '../../src/bundler.ts';
import {moduleText} from '../../src/compile/module-text.ts';
import {compilePolicy} from '../../src/compile/plan-of.ts';

describe('the plugin for bundlers', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'steadfetch-bundler-')));
  });
  afterEach(() => rmSync(folder, {recursive: true, force: true}));

  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  async function watchedByRolldown(
    input: string,
    plugin: RolldownPluginOption = steadfetch.rolldown(),
  ): Promise<{code: string; watched: string[]}> {
    const bundle = await rolldown({
      input,
      external: /^steadfetch\//,
      plugins: [plugin],
      logLevel: 'silent',
    });
    try {
      const {output} = await bundle.generate({format: 'esm'});
      return {code: output[0].code, watched: await bundle.watchFiles};
    } finally {
      await bundle.close();
    }
  }

  const bundlers = {
    rolldown: async (input: string) => (await watchedByRolldown(input)).code,
    async esbuild(input: string) {
      const {outputFiles} = await build({
        entryPoints: [input],
        bundle: true,
        write: false,
        format: 'esm',
        external: ['steadfetch/*'],
        plugins: [steadfetch.esbuild()],
        logLevel: 'silent',
      });
      return outputFiles[0]!.text;
    },
  };

  /** Without comments and layout, which belong to the bundler. */
  const plan = (code: string): unknown => {
    const [text] = /\{\s*"?format"?: [\s\S]*?\n\};/.exec(code) ?? [];
    return text === undefined ? text : new Function(`return ${text.slice(0, -1)}`)();
  };

  for (const [name, bundled] of Object.entries(bundlers)) {
    it(`compiles what is imported, and what it extends, under ${name}`, async () => {
      write('team.yaml', 'maxAttempts: 7\nbreaker: null\n');
      write('api.policy.json', '{"name": "api", "extends": ["./team.yaml"]} // JSON with comments');
      const app = write(
        'app.js',
        "import {createFetch} from './api.policy.json?steadfetch';\nimport team from './plain.json';\nconsole.log(createFetch, team);\n",
      );
      write('plain.json', '{"stays": "JSON"}');

      const code = await bundled(app);

      const expected = moduleText(compilePolicy({name: 'api', maxAttempts: 7, breaker: null}), '', false).code;
      expect(plan(code)).to.deep.equal(plan(expected));
      expect(code).to.contain('tokenBucket').and.to.contain('stays').and.not.to.contain('adaptiveBreaker');
    });

    it(`takes an absolute path, and policies of one name in two folders, under ${name}`, async () => {
      const policy = write('policy.json', '{"name": "first"}');
      const app = write(
        'app.js',
        `import {createFetch} from ${JSON.stringify(`${policy}?steadfetch`)};\nimport {createFetch as other} from '../${folder.split('/').at(-1)}/./policy.json?steadfetch';\nconsole.log(createFetch === other);\n`,
      );
      const code = await bundled(app);
      expect(code.match(/"?format"?: \d/g)).to.have.length(1);
    });

    it(`fails the build with the words of loadPolicy under ${name}`, async () => {
      write('policy.json', '{"maxAttempts": 0}');
      const app = write('app.js', "import {createFetch} from './policy.json?steadfetch';\nconsole.log(createFetch);\n");
      const error = await bundled(app).then(
        () => null,
        (thrown: Error) => thrown,
      );
      expect(error?.message).to.contain(
        'maxAttempts must be a whole number of at least 1, "unlimited" or null, got 0 (in ',
      );
    });
  }

  it('finds a path below the root of a project of Vite, and one of the machine', async () => {
    const plugin: RolldownPluginOption & {configResolved?(config: {root: string}): void} = Object.assign(
      {},
      steadfetch.vite(),
    );
    plugin.configResolved?.({root: folder});
    const policy = write('api.policy.json', '{"name": "in-the-root"}');
    for (const path of ['/api.policy.json', policy]) {
      const app = write('app.js', `export {createFetch} from ${JSON.stringify(`${path}?steadfetch`)};\n`);
      const {code, watched} = await watchedByRolldown(app, plugin);
      expect(code).to.contain('in-the-root');
      expect(watched).to.include(policy);
    }
  });

  it('has the bundler watch each file that a policy is read from', async () => {
    const team = write('team.json', '{"maxAttempts": 2}');
    const policy = write('policy.json', '{"extends": ["./team.json"]}');
    const app = write('app.js', "import {createFetch} from './policy.json?steadfetch';\nconsole.log(createFetch);\n");
    expect((await watchedByRolldown(app)).watched).to.include.members([team, policy]);
  });
});
