/** What the extension sends to the worker before the first message of the Language Server Protocol, and what they send each other besides. */

/** The first message to the worker. */
export interface Start {
  /** The first open folder. Absolute. */
  readonly cwd: string;
  /** Whether rules of the workspace may run. */
  readonly runsPlugins: boolean;
  /** The files of the workspace by absolute path, if the worker cannot read the disk; undefined if it can. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The reply of the worker: it takes messages of the protocol from now on. */
export const READY = 'ready';

/** The reply of a worker that cannot start. */
export interface StartFailure {
  readonly failed: string;
}

/** A file that has changed. To the worker, if it works on a copy; from it, when it writes one. */
export interface FileChange {
  /** Absolute. */
  readonly path: string;
  /** Undefined: the file is gone. */
  readonly text?: string | undefined;
}

/** The parts of the server that only some documents need. Each is a script of its own: `dist/chunks/yaml.js`. */
export const CHUNKS = [
  'yaml',
  'globs',
  'gitignore',
  'schema',
  'arithmetic',
  'rule-texts',
  'python',
  'python-retries',
  'litellm',
  'toml',
  'broken-json',
  'plugins',
] as const;

export type ChunkName = (typeof CHUNKS)[number];

export interface ChunkRequest {
  readonly name: ChunkName;
}

/** The request of the server with a ChunkRequest. The answer is the URL of a module. */
export const CHUNK_URL = 'retry-lint/chunkUrl';

/** The notification with a FileChange. */
export const FILE_CHANGED = 'retry-lint/fileChanged';
