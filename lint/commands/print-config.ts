/** `retry-lint print-config`: prints the settings that apply to a policy, and where each is set. */

import {severities} from '../config-file/settings.ts';
import {jsonText} from '../formatters/harmless.ts';
import {readOperand} from '../io/operand.ts';
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
    plugins: loaded?.file.plugins ?? [],
    rules: Object.fromEntries(
      severities(settings).map(({rule, severity, from}) => [rule.code, {name: rule.name, severity, from}]),
    ),
  };
  io.out.write(jsonText(shown));
  return 0;
};
