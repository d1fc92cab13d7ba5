/** Where a policy to start with is written, and where its schema is. */
import {existsSync} from 'node:fs';
import {dirname, join, relative, sep} from 'node:path';
import {starterText} from './starter.ts';

/** The file that is written where none is named. */
export const STARTER_NAME = 'retry-policy.jsonc';

export const isPolicyName = (name: string): boolean => /\.(?:jsonc?|ya?ml)$/i.test(name);

/** @param file Its absolute path. */
export const starterFor = (file: string): string => starterText(file, schemaFrom(dirname(file)));

/** That of the client first: it is of the version that reads the policy. */
const SCHEMAS = ['steadfetch', 'retry-lint'].map(name => `node_modules/${name}/schema/policy.schema.json`);

/** The path from a folder to the installed schema, which editors read without a network. */
function schemaFrom(folder: string): string {
  for (let home = folder; ; home = dirname(home)) {
    const schema = SCHEMAS.find(path => existsSync(join(home, path)));
    if (schema !== undefined) {
      const path = join(relative(folder, home), schema).replaceAll(sep, '/');
      return path.startsWith('.') ? path : `./${path}`;
    }
    if (dirname(home) === home) return `./${SCHEMAS[0]}`;
  }
}
