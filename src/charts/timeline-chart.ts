/** The attempts of calls, and the waits between them, a call a row. */
import {rowsOf} from './axes.ts';
import {type ChartSize, type RenderApi, type RenderParams, renderSvg} from './echarts.ts';
import type {Theme} from './theme.ts';

export interface Timeline {
  readonly rows: readonly TimelineRow[];
}

export interface TimelineRow {
  readonly name: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: 'good' | 'bad' | 'wait';
  /** Stands in the bar where there is room. */
  readonly label: string;
}

export function timelineChart({rows}: Timeline, theme: Theme, size: ChartSize): string {
  const bars = rows.flatMap(({bars}, row) => bars.map(bar => ({row, bar})));
  const names = rows.map(({name}) => name);
  return renderSvg(
    {
      ...rowsOf({name: 'ms since the start of the call', min: 0}, names, theme),
      series: {
        type: 'custom',
        silent: true,
        data: bars.map(({row, bar}) => [bar.fromMs, row, bar.toMs]),
        encode: {x: [0, 2], y: 1},
        renderItem: ({dataIndex}: RenderParams, api: RenderApi) => shapeOf(bars[dataIndex]!.bar, api, theme),
      },
    },
    size,
  );
}

/** In pixels, about. */
const LETTER_WIDTH = 6.5;

function shapeOf(bar: Bar, api: RenderApi, theme: Theme) {
  const [left, middle] = api.coord([bar.fromMs, api.value(1)]);
  const [right] = api.coord([bar.toMs, api.value(1)]);
  const rowHeight = api.size([0, 1])[1];
  const height = bar.kind === 'wait' ? 2 : Math.min(18, rowHeight * 0.7);
  const width = Math.max(1.5, right - left);
  const hasRoom = bar.kind !== 'wait' && width > bar.label.length * LETTER_WIDTH;
  return {
    type: 'group',
    children: [
      {type: 'rect', shape: {x: left, y: middle - height / 2, width, height}, style: {fill: theme[bar.kind]}},
      ...(hasRoom
        ? [
            {
              type: 'text',
              style: {
                text: bar.label,
                x: left + width / 2,
                y: middle,
                align: 'center',
                verticalAlign: 'middle',
                fill: theme.onBar,
                fontSize: 11,
              },
            },
          ]
        : []),
    ],
  };
}
