/** Writes the findings in every requested format. */

import type {Arguments} from '../../src/cli/parse-arguments.ts';
import {VERSION} from '../../src/core/version.ts';
import type {Report} from '../finding.ts';
import {firedRules, type Run} from '../formatters/formatter.ts';
import {formatters} from '../formatters/index.ts';
import type {Stream} from '../io/io.ts';
import {textsOf} from '../io/rule-texts.ts';
import {writeFile} from '../io/write-file.ts';
import type {Workspace} from '../workspace/workspace.ts';
import {wantsColour} from './colour.ts';
import type {Output} from './lint-options.ts';
import {withPathsFrom} from './report-paths.ts';

/** @param stream Receives reports without a file. */
export async function writeReports(
  reports: readonly Report[],
  texts: Run['texts'],
  outputs: readonly Output[],
  args: Arguments,
  workspace: Workspace,
  stream: Stream,
): Promise<void> {
  const {io} = workspace;
  const found: Run = {
    reports,
    texts,
    rules: await workspace.rules(),
    version: VERSION,
    today: io.today,
    showsAll: args.has('all'),
    withoutInfos: await searchedIn(reports, workspace),
  };
  const folder = args.value('paths-from');
  const placed = folder === undefined ? found : withPathsFrom(workspace.absolute(folder), io.cwd, found);
  const formats = outputs.map(({format, file}) => ({formatter: formatters.find(({name}) => name === format)!, file}));
  const run = formats.some(({formatter}) => formatter.showsReasons) ? await withReasons(placed) : placed;
  for (const {formatter, file} of formats) {
    if (file === undefined) {
      const said = args.has('no-color') ? false : args.has('color') ? true : undefined;
      const colour = wantsColour(said, {env: io.env, out: stream});
      const write = (formatter.name === 'github' && stream.writeCommands) || stream.write;
      write.call(stream, formatter.format(run, {colour, width: stream.columns}));
    } else {
      const text = formatter.format(run, {colour: false, width: Infinity});
      writeFile(workspace.absolute(file), text, file);
    }
  }
}

/** Files of other languages that a search has found: a first run on a repository shows what matters most, unless it is strict. */
async function searchedIn(reports: readonly Report[], workspace: Workspace): Promise<ReadonlySet<string>> {
  const paths = new Set<string>();
  for (const {path} of reports) {
    if (!workspace.isScanned(path)) continue;
    const {preset} = await workspace.settingsFor(path);
    if (preset.name === 'recommended') paths.add(path);
  }
  return paths;
}

async function withReasons(run: Run): Promise<Run> {
  const reasons = firedRules(run).map(async rule => [rule.code, (await textsOf(rule)).why] as const);
  return {...run, reasons: new Map(await Promise.all(reasons))};
}
