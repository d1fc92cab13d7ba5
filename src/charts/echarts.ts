/** The parts of Apache ECharts that the charts are drawn with. The build puts them into this file, so that no user installs ECharts. */
import {BarChart, CustomChart, LineChart, ScatterChart} from 'echarts/charts';
import {GridComponent, MarkAreaComponent, MarkLineComponent} from 'echarts/components';
import {init, use} from 'echarts/core';
import {SVGRenderer} from 'echarts/renderers';

use([BarChart, CustomChart, LineChart, ScatterChart]);
use([GridComponent, MarkAreaComponent, MarkLineComponent, SVGRenderer]);

/** What a chart shows, in the options of ECharts. */
export type ChartOption = Readonly<Record<string, unknown>>;

/** In pixels. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** What ECharts gives to `renderItem` of a custom series, as far as it is used. */
export interface RenderApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  size(range: readonly [number, number]): [number, number];
}
export interface RenderParams {
  readonly dataIndex: number;
}

/** The SVG of a chart, without a script. */
export function renderSvg(option: ChartOption, {width, height}: ChartSize): string {
  const chart = init(null, null, {renderer: 'svg', ssr: true, width, height});
  try {
    chart.setOption({animation: false, ...option});
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
