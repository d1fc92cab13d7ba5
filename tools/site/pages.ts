/** The pages of the site: which files of the repository they are made of, and how the sidebar orders them. */
import {readdirSync, readFileSync} from 'node:fs';
import {join, posix} from 'node:path';
import {fileURLToPath} from 'node:url';

export const root: string = fileURLToPath(new URL('../../', import.meta.url));

/** Files beside docs/ that are pages too, by their path in the site. */
const ROOT_PAGES: Readonly<Record<string, string>> = {
  'README.md': 'index.md',
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
};

/** Path of every page in the site, by its path in the repository: `docs/rules/README.md` is `rules/index.md`. */
export const pages: ReadonlyMap<string, string> = new Map([
  ...Object.entries(ROOT_PAGES),
  ...readdirSync(join(root, 'docs'), {recursive: true, encoding: 'utf8'})
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => path.endsWith('.md'))
    .sort()
    .map((path): [string, string] => [`docs/${path}`, path.replace(/(?<=^|\/)README\.md$/, 'index.md')]),
]);

/** Folders and files at the root of the repository that hold no page. */
export const withoutPages: readonly string[] = readdirSync(root, {withFileTypes: true})
  .filter(({name}) => name !== 'docs' && !(name in ROOT_PAGES))
  .map(entry => (entry.isDirectory() ? `${entry.name}/**` : entry.name));

/** An item of the sidebar, in the words of VitePress. */
export interface SidebarItem {
  readonly text: string;
  readonly link?: string;
  readonly collapsed?: boolean;
  readonly items?: SidebarItem[];
}

/** Names of pages of docs/, in the order of the sidebar. Other pages of docs/ follow those of "Reference". */
const START = ['getting-started', 'installing', 'cookbook', 'migrating', 'faq', 'troubleshooting', 'glossary'];
const REFERENCE = [
  'policy',
  'traffic-light',
  'semantics',
  'events-and-reports',
  'telemetry',
  'jaeger',
  'function',
  'server',
  'grpc',
  'batch',
  'many-machines',
  'simulate',
  'testing',
  'clients',
];
const MEASURED = ['conformance', 'model-endpoints', 'performance', 'reliability'];

const GUIDES = [
  'retries-and-backoff',
  'timeouts-and-deadlines',
  'idempotency',
  'retry-budgets',
  'circuit-breaker',
  'hedging',
  'concurrency',
  'quota',
  'streaming',
  'refusals',
  'paid-calls',
];

/** The first digit of a code, and what its rules are about. */
const RULE_GROUPS: Readonly<Record<string, string>> = {
  RL0: 'Files',
  RL1: 'Safety',
  RL2: 'Load',
  RL3: 'Latency',
  RL4: 'Correctness',
  RL5: 'Errors',
  RL6: 'Hygiene',
};

export function sidebar(): SidebarItem[] {
  const inGroups = new Set([...START, ...REFERENCE, ...MEASURED, 'retry-lint', 'python', 'eslint']);
  const others = namesIn('docs').filter(name => !inGroups.has(name));
  const guides = [...GUIDES, ...namesIn('docs/guides').filter(name => !GUIDES.includes(name))];
  return [
    {text: 'Start', items: itemsOf('docs', START)},
    {text: 'Guides', items: itemsOf('docs/guides', guides)},
    {text: 'Reference', collapsed: false, items: itemsOf('docs', [...REFERENCE, ...others])},
    {text: 'Measured', items: itemsOf('docs', MEASURED)},
    {
      text: 'retry-lint',
      items: [
        {text: 'Guide', link: '/retry-lint'},
        {text: 'Python', link: '/python'},
        {text: 'ESLint', link: '/eslint'},
        {text: 'All rules', link: '/rules/'},
        ...Object.entries(RULE_GROUPS).map(([prefix, text]) => ({
          text,
          collapsed: true,
          items: itemsOf(
            'docs/rules',
            namesIn('docs/rules').filter(name => name.startsWith(prefix)),
          ),
        })),
      ],
    },
    {
      text: 'API',
      collapsed: true,
      items: [{text: 'Entry points', link: '/api/'}, ...itemsOf('docs/api', namesIn('docs/api'))],
    },
    {
      text: 'Project',
      collapsed: true,
      items: [
        {text: 'Changelog', link: '/changelog'},
        {text: 'Contributing', link: '/contributing'},
        {text: 'Security', link: '/security'},
        {
          text: 'Decisions',
          link: '/decisions/',
          collapsed: true,
          items: itemsOf('docs/decisions', namesIn('docs/decisions')),
        },
      ],
    },
  ];
}

/** Names of the pages in a folder, without its index. */
const namesIn = (folder: string): string[] =>
  [...pages.keys()]
    .filter(path => posix.dirname(path) === folder)
    .map(path => posix.basename(path, '.md'))
    .filter(name => name !== 'README');

/** Without the names that have no page. */
const itemsOf = (folder: string, names: readonly string[]): SidebarItem[] =>
  names.flatMap(name => {
    const path = `${folder}/${name}.md`;
    const page = pages.get(path);
    return page === undefined ? [] : [{text: titleOf(path), link: `/${page.replace(/\.md$/, '')}`}];
  });

/** The first heading of a page, as text. */
function titleOf(path: string): string {
  const heading = /^# (.+)$/m.exec(readFileSync(join(root, path), 'utf8'))?.[1];
  if (heading === undefined) throw new Error(`${path} has no heading "# …".`);
  return heading.replaceAll(/`|\\(?=.)/g, '');
}
