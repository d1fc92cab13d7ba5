/** Counts as bars: a row for each thing that is counted, and in it a bar for each series. */
import {type Axis, colorOf, rowsOf} from './axes.ts';
import {type ChartSize, renderSvg} from './echarts.ts';
import type {Theme} from './theme.ts';

export interface BarChart {
  readonly x: Axis;
  /** The names of the series. */
  readonly series: readonly string[];
  readonly rows: readonly BarRow[];
}

export interface BarRow {
  readonly name: string;
  /** One value for each series. */
  readonly values: readonly number[];
}

export function barChart({x, series, rows}: BarChart, theme: Theme, size: ChartSize): string {
  const names = rows.map(({name}) => name);
  const {grid, ...axes} = rowsOf({min: 0, ...x}, names, theme);
  return renderSvg(
    {
      ...axes,
      // The number of the longest bar stands behind it.
      grid: {...grid, right: 48},
      series: series.map((name, index) => ({
        type: 'bar',
        name,
        data: rows.map(({values}) => values[index]!),
        barMaxWidth: 14,
        silent: true,
        itemStyle: {color: colorOf(theme, index)},
        label: {
          show: true,
          position: 'right',
          color: theme.faint,
          fontSize: 11,
          formatter: ({value}: {value: number}) => value.toLocaleString('en'),
        },
      })),
    },
    size,
  );
}
