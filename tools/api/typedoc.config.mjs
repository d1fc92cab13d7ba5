/** TypeDoc's options: one page for each entry point in `exports` of package.json. `npm run docs:api` runs it. */
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const root = new URL('../../', import.meta.url);
const pathOf = path => fileURLToPath(new URL(path, root));

const exportsOf = manifest => Object.values(JSON.parse(readFileSync(new URL(manifest, root), 'utf8')).exports);
/** The source that an entry point is built from: `./dist/types/src/ky.d.ts` is of `src/ky.ts`. */
const sources = ['package.json', 'packages/retry-lint/package.json']
  .flatMap(exportsOf)
  .filter(target => typeof target === 'object')
  .map(target => target.types.replace('./dist/types/', '').replace(/\.d\.ts$/, '.ts'));

export default {
  name: 'API reference',
  entryPoints: sources.map(pathOf),
  tsconfig: pathOf('tools/api/tsconfig.json'),
  plugin: ['typedoc-plugin-markdown', pathOf('tools/api/plugin.mjs')],
  out: pathOf('docs/api'),
  router: 'module',
  logLevel: 'Warn',
  treatWarningsAsErrors: true,
  // Spelled out where they appear, or of no use to a caller.
  intentionallyNotExported: [
    'Awaitable',
    'AbortSource',
    'Budget',
    'CircuitBreaker',
    'Dispatch',
    'JsonPolicy',
    'Matches',
  ],

  readme: 'none',
  disableSources: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  githubPages: false,
  groupOrder: [
    'Functions',
    'Classes',
    'Variables',
    'Interfaces',
    'Type Aliases',
    'Constructors',
    'Properties',
    'Accessors',
    'Methods',
    'References',
  ],

  entryFileName: 'README',
  hideBreadcrumbs: true,
  hideGenerator: true,
  hidePageHeader: true,
  expandParameters: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  typeDeclarationVisibility: 'compact',
  tableColumnSettings: {hideDefaults: true, hideInherited: true, hideModifiers: true, hideOverrides: true},
};
