/** Stands for `src/cli/write-file.ts` in a worker that works on a copy of the workspace, whose files are neither devices nor links. */
import {copyBeside, UnwritableError, writeTextFile as writeToDisk} from '../../../../src/cli/write-file.ts';
import {files} from './files.ts';

const {filesAreCopied, process} = globalThis as {filesAreCopied?: boolean; process?: {getBuiltinModule?: unknown}};
const isCopied = filesAreCopied === true || process?.getBuiltinModule === undefined;

export {copyBeside, UnwritableError};

export const writeTextFile: typeof writeToDisk = isCopied ? (path, text) => files.write(path, text) : writeToDisk;
