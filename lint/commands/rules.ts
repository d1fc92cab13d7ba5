/** `retry-lint rules`: lists every rule and its severity for a policy in this folder. */

import {severities} from '../config-file/settings.ts';
import {jsonText} from '../formatters/harmless.ts';
import {painter} from '../formatters/paint.ts';
import {counted} from '../formatters/sum.ts';
import {readOperand} from '../io/operand.ts';
import {Workspace} from '../workspace/workspace.ts';
import {wantsColour} from './colour.ts';
import type {Command} from './command.ts';

export const rules: Command = async (args, io) => {
  const path = readOperand(args.operands[0] ?? 'policy.json').path;
  const rows = severities(await new Workspace(args, io).settingsFor(path));
  if (args.has('json')) {
    const plain = rows.map(({rule, severity, from}) => {
      const {code, name, category, confidence, fix = 'none', summary} = rule;
      return {code, name, category, severity, from, confidence, fixable: fix !== 'none', fix, summary};
    });
    io.out.write(jsonText(plain));
    return 0;
  }
  const paint = painter(wantsColour(undefined, io));
  const colours = {error: 'red', warning: 'yellow', info: 'blue', off: 'dim'} as const;
  const widest = Math.max(...rows.map(({rule}) => rule.name.length));
  for (const {rule, severity} of rows) {
    io.out.write(
      `${paint('bold', rule.code)}  ${rule.name.padEnd(widest)}  ${paint(colours[severity], severity.padEnd(7))}  ${(rule.fix ?? '').padEnd(6)}  ${rule.summary}\n`,
    );
  }
  const off = rows.filter(({severity}) => severity === 'off').length;
  io.out.write(
    `\n${counted(rows.length, 'rule')}, ${off} of them off. "retry-lint explain RULE" gives the reasons of one.\n`,
  );
  return 0;
};
