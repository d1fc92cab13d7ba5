/**
 * PGlite with an empty database. To make one takes three seconds of CPU, to load one that was made before less than one, so it is kept beside the
 * packages, for this version of PGlite.
 */
import {existsSync, mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname} from 'node:path';
import {fileURLToPath} from 'node:url';
import {PGlite} from '@electric-sql/pglite';

const packageJson = createRequire(import.meta.url)
  .resolve('@electric-sql/pglite')
  .replace(/\/dist\/.*$/, '/package.json');
const {version} = JSON.parse(readFileSync(packageJson, 'utf8')) as {version: string};
const kept = fileURLToPath(new URL(`../../node_modules/.cache/pglite/${version}.tar`, import.meta.url));

export async function startPGlite(): Promise<PGlite> {
  if (existsSync(kept)) return PGlite.create({loadDataDir: new Blob([readFileSync(kept)])});
  const db = await PGlite.create();
  await keep(db);
  return db;
}

async function keep(db: PGlite): Promise<void> {
  const dump = await (await db.dumpDataDir('none')).arrayBuffer();
  try {
    mkdirSync(dirname(kept), {recursive: true});
    writeFileSync(`${kept}.${process.pid}`, new Uint8Array(dump));
    renameSync(`${kept}.${process.pid}`, kept); // Another process may load it meanwhile.
  } catch {
    // Where the packages are read-only, each start makes one.
  }
}
