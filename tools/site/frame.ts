/** Header and footer of every page, as HTML: landing page, documents and playground have the same. Runs in the build and in browsers. */

export interface Frame {
  /** What every link begins with: `/`, the path that the site is served below, or `../`. */
  readonly prefix: string;
  readonly version: string;
  /** The page of the repository. */
  readonly repository: string;
}

/** The links of the header. */
const SECTIONS = [
  ['Docs', 'getting-started.html'],
  ['Policy', 'policy.html'],
  ['Rules', 'rules/index.html'],
  ['API', 'api/index.html'],
  ['Playground', 'playground/index.html'],
] as const;

export type Section = (typeof SECTIONS)[number][0];

const FOOTER: Readonly<Record<string, readonly (readonly [text: string, page: string])[]>> = {
  Learn: [
    ['Getting started', 'getting-started.html'],
    ['Cookbook', 'cookbook.html'],
    ['Model endpoints', 'model-endpoints.html'],
    ['Playground', 'playground/index.html'],
  ],
  Reference: [
    ['Policy', 'policy.html'],
    ['Rules', 'rules/index.html'],
    ['API', 'api/index.html'],
    ['What each default does', 'defaults.html'],
    ['Conformance', 'conformance.html'],
  ],
  Project: [
    ['Changelog', 'changelog.html'],
    ['Decisions', 'decisions/index.html'],
    ['Contributing', 'contributing.html'],
    ['Security', 'security.html'],
  ],
};

/** Pages of "Policy" and "Rules", beside docs/rules. */
const POLICY = new Set(['policy', 'traffic-light', 'semantics', 'events-and-reports', 'glossary']);
const RULES = new Set(['retry-lint', 'python', 'meshes', 'editors', 'mcp']);

/** @param page Its path in the site, without the extension: `rules/RL203`. */
export function sectionOf(page: string): Section {
  if (page.startsWith('rules/') || RULES.has(page)) return 'Rules';
  if (page.startsWith('api/')) return 'API';
  return POLICY.has(page) ? 'Policy' : 'Docs';
}

/** Three spans of a call, the third of which succeeds. public/icon.svg is the same. */
const LOGO =
  '<svg viewBox="0 0 32 32" aria-hidden="true"><g fill="none" stroke="currentColor" stroke-width="2.5" opacity=".62"><rect x="3.25" y="4.25" width="7.5" height="5.5" rx="2.75"/><rect x="8.25" y="13.25" width="9.5" height="5.5" rx="2.75"/></g><rect x="14" y="21" width="16" height="8" rx="4" fill="var(--good-fill)"/></svg>';
const GLASS =
  '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" aria-hidden="true"><circle cx="10.5" cy="10.5" r="6.5"/><path d="m16 16 5 5"/></svg>';
const HALF =
  '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true"><circle cx="12" cy="12" r="8"/><path d="M12 4v16a8 8 0 0 0 0-16z" fill="currentColor"/></svg>';
const LINES =
  '<svg viewBox="0 0 24 24" stroke="currentColor" stroke-width="2.2" aria-hidden="true"><path d="M3 6h18M3 12h18M3 18h18"/></svg>';

/**
 * @param current Marked in the navigation; undefined on the landing page.
 * @param content The id of what "Skip to content" leads to.
 */
export function header({prefix, version, repository}: Frame, current: Section | undefined, content: string): string {
  const sections = SECTIONS.map(([text, page]) =>
    linkOf(prefix, text, page, text === current ? ' aria-current="true"' : ''),
  ).join('');
  const changelog = `${prefix}changelog.html`;
  return `<a class="skip" href="#${content}">Skip to content</a><div class="frame-wrap">
<a class="brand" href="${prefix}index.html" target="_self">${LOGO}steadfetch</a>
<nav class="sections" aria-label="Main">${sections}</nav>
<a class="find" href="${prefix}contents.html" aria-label="Search">${GLASS}<span>Search</span><kbd>/</kbd></a>
<a class="icon wide" href="${changelog}" aria-label="Version ${version}: changelog">${version}</a>
<a class="icon wide" href="${repository}">Repository</a>
<button class="icon" id="theme" type="button" aria-label="Dark theme" aria-pressed="false">${HALF}</button>
<details class="menu"><summary aria-label="Menu">${LINES}</summary><nav class="menu-links" aria-label="Menu">${sections}<a href="${repository}">Repository</a><a href="${changelog}">Version ${version}</a></nav></details>
</div>`;
}

export function footer({prefix, version, repository}: Frame): string {
  const columns = Object.entries(FOOTER).map(([title, links]) => {
    const items = links.map(([text, page]) => `<li>${linkOf(prefix, text, page)}</li>`);
    if (title === 'Project') items.unshift(`<li><a href="${repository}">Repository</a></li>`);
    return `<div><h2>${title}</h2><ul>${items.join('')}</ul></div>`;
  });
  return `<div class="frame-wrap"><div class="columns">
<div><p><b>steadfetch</b></p><p class="about">Retries, a linter for retry policies, and a span for every attempt.</p></div>
${columns.join('\n')}
</div><p class="end"><span>Version ${version}</span><span>MIT</span><span>Figures are measured anew for each release.</span></p></div>`;
}

/** The landing page and the playground are no pages of VitePress, whose router follows links without a target. */
function linkOf(prefix: string, text: string, page: string, more = ''): string {
  const target = page.startsWith('playground/') ? ' target="_self"' : '';
  return `<a href="${prefix}${page}"${target}${more}>${text}</a>`;
}
