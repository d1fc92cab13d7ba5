/** The colors of the site, as tools/site/tokens.css has them: axe cannot see through gradients, so their contrast is computed. */
import {readFileSync} from 'node:fs';
import {expect} from 'chai';

type Color = readonly [red: number, green: number, blue: number];

const css = readFileSync(new URL('../../tools/site/tokens.css', import.meta.url), 'utf8');
const tokens = new Map(
  Array.from(
    css.matchAll(/^ {2}--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);$/gm),
    ([, name, light, dark]) => [name!, {light: light!, dark: dark!}],
  ),
);

const colorOf = (name: string, theme: 'light' | 'dark'): Color => {
  const hex = tokens.get(name)?.[theme];
  if (hex === undefined) throw new Error(`tokens.css has no color --${name}.`);
  return [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as unknown as Color;
};

/** As WCAG defines it. */
function luminance(color: Color): number {
  const [red, green, blue] = color.map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: Color, other: Color): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

const TEXTS = ['ink', 'ink-2', 'accent', 'good', 'bad', 'warn'];
const TEXT_PAIRS: readonly (readonly [text: string, ground: string])[] = [
  ...TEXTS.flatMap(text => ['bg', 'bg-2'].map(ground => [text, ground] as const)),
  ['good', 'good-soft'],
  ['bad', 'bad-soft'],
  ['warn', 'warn-soft'],
  ['accent', 'info-soft'],
  ...['good-soft', 'bad-soft', 'warn-soft', 'info-soft'].map(ground => ['ink', ground] as const),
  ['on-accent', 'accent'],
];
const GRAPHIC_PAIRS = ['edge', 'good-fill', 'bad-fill', 'warn-fill'].flatMap(line =>
  ['bg', 'bg-2'].map(ground => [line, ground] as const),
);

describe('the colors of the site', () => {
  for (const theme of ['light', 'dark'] as const) {
    const tooFaint = (pairs: typeof TEXT_PAIRS, least: number): string[] =>
      pairs
        .map(([one, other]) => ({one, other, ratio: contrast(colorOf(one, theme), colorOf(other, theme))}))
        .filter(({ratio}) => ratio < least)
        .map(({one, other, ratio}) => `${one} on ${other}: ${ratio.toFixed(2)}`);

    it(`have a contrast of at least 4.5 for text, ${theme}`, () => {
      expect(tooFaint(TEXT_PAIRS, 4.5)).to.deep.equal([]);
    });

    it(`have a contrast of at least 3 for controls and graphics, ${theme}`, () => {
      expect(tooFaint(GRAPHIC_PAIRS, 3)).to.deep.equal([]);
    });
  }

  it('are named in no other style of the site', () => {
    const styles = ['.vitepress/theme/style.css', 'playground/style.css', 'playground/editor-style.ts'];
    const named = styles.flatMap(file =>
      Array.from(
        readFileSync(new URL(`../../tools/site/${file}`, import.meta.url), 'utf8').matchAll(
          /#[0-9a-f]{3,8}\b(?=[;,)' ])|\brgba?\(/g,
        ),
        ([color]) => `${file}: ${color}`,
      ),
    );
    expect(named).to.deep.equal([]);
  });
});
