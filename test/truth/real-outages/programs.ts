/** The programs of this folder, bundled: from the sources, each of twenty processes would load two hundred modules. */
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** Below node_modules, where the programs find their packages. */
const CACHE = here('../../../node_modules/.cache');

export class Programs {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async bundle(): Promise<Programs> {
    mkdirSync(CACHE, {recursive: true});
    const folder = mkdtempSync(join(CACHE, 'real-outages-'));
    await build({
      entryPoints: [here('client.ts'), here('grpc-service.ts')],
      outdir: folder,
      outExtension: {'.js': '.mjs'},
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    });
    return new Programs(folder);
  }

  remove(): void {
    rmSync(this.folder, {recursive: true});
  }

  path(name: 'client' | 'grpc-service'): string {
    return join(this.folder, `${name}.mjs`);
  }

  /** With the code that the first processes compiled, the later ones start in half of the time. */
  get env(): NodeJS.ProcessEnv {
    return {...process.env, NODE_COMPILE_CACHE: join(this.folder, 'compiled')};
  }
}
