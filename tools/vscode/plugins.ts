/** What the bundles of the extension replace. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Plugin} from 'esbuild';
import {replacing} from '../../scripts/bundle/replacing.ts';

/**
 * Modules of Node: those of Node where there is one, unless the worker has a copy of the workspace in place of a disk. Decided when the
 * modules are evaluated, because one bundle runs in both.
 */
export const builtins = (extension: string): Plugin => ({
  name: 'builtins',
  setup: ({onResolve, onLoad}) => {
    onResolve({filter: /^node:/}, ({path}) => ({path, namespace: 'builtin'}));
    const writer = join(extension, 'server/browser/write-file.ts');
    onResolve({filter: /\/cli\/write-file\.ts$/}, ({importer}) => (importer === writer ? undefined : {path: writer}));
    onLoad({filter: /.*/, namespace: 'builtin'}, ({path}) => {
      const stand = standIn(path.replace('node:', ''), extension);
      const node = `globalThis.process.getBuiltinModule(${JSON.stringify(path)})`;
      const contents = `module.exports = globalThis.filesAreCopied || !globalThis.process?.getBuiltinModule ? ${stand} : ${node};`;
      return {contents, resolveDir: extension};
    });
  },
});

/** --changed is an option of the command line: the language server asks git for nothing. */
export const withoutGit: Plugin = replacing(
  'without-git',
  /\/lint\/io\/git\.ts$/,
  'export const changedFiles = () => new Set();',
);

/** An editor decodes the programs that it has open. */
export const decodedTexts: Plugin = replacing(
  'decoded-texts',
  /\/lint\/io\/decode\.ts$/,
  `export const decode = bytes => bytes.toString('utf8');`,
);

function standIn(name: string, extension: string): string {
  const file = `./server/browser/${name}.ts`;
  return existsSync(join(extension, file)) ? `require(${JSON.stringify(file)})` : '{}';
}

/** The queue of messages, of which the connection needs what a Map has, and its first entry. */
export const queueAsMap: Plugin = replacing(
  'queue-as-map',
  /\/vscode-jsonrpc\/lib\/common\/linkedMap\.js$/,
  `exports.LinkedMap = class extends Map {
    shift() {
      const [first] = this;
      if (first !== undefined) this.delete(first[0]);
      return first?.[1];
    }
  };`,
);

/** The keywords of the schema that the language server reads: see lint/lsp/schema.ts. Half of the file is for other editors. */
const KEYWORDS: ReadonlySet<string> = new Set([
  '$ref',
  'anyOf',
  'type',
  'properties',
  'items',
  'const',
  'enum',
  'enumDescriptions',
  'default',
  'examples',
  'title',
  'markdownDescription',
  'definitions',
]);

export const editorSchema: Plugin = {
  name: 'editor-schema',
  setup: ({onLoad}) => {
    onLoad({filter: /policy\.schema\.json$/}, ({path}) => ({
      contents: JSON.stringify(withoutOthers(JSON.parse(readFileSync(path, 'utf8')))),
      loader: 'json',
    }));
  },
};

/** A node of the schema without the other keywords. */
function withoutOthers(node: unknown): unknown {
  if (!isObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([keyword]) => KEYWORDS.has(keyword))
      .map(([keyword, value]) => [keyword, partOf(keyword, value)]),
  );
}

function partOf(keyword: string, value: unknown): unknown {
  if (keyword === 'properties' || keyword === 'definitions')
    return Object.fromEntries(Object.entries(Object(value)).map(([name, child]) => [name, withoutOthers(child)]));
  if (keyword === 'anyOf' && Array.isArray(value)) return value.map(withoutOthers);
  return keyword === 'items' ? withoutOthers(value) : value;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const SEEN = 'seen';

/** One copy of the protocol: packages of the extension that the linter has, too, are those of the linter. */
export const shared = (root: string): Plugin => ({
  name: 'shared',
  setup: ({onResolve, resolve}) =>
    onResolve({filter: /^vscode-(?:jsonrpc|languageserver-)/}, ({path, kind, pluginData}) =>
      pluginData === SEEN ? undefined : resolve(path, {kind, resolveDir: root, pluginData: SEEN}),
    ),
});

/** The parts of the protocol, beside its core, that the server speaks. */
const SPOKEN: ReadonlySet<string> = new Set([
  'diagnostic',
  'foldingRange',
  'inlayHint',
  'showDocument',
  'workspaceFolder',
]);

/**
 * Leaves out the parts of the protocol that other servers speak. The names of their messages are then undefined, and a server that used one
 * would fail when it starts.
 */
export const spokenProtocol: Plugin = {
  name: 'spoken-protocol',
  setup: ({onLoad}) =>
    onLoad({filter: /[/\\]vscode-languageserver-protocol[/\\]lib[/\\]common[/\\]protocol\.\w+\.js$/}, ({path}) =>
      SPOKEN.has(/protocol\.(\w+)\.js$/.exec(path)![1]!) ? undefined : {contents: ''},
    ),
};

/** Messages with several arguments, a cache, cancellation over shared memory, and streams of bytes: the server talks over ports. */
const UNSPOKEN = String.raw`(?:(?:Notification|Request)Type[1-9]|LRUCache|SharedArray\w+Strategy|ReadableStreamMessageReader|WriteableStreamMessageWriter)`;
const UNSPOKEN_PARTS = new RegExp(
  String.raw`^class (${UNSPOKEN}) .*?^}\nexports\.\1 = \1;\n|exports\.${UNSPOKEN} = |^Object\.defineProperty\(exports, "${UNSPOKEN}", [^\n]*$`,
  'gms',
);

/** The options of a reader and a writer of streams, and what they wait for. */
const STREAM_OPTIONS =
  /^var (ResolvedMessage\w+Options);\n\(function .*?^\}\)\(\1[^\n]*$|^const semaphore_1 = [^\n]*$/gms;

/** What a connection writes of its messages to a tracer. The server has none, so these functions would return at once. */
const TRACED = /^ {4}function ((?:trace(?:Sending|Received)|logLSP)\w+)\(.*?^ {4}}\n/gms;

/** Leaves out of the client what it does not use of vscode-jsonrpc. It may trace. */
export const tracedMessages: Plugin = {
  name: 'traced-messages',
  setup: ({onLoad}) =>
    onLoad(
      {
        filter:
          /[/\\]vscode-jsonrpc[/\\]lib[/\\]common[/\\](?:api|linkedMap|messages|messageReader|messageWriter)\.js$/,
      },
      ({path}) => ({
        contents: readFileSync(path, 'utf8').replace(UNSPOKEN_PARTS, ''),
      }),
    ),
};

/** What reads and writes messages as streams of bytes. */
const STREAMED = /^class (MessageBuffer|ReadableStreamWrapper|WritableStreamWrapper)\b.*?^}\n/gms;

/** Leaves out streams of bytes: client and server send objects over ports. */
export const overPorts: Plugin = {
  name: 'over-ports',
  setup: ({onLoad}) => {
    onLoad({filter: /[/\\]vscode-jsonrpc[/\\]lib[/\\]browser[/\\]ril\.js$/}, ({path}) => ({
      contents: readFileSync(path, 'utf8').replace(STREAMED, 'class $1 {}\n'),
    }));
    onLoad({filter: /[/\\]vscode-jsonrpc[/\\]lib[/\\]common[/\\]messageBuffer\.js$/}, () => ({
      contents: 'exports.AbstractMessageBuffer = class {};',
    }));
  },
};

/** Leaves out parts of vscode-jsonrpc that the server does not use. A class that is missing fails the server when it starts. */
export const spokenMessages: Plugin = {
  name: 'spoken-messages',
  setup: ({onLoad}) =>
    onLoad(
      {
        filter:
          /[/\\]vscode-jsonrpc[/\\]lib[/\\]common[/\\](?:api|connection|linkedMap|messages|messageReader|messageWriter|sharedArrayCancellation)\.js$/,
      },
      ({path}) => ({
        contents: path.endsWith('sharedArrayCancellation.js')
          ? ''
          : readFileSync(path, 'utf8')
              .replace(UNSPOKEN_PARTS, '')
              .replace(STREAM_OPTIONS, '')
              .replace(TRACED, 'function $1() {}\n'),
      }),
    ),
};

/** What edits a document that an editor has, and asks for its lines: the server replaces the text that it is sent. */
const EDITED =
  /^ {4}function applyEdits\(.*?^ {4}}\n {4}TextDocument\.applyEdits = applyEdits;\n|^function (?:mergeSort|getWellformedEdit)\(.*?^}\n|^ {4}(?:getLineRange|getEOLCharacters)\(.*?^ {4}}\n/gms;

/** Leaves out of documents what the server does not ask of them. */
export const receivedDocuments: Plugin = {
  name: 'received-documents',
  setup: ({onLoad}) =>
    onLoad({filter: /[/\\]vscode-languageserver-textdocument[/\\]lib[/\\]esm[/\\]main\.js$/}, ({path}) => ({
      contents: readFileSync(path, 'utf8').replace(EDITED, ''),
    })),
};

/** The objects of a module of the protocol, each in a function of its own. */
const OBJECTS = /^(?:export )?var (\w+);\n\(function.*?^\}\)\(\1 \|\| \((?:exports\.\1 = )?\1 = \{\}\)\);$/gms;

/** The first line of a CommonJS module: it names every export, and makes none. */
const ANNOUNCED = /^(?:exports\.\w+ = )+void 0;$/gm;

/**
 * Leaves out the messages and types that the server does not name: each is an object that a function fills, and no bundler can tell that nothing
 * uses it. One that is missing fails the build, or the server when it starts.
 */
export const namedProtocol = (root: string): Plugin => ({
  name: 'named-protocol',
  setup: ({onLoad}) => {
    const sources = ['lint/lsp', 'lint/vscode/server'].flatMap(folder =>
      readdirSync(join(root, folder), {recursive: true, encoding: 'utf8'})
        .filter(name => name.endsWith('.ts'))
        .map(name => readFileSync(join(root, folder, name), 'utf8')),
    );
    // As a value: `Range.create`, `new ResponseError(`. A type is gone after compilation.
    const named = new Set(sources.join('\n').match(/\b[A-Z]\w+(?=[.(])/g));
    onLoad(
      {
        filter:
          /[/\\]vscode-languageserver-(?:types[/\\]lib[/\\]esm[/\\]main|protocol[/\\]lib[/\\]common[/\\]protocol)\.js$/,
      },
      ({path}) => ({
        contents: readFileSync(path, 'utf8')
          .replace(OBJECTS, (block, name) => (named.has(name) || name === 'Is' ? block : ''))
          .replace(ANNOUNCED, ''),
      }),
    );
  },
});

/** The simulator is that of the project. It is looked for at each simulation, because it may be installed meanwhile. */
export const projectSimulator = (extension: string): Plugin => ({
  name: 'project-simulator',
  setup: ({onResolve, onLoad}) => {
    const namespace = 'project-simulator';
    // Not at its own path, where `module.exports` would be taken for code of a module.
    onResolve({filter: /\/worker-file\.ts$/}, () => ({path: namespace, namespace}));
    onLoad({filter: /.*/, namespace}, () => ({
      contents: `const {simulatorOf} = require('./server/project-simulator.ts');
        const {projectFolder, filesAreCopied, runsCode} = globalThis;
        module.exports = {get workerFile() { return simulatorOf(projectFolder, {hasDisk: !filesAreCopied, runsCode}); }};`,
      resolveDir: extension,
    }));
  },
});
