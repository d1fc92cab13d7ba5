/** The page of the repository, from which the ids of schemas and the links of packages follow. */
import {readFileSync} from 'node:fs';

interface Manifest {
  readonly repository: {readonly url: string};
}

/** Such as `https://github.com/owner/name`, by `repository.url` in package.json. */
export function repositorySite(): string {
  const {repository} = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest;
  return repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
}
