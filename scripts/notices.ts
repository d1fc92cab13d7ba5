/** The licences of packages whose code a bundle holds, as their authors ask where the code is passed on. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Metafile} from 'esbuild';

/**
 * Name, version and licence text of every package that is an input, in order of the names.
 *
 * @param root  What the paths of the inputs are relative to.
 * @throws Error for a package that has no file with a licence.
 */
export function noticesOf(metafiles: readonly Metafile[], root: string): string {
  const folders = new Set<string>();
  for (const {inputs} of metafiles)
    for (const path of Object.keys(inputs)) {
      const folder = /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(
        path.replace(/^[a-z-]+:(?=.*node_modules)/, ''),
      )?.[0];
      if (folder !== undefined) folders.add(folder);
    }
  const notices = [...folders].map(folder => notice(join(root, folder))).sort();
  return `This program contains code of the following packages.\n\n${notices.join('\n')}`;
}

function notice(folder: string): string {
  const {name, version} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const files = readdirSync(folder).filter(file => /^(?:licen[cs]e|notice|copying)\b/i.test(file));
  if (files.length === 0) throw new Error(`${name} has no file with its licence, and cannot be bundled.`);
  const texts = files.map(file => readFileSync(join(folder, file), 'utf8').trim());
  return `${name} ${version}\n${'-'.repeat(name.length + version.length + 1)}\n\n${texts.join('\n\n')}\n`;
}
