/**
 * Writes what follows from `repository.url` in package.json: `homepage` and `bugs`, all three in packages/retry-lint, packages/eslint-plugin-retry and
 * lint/vscode, the homepage of packages/python, the links of issue forms, CITATION.cff, and the homepage that the linter links to. The ids of the schemas follow from it, too (schema/generate.ts).
 *
 * Run by `npm run generate`. When the project moves, that one field is edited. Until it has a home, the host ends in `.invalid`. RFC 2606
 * reserves that name, so the host cannot be registered, and no schema or page can be served in the project's name.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {repositorySite} from '../schema/repository-site.ts';

interface Manifest {
  readonly repository: {readonly type: 'git'; readonly url: string};
  readonly engines: object;
  readonly version: string;
}

const at = (path: string): URL => new URL(`../${path}`, import.meta.url);
const read = (path: string): Manifest => JSON.parse(readFileSync(at(path), 'utf8'));

/** Each file by its path, as it has to be. */
export function manifests(): Record<string, string> {
  const {repository, engines, version} = read('package.json');
  const site = repositorySite();
  const links = {homepage: `${site}#readme`, bugs: {url: `${site}/issues`}};
  return {
    'package.json': text({...read('package.json'), ...links}),
    ...Object.fromEntries(
      ['packages/retry-lint', 'packages/eslint-plugin-retry'].map(directory => [
        `${directory}/package.json`,
        text({...read(`${directory}/package.json`), ...links, repository: {...repository, directory}, engines}),
      ]),
    ),
    'lint/vscode/package.json': text({
      ...read('lint/vscode/package.json'),
      ...links,
      repository: {type: 'git', url: `${site}.git`, directory: 'lint/vscode'},
    }),
    'packages/python/pyproject.toml': readFileSync(at('packages/python/pyproject.toml'), 'utf8').replace(
      /^Homepage = .*$/m,
      `Homepage = "${site}"`,
    ),
    'CITATION.cff': readFileSync(at('CITATION.cff'), 'utf8')
      .replace(/^version: .*$/m, `version: ${version}`)
      .replace(/^repository-code: .*$/m, `repository-code: ${site}`),
    '.github/ISSUE_TEMPLATE/config.yml': readFileSync(at('.github/ISSUE_TEMPLATE/config.yml'), 'utf8').replace(
      /^( +url: ).*?(?=\/(?:security|discussions))/gm,
      (_, before: string) => `${before}${site}`,
    ),
    'lint/homepage.ts': `// Generated from package.json by scripts/repository.ts. Do not edit.

/** Empty where package.json names none. */
export const homepage: string = '${links.homepage}';
`,
  };
}

const text = (manifest: object): string => `${JSON.stringify(manifest, null, 2)}\n`;

if (import.meta.main) for (const [path, written] of Object.entries(manifests())) writeFileSync(at(path), written);
