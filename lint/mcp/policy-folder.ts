/** The policies that an agent may ask about: those in one folder, read as the command line reads them. */

import {realpathSync, statSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import type {Arguments} from '../../src/cli/parse-arguments.ts';
import {loadPlugin} from '../config-file/plugins.ts';
import {CliError} from '../io/cli-error.ts';
import type {Io} from '../io/io.ts';
import {readOperand} from '../io/operand.ts';
import {isBelow, realPathOf, shownPath} from '../io/paths.ts';
import type {LintRequest} from '../lint.ts';
import type {Rule} from '../rule.ts';
import {targetsOf} from '../workspace/targets.ts';
import {Workspace} from '../workspace/workspace.ts';

/** One policy, as an agent names it. */
export interface PolicyInput {
  /** The path of a file in the folder; of a text, that of the file that it is for. */
  readonly path?: string | undefined;
  /** Left out: the text of the file. */
  readonly text?: string | undefined;
}

/** The name of a text that is for no file. */
const UNNAMED = 'policy.json';

export class PolicyFolder {
  readonly #args: Arguments;
  readonly #io: Io;

  private constructor(args: Arguments, io: Io, plugins: ReadonlyMap<string, readonly Rule[]>) {
    this.#args = args;
    const {cwd, err} = io;
    const said = new Set<string>();
    this.#io = {
      ...io,
      mayRead: file => this.#isInside(file),
      loadRules: (file, what) => {
        const rules = plugins.get(realPathOf(file));
        if (rules === undefined && !said.has(what))
          err.write(
            `retry-lint mcp: ${what} does not run: start the server with --plugin ${shownPath(cwd, file)} if its code can be trusted.\n`,
          );
        said.add(what);
        return rules;
      },
    };
  }

  /**
   * @param args The folder is the operand. Default: the current folder. Modules of rules that --plugin names run here, once: a tool that is
   * called without a question must not run what an agent has written.
   * @throws CliError if there is no such folder, or one of the modules cannot be loaded.
   */
  static async open(args: Arguments, io: Io): Promise<PolicyFolder> {
    const [folder = '.'] = args.operands;
    const root = resolve(io.cwd, folder);
    if (!statSync(root, {throwIfNoEntry: false})?.isDirectory()) throw new CliError(`${folder} is not a directory.`);
    const plugins = new Map<string, readonly Rule[]>();
    for (const name of args.all('plugin')) {
      const file = resolve(root, name);
      plugins.set(realPathOf(file), await loadPlugin(file, '--plugin', root, dirname(file), io.wait));
    }
    return new PolicyFolder(args.withOperands([]), {...io, cwd: root}, plugins);
  }

  /**
   * One policy. Its configuration, baseline and extended files are read anew each time.
   *
   * @throws CliError if the policy cannot be read, or is outside of the folder.
   */
  async request({path: named = UNNAMED, text}: PolicyInput): Promise<LintRequest> {
    const {path: given, pointer} = readOperand(named);
    this.#refuseOutside(given);
    const workspace = new Workspace(this.#args, this.#io);
    const path = shownPath(this.#io.cwd, given);
    if (text !== undefined) workspace.texts.set(path, text);
    if (!(await workspace.holds(path, pointer))) throw new CliError(`${path} has nothing at ${pointer}.`);
    if (pointer !== '') workspace.setPointers(path, [pointer]);
    return workspace.request(path);
  }

  /**
   * The policies that the command line would lint.
   *
   * @param operand A file, a folder or a glob.
   * @returns Also why a file or a folder could not be read, one sentence each.
   * @throws CliError if there is no policy, or one is outside of the folder.
   */
  async requests(
    operand?: string,
  ): Promise<{readonly requests: LintRequest[]; readonly unreadable: readonly string[]}> {
    // A hyphen alone is the standard input of the command line.
    const named = operand === undefined ? [] : [operand.startsWith('-') ? `./${operand}` : operand];
    for (const each of named) this.#refuseOutside(readOperand(each).path);
    const workspace = new Workspace(this.#args, this.#io);
    const {paths, unreadable} = await targetsOf(this.#args.withOperands(named), workspace);
    const requests: LintRequest[] = [];
    for (const path of paths) {
      this.#refuseOutside(path);
      requests.push(await workspace.request(path));
    }
    if (requests.length === 0 && unreadable.length > 0) throw new CliError(unreadable.join('\n'));
    return {requests, unreadable};
  }

  /** The rules that apply to a policy. Without one, those of the folder. */
  async rules(path: string = UNNAMED): Promise<readonly Rule[]> {
    const {path: file} = readOperand(path);
    this.#refuseOutside(file);
    return (await new Workspace(this.#args, this.#io).settingsFor(shownPath(this.#io.cwd, file))).available;
  }

  /** @throws CliError */
  #refuseOutside(path: string): void {
    if (!this.#isInside(path)) throw new CliError(`${path} is outside of the folder that this server is for.`);
  }

  /** Links count as what they point to. */
  #isInside(path: string): boolean {
    const {cwd} = this.#io;
    const file = resolve(cwd, path);
    const root = realpathSync(cwd);
    return (isBelow(cwd, file) || isBelow(root, file)) && isBelow(root, realPathOf(file));
  }
}
