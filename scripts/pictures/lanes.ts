/** Draws what happens in lanes along time, as an SVG that is light or dark as the page is. */
import {DARK, LIGHT, type Theme} from '../../src/charts/theme.ts';

const ROW = 62;
const TOP = 34;

type Kind = 'good' | 'bad' | 'wait';

interface Span {
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
  readonly text: string;
}

interface Moment {
  readonly at: number;
  readonly text: string;
  /** Above or below the bar. */
  readonly above?: boolean;
}

export interface Lane {
  readonly name: string;
  readonly spans: readonly Span[];
  readonly moments: readonly Moment[];
}

export interface Picture {
  readonly width: number;
  /** Where the lanes begin, right of their names. */
  readonly left: number;
  /** What the picture shows, in words. */
  readonly title: string;
  readonly lanes: readonly Lane[];
}

export function draw({width, left, title, lanes}: Picture): string {
  const height = TOP + lanes.length * ROW + 4;
  const x = (at: number): number => left + ((width - left - 12) * at) / 100;

  function lane({name, spans, moments}: Lane, row: number): string {
    const middle = TOP + row * ROW + ROW / 2 - 8;
    return [
      `<text class="text" x="0" y="${middle + 4}">${name}</text>`,
      `<line class="line" x1="${left}" x2="${width - 12}" y1="${middle}" y2="${middle}"/>`,
      ...spans.map(({from, to, kind, text}) => {
        const length = x(to) - x(from);
        const label =
          text === ''
            ? ''
            : `<text class="on" x="${x(from) + length / 2}" y="${middle + 4}" text-anchor="middle">${text}</text>`;
        return `<rect class="${kind}" x="${x(from)}" y="${middle - 11}" width="${length - 1}" height="22" rx="2"/>${label}`;
      }),
      ...moments.map(({at, text, above = false}) => {
        const end = above ? middle - 15 : middle + 15;
        return `<line class="moment" x1="${x(at)}" x2="${x(at)}" y1="${middle}" y2="${end}"/><text class="faint" x="${x(at)}" y="${above ? end - 3 : end + 11}" text-anchor="${at > 80 ? 'end' : at < 10 ? 'start' : 'middle'}">${text}</text>`;
      }),
    ].join('\n');
  }

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="13">
<title id="title">${title}</title>
<style>${styleOf(LIGHT)}@media (prefers-color-scheme: dark){${styleOf(DARK)}}</style>
<text class="faint" x="${width - 12}" y="14" text-anchor="end">time →</text>
${lanes.map(lane).join('\n')}
</svg>
`;
}

const styleOf = ({text, faint, line, good, bad, wait, onBar}: Theme): string =>
  `.text{fill:${text}}.faint{fill:${faint};font-size:11px}.line{stroke:${line}}.moment{stroke:${faint}}.good{fill:${good}}.bad{fill:${bad}}.wait{fill:${wait}}.on{fill:${onBar};font-size:11px}`;
