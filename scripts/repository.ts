/**
 * Writes what follows from `repository.url` in package.json: `homepage` and `bugs`, all three in packages/retry-lint, and the homepage
 * that the linter links to.
 *
 * Run by `npm run generate`. When the project moves, that one field is edited.
 */
import {readFileSync, writeFileSync} from 'node:fs';

interface Manifest {
  readonly repository: {readonly type: 'git'; readonly url: string};
  readonly engines: object;
}

const at = (path: string): URL => new URL(`../${path}`, import.meta.url);
const read = (path: string): Manifest => JSON.parse(readFileSync(at(path), 'utf8'));

/** Each file by its path, as it has to be. */
export function manifests(): Record<string, string> {
  const {repository, engines} = read('package.json');
  const site = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
  const links = {homepage: `${site}#readme`, bugs: {url: `${site}/issues`}};
  return {
    'package.json': text({...read('package.json'), ...links}),
    'packages/retry-lint/package.json': text({
      ...read('packages/retry-lint/package.json'),
      ...links,
      repository: {...repository, directory: 'packages/retry-lint'},
      engines,
    }),
    'lint/homepage.ts': `// Generated from package.json by scripts/repository.ts. Do not edit.

/** Empty where package.json names none. */
export const homepage: string = '${links.homepage}';
`,
  };
}

const text = (manifest: object): string => `${JSON.stringify(manifest, null, 2)}\n`;

if (import.meta.main) for (const [path, written] of Object.entries(manifests())) writeFileSync(at(path), written);
