/** Emits src/simulate/scenario/scenarios.ts: the scenarios that have a name. */
import {source} from './defaults.ts';
import {bannerOf} from './node.ts';

/** A file of schema/scenarios. */
export interface ScenarioFile {
  readonly name: string;
  readonly description: string;
}

export function emitScenarios(files: readonly ScenarioFile[]): string {
  const entries = files.map(file => {
    const {$schema: _, ...scenario} = file as ScenarioFile & {readonly $schema?: unknown};
    return `  /** ${file.description} */\n  '${file.name}': ${source(scenario, 1)},`;
  });
  return `// ${bannerOf('schema/scenarios')}

import type {ScenarioInput} from './types.ts';

/** The scenarios that have a name, as they are written. */
export const scenarios: Readonly<Record<string, ScenarioInput>> = {
${entries.join('\n')}
};
`;
}
