/** Loads the chunks of the server, each when it is first needed. */

import {CliError} from '../../io/cli-error.ts';
import type {ChunkName} from './start.ts';

const USES: Readonly<Record<ChunkName, string>> = {
  yaml: 'read YAML',
  globs: 'match the globs of a configuration',
  gitignore: 'read .gitignore',
  schema: 'complete and explain fields',
  arithmetic: 'work out rules',
  'rule-texts': 'explain rules',
  python: 'read Python',
  'python-retries': 'find retries in Python',
  litellm: 'read LiteLLM’s configuration',
  toml: 'read pyproject.toml',
  'broken-json': 'read JSON with mistakes',
  plugins: 'load rules of the workspace',
};

/** How chunks reach the server. */
export interface ChunkHost {
  /** The URL of a module of the extension. */
  readonly urlOf: (name: ChunkName) => Promise<string>;
  /** Called once for a chunk that cannot be loaded. */
  readonly onFailure: (error: CliError) => void;
  /** Default: `import()`. */
  readonly load?: (url: string) => Promise<unknown>;
}

export class Chunks {
  readonly #host: ChunkHost;
  readonly #chunks = new Map<ChunkName, Promise<unknown>>();

  constructor(host: ChunkHost) {
    this.#host = host;
  }

  /**
   * @returns The module. Requests at the same time share one.
   * @throws CliError if the chunk cannot be loaded. A restart of the server tries again.
   */
  get(name: ChunkName): Promise<unknown> {
    const chunk = this.#chunks.get(name) ?? this.#load(name);
    this.#chunks.set(name, chunk);
    return chunk;
  }

  async #load(name: ChunkName): Promise<unknown> {
    const {urlOf, onFailure, load = importModule} = this.#host;
    try {
      return await load(await urlOf(name));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const error = new CliError(
        `retry-lint cannot ${USES[name]}, because its script chunks/${name}.js was not loaded: ${reason.replace(/\.$/, '')}. Run the command "retry-lint: Restart the Language Server".`,
        {cause},
      );
      onFailure(error);
      throw error;
    }
  }
}

const importModule = (url: string): Promise<unknown> => import(url);
