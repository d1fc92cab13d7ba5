/** The same finding whichever parser reads the program: all give ESTree. */
import {expect} from 'chai';
import {babel, plugin, svelte, typescript, versions, vue} from './versions.ts';

const script = `import pRetry from 'p-retry';
export const load = () => pRetry(() => fetch('/items'), {retries: 3, shouldRetry: isTransient});
`;
const typed = `import pRetry, {type Options} from 'p-retry';
const options = {retries: 3, shouldRetry: isTransient} as const satisfies Options;
export const load = async <T,>(url: string): Promise<T> => (await pRetry(() => fetch(url), options))! as T;
`;
const FINDING =
  'RL203: Retries come in bursts: the waits of 1000, 2000 and 4000 ms are equal for all clients that failed at the same time. Use jitter.';

const programs = [
  {name: 'espree', path: 'calls.js', text: script, languageOptions: {}, line: 2},
  {name: 'typescript-eslint', path: 'calls.ts', text: typed, languageOptions: {parser: typescript}, line: 3},
  {
    name: 'Babel',
    path: 'calls.js',
    text: script,
    languageOptions: {parser: babel, parserOptions: {requireConfigFile: false}},
    line: 2,
  },
  {
    name: 'Vue',
    path: 'Items.vue',
    text: `<template>\n  <p>{{ items }}</p>\n</template>\n<script setup lang="ts">\n${script}</script>\n`,
    languageOptions: {parser: vue, parserOptions: {parser: typescript}},
    line: 6,
  },
  {
    name: 'Svelte',
    path: 'Items.svelte',
    text: `<script lang="ts">\n${script}</script>\n\n<p>items</p>\n`,
    languageOptions: {parser: svelte, parserOptions: {parser: typescript}},
    line: 3,
  },
];

for (const {name, Linter} of versions)
  describe(`${name}: parsers`, () => {
    for (const {name: parser, path, text, languageOptions, line} of programs)
      it(`finds the same with that of ${parser}`, () => {
        const config = {
          files: ['**/*.{js,ts,vue,svelte}'],
          plugins: {retry: plugin},
          rules: {'retry/no-synchronized-retries': 2},
          languageOptions,
        };
        const messages = new Linter().verify(text, [config as never], path);
        expect(messages.map(({message, line: at}) => ({message, line: at}))).to.deep.equal([{message: FINDING, line}]);
      });
  });
