/** What can be checked of the workflows without a program: time limits, pinned actions, and the release. */
import {readdirSync, readFileSync} from 'node:fs';
import {expect} from 'chai';
import {parse} from 'yaml';
import {type Release, releaseProblems} from '../scripts/release-check.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly 'timeout-minutes'?: number;
}
interface Job {
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

  it('publishes both packages with provenance, after all tests', () => {
    const {permissions, steps} = read('release.yml').jobs.publish!;
    expect(permissions).to.deep.equal({contents: 'read', 'id-token': 'write'});
    const commands = steps.flatMap(({run}) => run ?? []);
    const published = commands.filter(command => command.startsWith('npm publish'));
    expect(published).to.deep.equal(Array(2).fill('npm publish --provenance --access public'));
    expect(commands.indexOf('.ci/run')).to.be.within(0, commands.indexOf(published[0]!));
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
      {name: 'retry-lint', version: '1.2.3', repository, dependencies: {steadfetch: '1.2.3'}},
    ],
  };

  it('is published where the tag, both packages and the changelog agree', () => {
    expect(releaseProblems(release)).to.deep.equal([]);
  });

  it('is refused where the tag names another version', () => {
    expect(releaseProblems({...release, tag: 'v1.3.0'})).to.deep.equal([
      'steadfetch has version 1.2.3, and the tag is v1.3.0. Set both to the same version.',
      'retry-lint has version 1.2.3, and the tag is v1.3.0. Set both to the same version.',
      'retry-lint depends on steadfetch 1.2.3, and the release is 1.3.0. Set the dependency to it.',
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
