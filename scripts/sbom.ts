/**
 * Writes the bill of materials of each published package, as CycloneDX 1.6: the packages whose code its bundles hold, with the licenses
 * and checksums of package-lock.json. `node scripts/sbom.ts <folder>`, after `npm run build`.
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {root} from './bundle/root.ts';

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
}

interface Component {
  readonly type: 'library';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly {readonly expression: string}[];
  readonly hashes?: readonly {readonly alg: 'SHA-512'; readonly content: string}[];
}

const purlOf = (name: string, version: string): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** @throws Error for a package that package-lock.json does not have in this version. */
function componentOf(name: string, version: string, locked: Readonly<Record<string, Locked>>): Component {
  const found = Object.entries(locked).find(
    ([path, entry]) => path.endsWith(`node_modules/${name}`) && entry.version === version,
  )?.[1];
  if (found === undefined) throw new Error(`package-lock.json has no ${name} ${version}, which a bundle holds.`);
  const purl = purlOf(name, version);
  const [, digest] = /^sha512-(.+)$/.exec(found.integrity ?? '') ?? [];
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    ...(found.license !== undefined && {licenses: [{expression: found.license}]}),
    ...(digest !== undefined && {hashes: [{alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex')}]}),
  };
}

/** @param home The folder of a package, built. One without dist/licenses.txt holds no code of others. */
export function bomOf(home: string): object {
  const {name, version, license} = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license: string;
  };
  const {packages} = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const notices = join(home, 'dist/licenses.txt');
  const titles = existsSync(notices) ? readFileSync(notices, 'utf8').matchAll(/^(\S+) (\S+)\n-+$/gm) : [];
  const components = Array.from(titles, ([, held, its]) => componentOf(held!, its!, packages));
  const ref = purlOf(name, version);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {type: 'library', 'bom-ref': ref, name, version, purl: ref, licenses: [{expression: license}]},
    },
    components,
    dependencies: [{ref, dependsOn: components.map(each => each['bom-ref'])}],
  };
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('Name the folder of the bills of materials.');
  for (const home of ['.', 'packages/retry-lint', 'packages/eslint-plugin-retry']) {
    const bom = bomOf(join(root, home)) as {metadata: {component: {name: string; version: string}}};
    const {name, version} = bom.metadata.component;
    writeFileSync(join(folder, `${name}-${version}.cdx.json`), `${JSON.stringify(bom, null, 2)}\n`);
  }
}
