/** Blocks of code: the bar above has the name of the file, or else of the language. Drawings of the terminal keep their columns. */
import type {MarkdownRenderer} from 'vitepress';
import {escaped} from '../plain-page.ts';

const LANGUAGES: Readonly<Record<string, string>> = {
  ts: 'TypeScript',
  js: 'JavaScript',
  json: 'JSON',
  jsonc: 'JSON',
  yaml: 'YAML',
  python: 'Python',
  sh: 'Shell',
  console: 'Terminal',
  text: 'Output',
};

/** Bars of a chart in a terminal. */
const DRAWING = /[▁▂▃▄▅▆▇█]{8}/u;

export function code(md: MarkdownRenderer): void {
  const fence = md.renderer.rules.fence!;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const {info, content} = tokens[index]!;
    const [language = '', file] = info.trim().split(/\s+/);
    const name = file ?? LANGUAGES[language] ?? language;
    const html = fence(tokens, index, options, env, self).replace(
      /<span class="lang">[^<]*<\/span>/,
      `<span class="lang">${escaped(name)}</span>`,
    );
    return DRAWING.test(content) ? html.replace(/^<div class="/, '<div class="drawing ') : html;
  };
}
