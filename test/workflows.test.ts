/** What can be checked of the workflows without a program: time limits, pinned actions, and the release. */
import {execFileSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {posix} from 'node:path';
import {expect} from 'chai';
import {parse} from 'yaml';
import {repositorySite} from '../schema/repository-site.ts';
import {type Release, releaseProblems} from '../scripts/release-check.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
}
interface Job {
  readonly needs?: string | readonly string[];
  readonly outputs?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: {readonly matrix: Readonly<Record<string, readonly unknown[]>>};
  readonly steps: readonly Step[];
}

const folder = new URL('../.github/workflows/', import.meta.url);
const read = (file: string) =>
  parse(readFileSync(new URL(file, folder), 'utf8')) as {jobs: Readonly<Record<string, Job>>};

describe('a workflow', () => {
  for (const file of readdirSync(folder)) {
    for (const [name, job] of Object.entries(read(file).jobs)) {
      it(`${file}, ${name}: gives the job at least the sum of the time limits of its steps`, () => {
        const limits = job.steps.map(step => step['timeout-minutes']);
        expect(limits, 'a step without a limit').to.not.include(undefined);
        const sum = limits.reduce<number>((minutes, limit) => minutes + limit!, 0);
        expect(job['timeout-minutes']).to.be.at.least(sum);
      });

      it(`${file}, ${name}: pins each action by its commit`, () => {
        const used = job.steps.flatMap(({uses}) => (uses === undefined ? [] : [uses]));
        expect(used.filter(uses => !/@[0-9a-f]{40}$/.test(uses))).to.deep.equal([]);
      });
    }
  }

  it('runs the tests under Node 22 and 24, on Linux, macOS and Windows', () => {
    expect(read('ci.yml').jobs.tests!.strategy!.matrix).to.deep.equal({
      os: ['ubuntu-latest', 'macos-latest', 'windows-latest'],
      node: [22, 24],
    });
  });

  it('publishes the tarballs that another job built and tested, after comparing their checksums', () => {
    const {build, publish} = read('release.yml').jobs as Readonly<Record<string, Job>>;
    expect(build!.permissions).to.deep.equal({contents: 'read'});
    const tests = build!.steps.findIndex(({run}) => run === '.ci/run --all');
    const upload = build!.steps.findIndex(({uses}) => uses?.startsWith('actions/upload-artifact@'));
    expect(build!.steps[tests]?.env).to.have.property('TARBALLS');
    expect(upload).to.be.above(tests);
    expect(build!.outputs).to.have.keys('sums', 'wheel');

    expect(publish!.needs).to.equal('build');
    expect(publish!.steps.flatMap(({run}) => run ?? [])).to.deep.equal([
      'sha256sum --check --strict <<<"$SUMS"',
      ...['steadfetch', 'retry-lint', 'eslint-plugin-retry'].map(
        name => `npm publish --provenance --access public --ignore-scripts "./${name}-\${GITHUB_REF_NAME#v}.tgz"`,
      ),
    ]);
    expect(publish!.steps.find(({run}) => run?.startsWith('sha256sum'))?.env).to.deep.equal({
      SUMS: `\${{ needs.build.outputs.sums }}`,
    });
  });

  it('publishes the wheel that another job built and tested, after comparing its checksum', () => {
    const {build, 'publish-wheel': publish} = read('release.yml').jobs as Readonly<Record<string, Job>>;
    const uploads = build!.steps.filter(({uses}) => uses?.startsWith('actions/upload-artifact@'));
    expect(uploads.map(step => step.with!.path)).to.include(`\${{ runner.temp }}/tarballs/*.whl`);
    expect(publish!.needs).to.equal('build');
    const [download, check, upload, ...others] = publish!.steps;
    expect(others).to.deep.equal([]);
    expect(download!.with).to.deep.equal({name: 'wheel', path: 'dist'});
    expect(check).to.deep.include({run: 'sha256sum --check --strict <<<"$SUM"', 'working-directory': 'dist'});
    expect(check!.env).to.deep.equal({SUM: `\${{ needs.build.outputs.wheel }}`});
    // Without a password, the action asks PyPI for trust in this workflow.
    expect(upload!.uses).to.match(/^pypa\/gh-action-pypi-publish@/);
    expect(upload!.with).to.equal(undefined);
  });

  for (const file of readdirSync(folder))
    for (const [name, job] of Object.entries(read(file).jobs)) {
      if (job.permissions?.['id-token'] !== 'write') continue;
      it(`${file}, ${name}: runs no code of the project where it may sign`, () => {
        expect(job.needs).to.be.a('string');
        const uses = job.steps.flatMap(step => step.uses?.replace(/@.*/, '') ?? []);
        const commands = job.steps.flatMap(({run}) => run?.split(' ').slice(0, 2).join(' ') ?? []);
        expect([
          'actions/download-artifact',
          'actions/setup-node',
          'actions/deploy-pages',
          'pypa/gh-action-pypi-publish',
        ]).to.include.members(uses);
        expect(['sha256sum --check', 'npm publish']).to.include.members(commands);
      });
    }
});

describe('an issue form', () => {
  const forms = new URL('../ISSUE_TEMPLATE/', folder);
  const parsed = (file: string) => parse(readFileSync(new URL(file, forms), 'utf8'));

  it('sends a vulnerability to a private report', () => {
    const {blank_issues_enabled, contact_links} = parsed('config.yml') as {
      blank_issues_enabled: boolean;
      contact_links: readonly {url: string}[];
    };
    expect(blank_issues_enabled).to.equal(false);
    expect(contact_links[0]!.url).to.equal(`${repositorySite()}/security/advisories/new`);
  });

  for (const file of ['client.yml', 'rule.yml'])
    it(`${file} asks for what a report needs, each once`, () => {
      const {name, description, body} = parsed(file) as {
        name: string;
        description: string;
        body: readonly {type: string; id: string; attributes: {label: string}; validations?: {required: boolean}}[];
      };
      expect([name, description]).to.not.include(undefined);
      expect(new Set(body.map(({id}) => id))).to.have.lengthOf(body.length);
      for (const {type, attributes} of body) {
        expect(['textarea', 'input']).to.include(type);
        expect(attributes.label).to.match(/\w/);
      }
      const required = body.filter(({validations}) => validations?.required === true).map(({id}) => id);
      expect(required).to.include('versions').and.have.length.above(1);
    });
});

describe('dependabot', () => {
  const {updates} = parse(readFileSync(new URL('../dependabot.yml', folder), 'utf8')) as {
    updates: readonly {'package-ecosystem': string; directory?: string; directories?: readonly string[]}[];
  };

  it('updates every folder with a lock file', () => {
    const files = execFileSync('git', ['ls-files', '*package-lock.json'], {cwd: new URL('..', import.meta.url)});
    const folders = `${files}`
      .trim()
      .split('\n')
      .map(file => `/${posix.dirname(file)}`.replace(/\/\.$/, '/'));
    expect(updates.find(update => update['package-ecosystem'] === 'npm')?.directories).to.have.members(folders);
  });

  it('updates what builds the wheel', () => {
    const {directory} = updates.find(update => update['package-ecosystem'] === 'pip')!;
    expect(existsSync(new URL(`..${directory}/requirements.txt`, import.meta.url))).to.equal(true);
  });

  it('updates the actions', () => {
    expect(updates.map(update => update['package-ecosystem'])).to.include('github-actions');
  });
});

describe('CODEOWNERS', () => {
  it('asks the owner of the project about each file', () => {
    const rules = readFileSync(new URL('../.github/CODEOWNERS', import.meta.url), 'utf8').match(/^[^#\s].*$/gm)!;
    const {repository} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    const owner = /^git\+https:\/\/(?:[^/]+\/)*([^/]+)\.git$/.exec(repository.url)![1]!;
    for (const rule of rules) expect(rule).to.match(/^\S+(?: @[a-z][a-z-]*(?:\/[a-z-]+)?)+$/);
    expect(rules[0]).to.equal(`* @${owner}`);
  });
});

describe('a release', () => {
  const repository = {url: 'git+https://example.org/acme/steadfetch.git'};
  const release: Release = {
    tag: 'v1.2.3',
    repository: 'https://example.org/acme/steadfetch',
    changelog: '# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2026-11-26\n',
    manifests: [
      {name: 'steadfetch', version: '1.2.3', repository},
      {name: 'retry-lint', version: '1.2.3', repository},
    ],
  };

  it('is published where the tag, both packages and the changelog agree', () => {
    expect(releaseProblems(release)).to.deep.equal([]);
  });

  it('is refused where the tag names another version', () => {
    expect(releaseProblems({...release, tag: 'v1.3.0'})).to.deep.equal([
      'steadfetch has version 1.2.3, and the tag is v1.3.0. Set all to the same version.',
      'retry-lint has version 1.2.3, and the tag is v1.3.0. Set all to the same version.',
      'CHANGELOG.md has no section "## 1.3.0". Rename "## Unreleased".',
    ]);
  });

  it('is refused where a package names another repository than the one it is built from', () => {
    expect(releaseProblems({...release, repository: 'https://example.org/fork/steadfetch'})).to.deep.equal([
      'steadfetch names the repository https://example.org/acme/steadfetch, and is built from https://example.org/fork/steadfetch. Correct repository.url.',
      'retry-lint names the repository https://example.org/acme/steadfetch, and is built from https://example.org/fork/steadfetch. Correct repository.url.',
    ]);
  });
});
