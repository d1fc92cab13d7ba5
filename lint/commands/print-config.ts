/** `retry-lint print-config`: prints the settings that apply to a policy, and where each is set. */

import {type Settings, severities} from '../config-file/settings.ts';
import {jsonText} from '../formatters/harmless.ts';
import {readOperand} from '../io/operand.ts';
import {retired} from '../retired.ts';
import {Workspace} from '../workspace/workspace.ts';
import type {Command} from './command.ts';

export const printConfig: Command = async (args, io) => {
  const path = readOperand(args.operands[0] ?? 'policy.json').path;
  const workspace = new Workspace(args, io);
  const settings = await workspace.settingsFor(path);
  const loaded = await workspace.loadedFor(path);
  const baseline = await workspace.baselineFor(path);
  const shown = {
    policy: args.operands[0] ?? null,
    config: loaded?.path ?? null,
    ignored: await workspace.isIgnored(path),
    preset: {value: settings.preset.name, from: settings.preset.from},
    baseline: baseline.exists ? baseline.shown : null,
    suppressions: loaded?.file.suppressions ?? true,
    dialects: loaded?.file.dialects ?? {},
    layers: loaded?.file.layers ?? [],
    plugins: loaded?.file.plugins ?? [],
    rules: Object.fromEntries([
      ...severities(settings).map(({rule, severity, from}) => [rule.code, {name: rule.name, severity, from}]),
      ...partsOf(settings),
    ]),
  };
  io.out.write(jsonText(shown));
  return 0;
};

/** The retired rules that have a setting of their own. */
const partsOf = ({rules}: Settings): (readonly [string, object])[] =>
  retired
    .filter(({code, now}) => code !== now && rules.has(code))
    .map(({code, name, now}) => {
      const {setting, from} = rules.get(code)!;
      return [code, {name, severity: setting, from, partOf: now}];
    });
