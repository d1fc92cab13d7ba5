/**
 * Stops a release whose parts disagree: `node scripts/release-check.ts v1.2.3 https://example.org/owner/name`.
 *
 * npm refuses provenance for a package that names another repository than the one it is built from, and a version cannot be published
 * twice, so both are checked before anything is published.
 */
import {readFileSync} from 'node:fs';

export interface Release {
  /** Such as v1.2.3. */
  readonly tag: string;
  /** The repository that the workflow runs in, without `.git`. */
  readonly repository: string;
  readonly changelog: string;
  readonly manifests: readonly Manifest[];
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly repository: {readonly url: string};
}

/** Why a release cannot be published; empty where it can. */
export function releaseProblems({tag, repository, changelog, manifests}: Release): string[] {
  const version = tag.replace(/^v/, '');
  const ofManifest = ({name, version: own, repository: {url}}: Manifest): string[] => {
    const source = url.replace(/^git\+/, '').replace(/\.git$/, '');
    return [
      ...(own === version ? [] : [`${name} has version ${own}, and the tag is ${tag}. Set all to the same version.`]),
      ...(source === repository
        ? []
        : [`${name} names the repository ${source}, and is built from ${repository}. Correct repository.url.`]),
    ];
  };
  return [
    ...manifests.flatMap(ofManifest),
    ...(changelog.split('\n').some(line => line.startsWith(`## ${version}`))
      ? []
      : [`CHANGELOG.md has no section "## ${version}". Rename "## Unreleased".`]),
  ];
}

if (import.meta.main) {
  const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
  const [tag = '', repository = ''] = process.argv.slice(2);
  const problems = releaseProblems({
    tag,
    repository,
    changelog: read('CHANGELOG.md'),
    manifests: ['', 'packages/retry-lint/', 'packages/eslint-plugin-retry/'].map(
      folder => JSON.parse(read(`${folder}package.json`)) as Manifest,
    ),
  });
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
