/** Pages that VitePress does not make: the frame, a style of their own, and one small script. */
import {fileURLToPath} from 'node:url';
import {html} from '../../src/charts/html.ts';
import {bundled, bundledStyle, firstPaint} from './client/build.ts';
import {footer, header, type Section} from './frame.ts';
import {type Described, headTags} from './head.ts';
import {base, frame} from './site.ts';

export interface PlainPage {
  /** In the site: `index.html`. */
  readonly path: string;
  readonly title: string;
  readonly description: string;
  /** HTML inside `main`. */
  readonly body: string;
  readonly current?: Section;
  /** More in the head. */
  readonly head?: string;
}

export const SCRIPT = 'site.js';
export const STYLE = 'site.css';

/** Title, description and what follows from them. */
export function headOf(page: Described): string {
  const tags = headTags(page).map(([name, attributes]) => {
    const written = Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`);
    return `<${name} ${written.join(' ')}>`;
  });
  return [
    `<title>${escaped(page.title)}</title>`,
    `<meta name="description" content="${escaped(page.description)}">`,
    ...tags,
  ].join('\n');
}

export function plainPage({path, title, description, body, current, head = ''}: PlainPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${headOf({path, title, description})}
<script>${firstPaint()}</script>
<link rel="stylesheet" href="${base}${STYLE}">
<script type="module" src="${base}${SCRIPT}"></script>
${head}</head>
<body>
<header class="top">${header(frame, current, 'main')}</header>
<main id="main" tabindex="-1">${body}</main>
<footer class="foot">${footer(frame)}</footer>
</body>
</html>
`;
}

/** The files that plain pages load, by name. */
export const plainFiles = (): Record<string, string> => ({
  [SCRIPT]: bundled('plain.ts', 'esm'),
  [STYLE]: bundledStyle(fileURLToPath(new URL('plain-page.css', import.meta.url))),
});

export const escaped = (text: string): string => html`${text}`.text;
