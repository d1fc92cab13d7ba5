/** The rules of the tree. Each looks at files and says, one sentence each, what breaks it. */
import {posix} from 'node:path';
import type {SourceFile} from './source.ts';

/** Lowest first. A folder imports from itself and from lower layers, never from its own layer. */
const LAYERS: readonly (readonly string[])[] = [
  ['core', 'charts'],
  ['policy'],
  ['decide', 'guards'],
  ['body', 'math'],
  ['transport'],
  ['client'],
  ['call'],
  ['features'],
  [
    'ky',
    'fetch',
    'undici',
    'grpc',
    'function',
    'batch',
    'telemetry',
    'log',
    'simulate',
    'testing',
    'server',
    'redis',
    'policy-files',
  ],
  ['bullmq', 'chaos', 'compile', 'load.ts', 'measure', 'plan', 'triage'],
  ['cli'],
  ['entry point'],
];

/** The same for the linter. Its core is pure: no layer below lint.ts reads files. */
const LINT_LAYERS: readonly (readonly string[])[] = [
  ['source', 'canonical.ts', 'homepage.ts'],
  ['shape', 'finding.ts', 'equal.ts', 'documentation.ts'],
  ['dialects'],
  ['model'],
  ['rule.ts', 'baseline.ts'],
  ['edit', 'config.ts', 'check-of.ts', 'dialect-of.ts', 'rule-facts.ts'],
  ['analysis', 'retired.ts'],
  ['rules'],
  ['rule-set.ts'],
  ['report'],
  ['suppress', 'explain'],
  ['lint.ts', 'eslint'],
  ['fix.ts', 'editor', 'formatters', 'io'],
  ['rule-tester.ts', 'config-file'],
  ['workspace', 'simulate'],
  ['lsp', 'mcp'],
  ['commands'],
  ['cli.ts', 'index.ts'],
  ['main.ts', 'launcher.ts', 'vscode'],
];

/** What each tree may import of the others. */
const TREES: Readonly<Record<string, readonly string[]>> = {
  src: ['src'],
  schema: ['schema'],
  lint: ['lint', 'src', 'schema'],
};

/** Which files may import which package. What is not named here is not imported. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  ky: /^src\/ky(?:\/|\.ts$)/,
  '@grpc/grpc-js': /^src\/grpc(?:\/|\.ts$)/,
  '@opentelemetry/': /^src\/telemetry\//,
  '@lezer/common': /^lint\/source\/python\//,
  '@lezer/python': /^lint\/source\/python\/read\.ts$/,
  'smol-toml': /^lint\/config-file\/pyproject\.ts$/,
  'jsonc-parser': /^(?:src\/policy-files\/policy-files|lint\/source\/tolerant-json)\.ts$/,
  yaml: /^(?:src\/policy-files\/policy-files|lint\/source\/yaml)\.ts$/,
  picomatch: /^lint\/(?:io|config-file)\//,
  ignore: /^lint\/io\//,
  diff: /^lint\/commands\/diff\.ts$/,
  'vscode-languageserver-protocol': /^lint\/(?:lsp|vscode\/server)\//,
  'vscode-languageserver-types': /^lint\/lsp\//,
  'vscode-languageserver-textdocument': /^lint\/lsp\//,
  '@modelcontextprotocol/server': /^lint\/mcp\//,
  zod: /^lint\/mcp\//,
  vscode: /^lint\/vscode\/client\//,
  'vscode-languageclient': /^lint\/vscode\/client\//,
  'cli-progress': /^src\/cli\//,
  'steadfetch/': /^src\/policy-modules\.d\.ts$/,
  unplugin: /^src\/bundler\.ts$/,
  bullmq: /^src\/bullmq\//,
  redis: /^src\/cli\/queue-connection\.ts$/,
  ioredis: /^src\/cli\/queue-connection\.ts$/,
  'echarts/': /^src\/charts\/echarts\.ts$/,
  // grpc-js needs Node itself, and its callbacks run wherever a socket woke it. A batch has hashes and a journal. core/scope.ts, chaos/ and
  // server/ import types only.
  'node:':
    /^(?:src\/(?:bundler\.ts$|policy-files\/|core\/scope\.ts$|telemetry\/register\.ts$|grpc\/|batch\/|bullmq\/|chaos\/|server\/|cli\/)|lint\/(?:launcher\.ts$|formatters\/paint\.ts$|(?:io|config-file|workspace|simulate|lsp|mcp|commands)\/|vscode\/(?:client\/worker|server\/project-simulator)\.ts$))/,
};

/** Entries that need Node. Everything else runs in browsers and workers too. */
const NODE_ENTRIES: ReadonlySet<string> = new Set([
  'src/load.ts',
  'src/bundler.ts',
  'src/grpc.ts',
  'src/batch.ts',
  'src/bullmq.ts',
  'src/telemetry/register.ts',
]);

/** Time and chance have one allowed each, so that a test can hold both. */
const GLOBALS: readonly {readonly name: string; readonly use: RegExp; readonly allowed: RegExp}[] = [
  {
    name: 'time',
    use: /(?<![\w$])(?:set(?:Timeout|Interval|Immediate)\s*\(|Date\.now|new Date\(\s*\)|performance\.|AbortSignal\.timeout)/g,
    // last-export.ts is about the end of a process, not about calls, so no test controls its clock.
    allowed:
      /^(?:src\/(?:core\/(?:system-clock|event-loop|after-poll)|telemetry\/last-export)|lint\/io\/process-io)\.ts$/,
  },
  {
    name: 'chance',
    use: /(?<![\w$])(?:Math\.random|crypto\.)/g,
    // A hash has nothing of chance.
    allowed: /^src\/(?:core\/random|server\/digest)\.ts$/,
  },
  {
    name: 'the event loop',
    use: /(?<![\w$])MessageChannel\b/g,
    allowed: /^(?:src\/core\/event-loop|lint\/vscode\/client\/worker)\.ts$/,
  },
  {
    name: 'fetch',
    use: /(?<!typeof\s+)(?<![\w$])(?:globalThis\.fetch\b|(?<![.#])fetch\s*\()/g,
    // The command line sends the lines of a file.
    allowed: /^src\/(?:fetch|ky|cli)\//,
  },
];

export function brokenLayers(files: readonly SourceFile[]): string[] {
  return [...brokenLayersOf('src', LAYERS, files), ...brokenLayersOf('lint', LINT_LAYERS, files)];
}

function brokenLayersOf(tree: string, layers: typeof LAYERS, files: readonly SourceFile[]): string[] {
  const layerOf = (folder: string): number => layers.findIndex(folders => folders.includes(folder));
  return edges(files.filter(({path}) => topOf(path) === tree)).flatMap(({from, to}) => {
    if (topOf(to) !== tree) return [];
    const [folder, other] = [folderOf(from), folderOf(to)];
    const [layer, otherLayer] = [layerOf(folder), layerOf(other)];
    if (layer < 0) return [`${from} is in ${folder}, which has no layer`];
    if (folder === other || otherLayer < layer) return [];
    return [`${from} (${folder}, layer ${layer + 1}) imports ${to} (${other}, layer ${otherLayer + 1})`];
  });
}

export function brokenTrees(files: readonly SourceFile[]): string[] {
  return edges(files).flatMap(({from, to}) => {
    const allowed = TREES[topOf(from)];
    return allowed?.includes(topOf(to)) === false ? [`${from} imports ${to}`] : [];
  });
}

export function brokenPackages(files: readonly SourceFile[]): string[] {
  return files.filter(isSource).flatMap(({path, imports}) =>
    imports.flatMap(({specifier}) => {
      if (specifier.startsWith('.')) return [];
      const name = Object.keys(PACKAGES).find(name =>
        /[/:]$/.test(name) ? specifier.startsWith(name) : specifier === name || specifier.startsWith(`${name}/`),
      );
      return name !== undefined && PACKAGES[name]!.test(path) ? [] : [`${path} imports ${specifier}`];
    }),
  );
}

/** Circles, of types too: what is understood only together belongs together, or needs a file below both. */
export function circles(files: readonly SourceFile[]): string[] {
  const next = graphOf(files);
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path].join(' → '));
    if (start >= 0 || done.has(path)) return;
    for (const to of next.get(path) ?? []) walk(to, [...trail, path]);
    done.add(path);
  };
  for (const {path} of files) walk(path, []);
  return found;
}

/** @param entries Files behind package.json's exports. */
export function nodeBehind(entries: readonly string[], files: readonly SourceFile[]): string[] {
  const next = graphOf(files);
  const byPath = new Map(files.map(file => [file.path, file]));
  return entries
    .filter(entry => !NODE_ENTRIES.has(entry))
    .flatMap(entry =>
      [...reached(entry, next)].flatMap(path =>
        (byPath.get(path)?.imports ?? [])
          .filter(({specifier, typeOnly}) => specifier.startsWith('node:') && !typeOnly)
          .map(({specifier}) => `${entry} reaches ${specifier} through ${path}`),
      ),
    );
}

export function touchedGlobals(files: readonly SourceFile[]): string[] {
  return files
    .filter(isSource)
    .flatMap(({path, bare}) =>
      GLOBALS.filter(({allowed}) => !allowed.test(path)).flatMap(({name, use}) =>
        Array.from(bare.matchAll(use), ([text]) => `${path} touches ${name}: ${text}`),
      ),
    );
}

/** A re-exporting file other than an entry point makes circles, and loads modules that its importer does not use. */
export function barrels(files: readonly SourceFile[]): string[] {
  const statement =
    /^[ \t]*(?:import\s[^;]*|export\s+(?:type\s+)?(?:\*(?:\s*as\s+[\w$]+)?|\{[^}]*\})(?:\s*from\s*['"][^'"]+['"])?);?/gm;
  return files
    .filter(({path}) => !isEntryPoint(path))
    .filter(({code}) => /^[ \t]*export\b/m.test(code) && code.replace(statement, '').trim() === '')
    .map(({path}) => `${path} only exports what others make`);
}

export function brokenNames(paths: readonly string[]): string[] {
  const segment =
    /^(?:\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*|[A-Z]+\d*(?:_[A-Z]+)*(?:\.(?:md|cff))?)$/;
  return (
    paths
      // Python has rules of its own for the names of modules.
      .filter(
        path =>
          path !== 'package-lock.json' && !/^(?:packages\/python\/retry_lint|test\/lint\/judged-python)\//.test(path),
      )
      .filter(path => path.split('/').some(name => !segment.test(name)))
      .map(path => `${path} is not in kebab-case`)
  );
}

/** Paths of one machine, and hosts of one registry, work where they were written and nowhere else. */
export function machineTraces(path: string, text: string): string[] {
  const trace = /(?<![\w.])\/(?:home|Users|root|work|farm|tmp)\/[\w.-]|\b[A-Z]:\\Users\\|https?:\/\/registry\.[\w.-]+/g;
  return Array.from(text.matchAll(trace), ([found]) => `${path} names ${found}`);
}

/** Node 22 is supported, and does not parse it: `using` and `await using`. Nothing here compiles TypeScript down. */
export function youngSyntax({path, bare}: SourceFile): string[] {
  return Array.from(
    bare.matchAll(/^[ \t]*(?:await\s+)?using\s+[\w$]+\s*=/gm),
    ([text]) => `${path} has ${text.trim()}`,
  );
}

interface Edge {
  readonly from: string;
  readonly to: string;
}

function edges(files: readonly SourceFile[]): Edge[] {
  return files.flatMap(({path, imports}) =>
    imports
      .filter(({specifier}) => specifier.startsWith('.'))
      .map(({specifier}) => ({from: path, to: posix.join(posix.dirname(path), specifier)})),
  );
}

const graphOf = (files: readonly SourceFile[]): Map<string, string[]> => {
  const next = new Map<string, string[]>();
  for (const {from, to} of edges(files)) next.set(from, [...(next.get(from) ?? []), to]);
  return next;
};

function reached(entry: string, next: ReadonlyMap<string, readonly string[]>, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const to of next.get(entry) ?? []) reached(to, next, seen);
  return seen;
}

const topOf = (path: string): string => path.slice(0, path.indexOf('/'));
const isSource = ({path}: SourceFile): boolean => path.startsWith('src/') || path.startsWith('lint/');
const isEntryPoint = (path: string): boolean => /^(?:src\/[^/]+|lint\/(?:eslint\/)?index\.ts)$/.test(path);

function folderOf(path: string): string {
  if (path === 'src/load.ts') return 'load.ts';
  return path.startsWith('src/') && isEntryPoint(path) ? 'entry point' : path.split('/')[1]!;
}
