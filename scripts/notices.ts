/** The licences of packages whose code a bundle holds, as their authors ask where the code is passed on. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Metafile} from 'esbuild';

/**
 * Name, version and licence text of every package that is an input, in order of the names. Terms that several have are written once.
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
  const notices = [...folders].map(folder => noticeOf(join(root, folder))).sort((a, b) => (a.title < b.title ? -1 : 1));
  const first = new Map<string, string>();
  const shown = notices.map(({title, text}) => {
    const [holders, terms] = split(text);
    const known = first.get(terms);
    if (known === undefined) first.set(terms, title);
    const body = known === undefined || holders === '' ? text : `${holders}\n\nThe terms are those of ${known}, above.`;
    return `${title}\n${'-'.repeat(title.length)}\n\n${body}\n`;
  });
  return `This program contains code of the following packages.\n\n${shown.join('\n')}`;
}

/** The copyright notices of a licence, and its terms, which many packages have in common, as they are however the lines break. */
function split(text: string): readonly [holders: string, terms: string] {
  const lines = text.split('\n').map(line => line.trim());
  const isNotice = (line: string): boolean => /^(?:\(The )?MIT License\)?$|^The MIT License|^Copyright \(/i.test(line);
  const holders = lines.filter(line => /^Copyright/i.test(line)).join('\n');
  const terms = lines.filter(line => !isNotice(line)).join(' ');
  return [holders, terms.replaceAll(/\s+/g, ' ').trim()];
}

function noticeOf(folder: string): {readonly title: string; readonly text: string} {
  const {name, version} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const files = readdirSync(folder).filter(file => /^(?:licen[cs]e|notice|copying)\b/i.test(file));
  if (files.length === 0) throw new Error(`${name} has no file with its licence, and cannot be bundled.`);
  const texts = files.map(file => readFileSync(join(folder, file), 'utf8').trim());
  return {title: `${name} ${version}`, text: texts.join('\n\n')};
}
