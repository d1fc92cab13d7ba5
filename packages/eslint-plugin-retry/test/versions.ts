/** Both versions of ESLint, and the parsers that people use. */
import * as babel from '@babel/eslint-parser';
import {ESLint as ESLint10, Linter as Linter10, RuleTester as RuleTester10} from 'eslint';
import {ESLint as ESLint9, Linter as Linter9, RuleTester as RuleTester9} from 'eslint9';
import * as svelte from 'svelte-eslint-parser';
import {parser as typescript} from 'typescript-eslint';
import * as vue from 'vue-eslint-parser';
import plugin from '../../../lint/eslint/index.ts';

export {plugin};

interface Version {
  readonly name: string;
  readonly ESLint: typeof ESLint10;
  readonly Linter: typeof Linter10;
  readonly RuleTester: typeof RuleTester10;
}

export const versions: readonly Version[] = [
  {name: 'ESLint 9', ESLint: ESLint9, Linter: Linter9, RuleTester: RuleTester9} as unknown as Version, // Its types are those of version 10, but for a few.
  {name: 'ESLint 10', ESLint: ESLint10, Linter: Linter10, RuleTester: RuleTester10},
];

export {babel, svelte, typescript, vue};
