import type {Plugin} from 'esbuild';

/** Another text in place of a file's own. */
export const replacing = (name: string, filter: RegExp, contents: string): Plugin => ({
  name,
  setup: ({onLoad}) => onLoad({filter}, () => ({contents})),
});
