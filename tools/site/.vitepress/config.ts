/** VitePress over docs/ as it is. */
import {relative} from 'node:path';
import {type DefaultTheme, defineConfigWithTheme, type HeadConfig, type UserConfig} from 'vitepress';
import {firstPaint} from '../client/build.ts';
import {anchorOf} from '../client/ranking.ts';
import {codeTheme} from '../code-theme.ts';
import {descriptionOf} from '../description.ts';
import type {Frame} from '../frame.ts';
import {headTags} from '../head.ts';
import {siteLink} from '../links.ts';
import {code} from '../markdown/code.ts';
import {rulePages} from '../markdown/rule-page.ts';
import {ruleTable} from '../markdown/rule-table.ts';
import {scenarioLinks} from '../markdown/scenarios.ts';
import {tables} from '../markdown/tables.ts';
import {pages, root, sidebars, withoutPages} from '../pages.ts';
import {base, frame} from '../site.ts';

/** Pages whose tables need the width of the outline. */
const WIDE = /^(?:conformance|conformance-models|clients|performance|policy|reliability)\.md$/;

/** The header and the footer of the theme need the frame. */
type ThemeConfig = DefaultTheme.Config & {readonly frame: Frame};

const config: UserConfig<ThemeConfig> = defineConfigWithTheme<ThemeConfig>({
  title: 'steadfetch',
  titleTemplate: ':title · steadfetch',
  description:
    'Retries that are safe to leave on: one JSON policy for ky, fetch, undici and gRPC, with a linter and a simulator.',
  lang: 'en',
  base,
  srcDir: root,
  srcExclude: [...withoutPages],
  rewrites: Object.fromEntries(pages),
  outDir: 'dist',
  cacheDir: 'node_modules/.vitepress',
  head: [['script', {}, firstPaint()]],
  // The frame switches the theme of all pages.
  appearance: false,
  vite: {publicDir: new URL('../public', import.meta.url).pathname, build: {chunkSizeWarningLimit: 2000}},
  markdown: {
    anchor: {slugify: anchorOf},
    theme: codeTheme,
    // A page may end a line in braces that are no attributes.
    attrs: {disable: true},
    config: md => {
      md.core.ruler.push('site-links', ({tokens, env}) => {
        const from = relative(root, env.realPath ?? env.path).replaceAll('\\', '/');
        for (const token of tokens.flatMap(({children}) => children ?? [])) {
          const href = token.type === 'link_open' ? token.attrGet('href') : null;
          if (href !== null) token.attrSet('href', siteLink(href, from));
        }
      });
      tables(md);
      ruleTable(md);
      code(md);
      rulePages(md);
      scenarioLinks(md);
    },
  },
  transformPageData: page => {
    if (WIDE.test(page.relativePath)) page.frontmatter = {aside: false, pageClass: 'wide-page'};
    if (/^rules\/RL/.test(page.relativePath)) page.frontmatter.pageClass = 'rule-page';
    if (page.relativePath === 'rules/index.md') page.frontmatter = {aside: false, pageClass: 'wide-page'};
    page.frontmatter.navbar = false;
    // An entry point may have the title of a guide.
    if (/^api\/(?!index)/.test(page.relativePath)) page.title = `${page.title} API`;
    page.description = descriptionOf(page.relativePath);
  },
  transformHead: ({pageData: {relativePath, title, description}}): HeadConfig[] =>
    headTags({
      path: relativePath.replace(/\.md$/, '.html'),
      title: `${title} · steadfetch`,
      description,
    }).map(([name, attributes]) => [name, attributes]),
  // The pages have one footer, that of the frame; this one has the links to the pages before and after.
  transformHtml: html => html.replace('<footer class="VPDocFooter"', '<footer role="presentation" class="VPDocFooter"'),
  themeConfig: {
    frame,
    sidebar: sidebars(),
    outline: [2, 3],
  },
});

export default config;
