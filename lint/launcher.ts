/**
 * The head of retry-lint.cjs. Starts the program below it from the bytecode of an earlier run, kept beside the file as Python keeps its
 * own: two thirds of what a run costs beyond Node's own start is the compiling of functions. Without it, or where nothing can be
 * written, the program runs all the same.
 *
 * V8 checks that the bytecode is of its own version; that it is of this program says its name. Bundled as CommonJS.
 */

import {mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {Script} from 'node:vm';

/** Of the text of the program and its packages. */
declare const PROGRAM_HASH: string;
/** Commands but lint, each of which runs other functions. */
declare const OTHER_COMMANDS: readonly string[];
/** Does nothing: the program is the comment in its body. */
declare function program(): void;
/** What stands around the program in the text of that function. */
declare const BEFORE_PROGRAM: string;
declare const AFTER_PROGRAM: string;

const {argv, version, arch, platform, env} = process;
const folder = `${__dirname}/.cache`;
const isUsed = env.NODE_DISABLE_COMPILE_CACHE !== '1';
/** A run that only shows a page compiles next to nothing, which is not worth keeping. */
const PAGES = ['help', '-h', '--help', '-v', '--version'];
const isKept = isUsed && !argv.some(word => PAGES.includes(word));

/** What the program cannot do for itself. */
export interface Host {
  /** A script cannot import, at least not without a warning of Node's. */
  readonly importModule: (url: string) => Promise<unknown>;
  readonly compile: typeof compile;
}

/**
 * Makes a function of its text, from the bytecode of an earlier run where there is one.
 *
 * @param name For the file of the bytecode, and for traces.
 */
function compile(name: string, text: string): (...values: unknown[]) => void {
  const file = `${folder}/${PROGRAM_HASH}-${name}-${version}-${platform}-${arch}.v8`;
  const cachedData = isUsed ? readBytecode(file) : undefined;
  const filename = `${__filename}/${name}`;
  const script = new Script(text, {filename, ...(cachedData === undefined ? {} : {cachedData})});
  const isCold = cachedData === undefined || script.cachedDataRejected === true;
  // At the end, for then it has the functions that a run needs.
  if (isCold && isKept) process.once('exit', () => keepBytecode(file, script));
  return script.runInThisContext() as ReturnType<typeof compile>;
}

function readBytecode(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Written under another name first: V8 does not notice half a file. */
function keepBytecode(file: string, script: Script): void {
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(folder, {recursive: true});
    writeFileSync(draft, '', {flag: 'wx'});
    writeFileSync(draft, script.createCachedData());
    renameSync(draft, file);
  } catch {
    // A folder that is not ours to write to; the next start is as slow as this one was.
  }
}

/** V8 has the text of every function, comments and all: nothing is read a second time, nor copied. Bun leaves comments out. */
function programText(): string {
  const own = String(program);
  if (own.startsWith(BEFORE_PROGRAM)) return own.slice(BEFORE_PROGRAM.length, -AFTER_PROGRAM.length);
  const file = readFileSync(__filename, 'utf8');
  // Further up it is a constant of this function.
  const start = file.lastIndexOf(BEFORE_PROGRAM) + BEFORE_PROGRAM.length;
  return file.slice(start, file.indexOf(AFTER_PROGRAM, start));
}

const command = OTHER_COMMANDS.find(name => name === argv[2]) ?? 'lint';
const module_ = {exports: {}};
const host: Host = {importModule: url => import(url), compile};
compile(command, programText())(module_.exports, require, module_, __filename, __dirname, host);
