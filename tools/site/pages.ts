/** The pages of the site: which files of the repository they are made of, and how the sidebar orders them. */
import {readdirSync, readFileSync} from 'node:fs';
import {join, posix} from 'node:path';
import {fileURLToPath} from 'node:url';

export const root: string = fileURLToPath(new URL('../../', import.meta.url));

/** Files beside docs/ that are pages too, by their path in the site. README.md is the page of the repository; the site has a landing page. */
const ROOT_PAGES: Readonly<Record<string, string>> = {
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

/** Pages of retired rules, whose codes are in reports of earlier versions: the path of each, and of the page that has its check. */
export function moved(): Map<string, string> {
  const rules = [...pages].filter(([path]) => /^docs\/rules\/RL\d+\.md$/.test(path));
  return new Map(
    rules.flatMap(([path, page]) => {
      const [front = ''] = /^---\n[\s\S]*?\n---\n/.exec(readFileSync(join(root, path), 'utf8')) ?? [];
      return Array.from(front.matchAll(/^ {2}- (RL\d+) /gm), ([, code]) => `docs/rules/${code}.md`)
        .filter(old => !pages.has(old))
        .map((old): [string, string] => [old.replace(/^docs\/(.*)\.md$/, '$1.html'), page.replace(/\.md$/, '.html')]);
    }),
  );
}

/** Folders and files at the root of the repository that hold no page. */
export const withoutPages: readonly string[] = readdirSync(root, {withFileTypes: true})
  .filter(({name}) => name !== 'docs' && !(name in ROOT_PAGES))
  .map(entry => (entry.isDirectory() ? `${entry.name}/**` : entry.name));

/** An item of the sidebar, in the words of VitePress. */
export interface SidebarItem {
  readonly text: string;
  readonly link?: string;
  readonly items?: SidebarItem[];
}

/** Names of pages of docs/, in the order of the sidebar of "Docs". Other pages follow those of "Tools". */
const START = ['getting-started', 'installing', 'model-endpoints', 'cookbook', 'migrating', 'faq', 'troubleshooting'];
const BEYOND = ['shared-guards', 'batch', 'many-machines', 'server', 'grpc', 'function', 'clients'];
const TOOLS = ['commands', 'simulate', 'chaos', 'telemetry', 'jaeger', 'testing', 'compile'];
const MEASURED = ['conformance', 'conformance-models', 'defaults', 'performance', 'reliability'];

/** Names of pages of docs/guides: about the fields of a policy, then about the work with one. Other pages follow. */
const GUIDES = [
  'retries-and-backoff',
  'timeouts-and-deadlines',
  'idempotency',
  'retry-budgets',
  'circuit-breaker',
  'quota',
  'concurrency',
  'failover',
  'hedging',
  'streaming',
  'refusals',
  'paid-calls',
  'outages',
  'planning',
  'triage',
  'measuring',
];

const POLICY = ['policy', 'traffic-light', 'semantics', 'events-and-reports', 'glossary'];
const LINTER = ['retry-lint', 'python', 'eslint', 'meshes', 'editors', 'mcp'];

/** The first digits of a code, and what its rules are about. */
export const RULE_GROUPS: Readonly<Record<string, string>> = {
  RL0: 'Files',
  RL1: 'Safety',
  RL2: 'Load',
  RL3: 'Latency',
  RL4: 'Correctness',
  RL5: 'Errors',
  RL6: 'Hygiene',
};

/** The sidebar of each section by the paths that it belongs to. The pages of the project have that of "Docs", and stand in the footer. */
export function sidebars(): Record<string, SidebarItem[]> {
  const inSections = new Set([...START, ...BEYOND, ...TOOLS, ...MEASURED, ...POLICY, ...LINTER]);
  const others = namesIn('docs').filter(name => !inSections.has(name));
  const guides = [...GUIDES, ...namesIn('docs/guides').filter(name => !GUIDES.includes(name))];
  const docs = [
    {text: 'Start', items: itemsOf('docs', START)},
    {text: 'Guides', items: itemsOf('docs/guides', guides)},
    {text: 'Beyond one client', items: itemsOf('docs', BEYOND)},
    {text: 'Tools', items: itemsOf('docs', [...TOOLS, ...others])},
    {text: 'Measured', items: itemsOf('docs', MEASURED)},
  ];
  const policy = [{text: 'Policy', items: itemsOf('docs', POLICY)}];
  const linter = {text: 'retry-lint', items: [...itemsOf('docs', LINTER), {text: 'All rules', link: '/rules/'}]};
  // The rules of its own group, and of the others a link to the table.
  const rulesOf = (current: string): SidebarItem[] => [
    linter,
    ...Object.entries(RULE_GROUPS).map(([prefix, text]) => {
      const names = namesIn('docs/rules').filter(name => name.startsWith(prefix));
      const table = {text: names.length === 1 ? '1 rule' : `${names.length} rules`, link: `/rules/?group=${prefix}`};
      return {text, items: prefix === current ? itemsOf('docs/rules', names) : [table]};
    }),
  ];
  const api = [
    {text: 'API', items: [{text: 'Entry points', link: '/api/'}, ...itemsOf('docs/api', namesIn('docs/api'))]},
  ];
  return {
    ...Object.fromEntries(POLICY.map(name => [`/${name}`, policy])),
    ...Object.fromEntries(LINTER.map(name => [`/${name}`, rulesOf('')])),
    ...Object.fromEntries(Object.keys(RULE_GROUPS).map(prefix => [`/rules/${prefix}`, rulesOf(prefix)])),
    // Its form chooses among the groups.
    '/rules/index': [linter],
    '/api/': api,
    '/': docs,
  };
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
