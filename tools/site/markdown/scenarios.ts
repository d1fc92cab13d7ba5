/** Tables of scenarios: each opens in the playground, with the policies of its first example. */
import type {MarkdownRenderer} from 'vitepress';
import {scenarios} from '../../../src/simulate/scenario/scenarios.ts';
import {examples, stateOf} from '../playground/examples.ts';
import {fragmentOf, playgroundLink} from '../playground-link.ts';
import {textOf} from './tokens.ts';

export function scenarioLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('scenario-links', ({tokens, env, Token}) => {
    if (env.relativePath !== 'simulate.md') return;
    for (const [index, {type}] of tokens.entries()) {
      const scenario = type === 'tr_open' ? textOf(tokens[index + 2]!) : '';
      if (!Object.hasOwn(scenarios, scenario)) continue;
      const link = new Token('html_inline', '', 0);
      const fragment = fragmentOf({...stateOf(examples[0]), scenario});
      link.content = ` ${playgroundLink(fragment, 'Open in the playground')}`;
      // A row is its name, and what happens: each an opening, a text and an end.
      tokens[index + 5]!.children!.push(link);
    }
  });
}
