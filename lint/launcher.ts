/**
 * The head of retry-lint.cjs. Starts the program below it from the bytecode of an earlier run, kept beside the file as Python keeps its
 * own: two thirds of what a run costs beyond Node's own start is the compiling of functions. Without it, or where nothing can be
 * written, the program runs all the same.
 *
 * V8 checks that the bytecode is of its own version; that it is of this program says its name. Bundled as CommonJS.
 */

import {closeSync, mkdirSync, openSync, readFileSync, readSync, renameSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {Script} from 'node:vm';

/** Of the program's text. */
declare const PROGRAM_HASH: string;
/** Where the program stands in this file, in bytes: a function, in one line. */
declare const PROGRAM_START: number;
declare const PROGRAM_BYTES: number;
declare const LINE_BREAK: string;
/** Commands but lint, each of which runs other functions. */
declare const OTHER_COMMANDS: readonly string[];

const {argv, version, arch, platform, env} = process;
const command = OTHER_COMMANDS.find(name => name === argv[2]) ?? 'lint';
const cache = join(__dirname, '.cache', `${PROGRAM_HASH}-${command}-${version}-${platform}-${arch}.v8`);
const isUsed = env.NODE_DISABLE_COMPILE_CACHE !== '1';
/** A run that only shows a page compiles next to nothing, which is not worth keeping. */
const isKept = isUsed && !argv.some(word => /^(?:help|-h|--help|-v|--version)$/.test(word));

type Program = (
  exports: object,
  require: NodeJS.Require,
  module: object,
  filename: string,
  dirname: string,
  importModule: (url: string) => Promise<unknown>,
) => void;

function start(): void {
  const known = isUsed ? readBytecode() : undefined;
  const script = new Script(readProgram(), {
    filename: __filename,
    ...(known === undefined ? {} : {cachedData: known}),
  });
  const run = script.runInThisContext() as Program;
  const isCold = known === undefined || script.cachedDataRejected === true;
  // At the end, for then it has the functions that a run needs.
  if (isCold && isKept) process.once('exit', () => keepBytecode(script));
  const module = {exports: {}};
  // A script cannot import, at least not without a warning of Node's; this file can.
  run(module.exports, require, module, __filename, __dirname, url => import(url));
}

/** From the comment that Node does not compile. One byte a character: the bundler writes nothing but ASCII. */
function readProgram(): string {
  const bytes = Buffer.allocUnsafe(PROGRAM_BYTES);
  const file = openSync(__filename, 'r');
  readSync(file, bytes, 0, PROGRAM_BYTES, PROGRAM_START);
  closeSync(file);
  return bytes.toString('latin1').replaceAll(LINE_BREAK, '\n');
}

function readBytecode(): Buffer | undefined {
  try {
    return readFileSync(cache);
  } catch {
    return undefined;
  }
}

/** Written under another name first: V8 does not notice half a file. */
function keepBytecode(script: Script): void {
  const draft = `${cache}.${process.pid}`;
  try {
    mkdirSync(dirname(cache), {recursive: true});
    writeFileSync(draft, '', {flag: 'wx'});
    writeFileSync(draft, script.createCachedData());
    renameSync(draft, cache);
  } catch {
    // A folder that is not ours to write to; the next start is as slow as this one was.
  }
}

start();
