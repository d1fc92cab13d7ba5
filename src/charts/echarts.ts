/** The parts of Apache ECharts that the charts are drawn with. The build puts them into this file, so that no user installs ECharts. */
import {BarChart, CustomChart, LineChart} from 'echarts/charts';
import {GridComponent, MarkAreaComponent} from 'echarts/components';
import {init, use} from 'echarts/core';
import {SVGRenderer} from 'echarts/renderers';

use([BarChart, CustomChart, LineChart, GridComponent, MarkAreaComponent, SVGRenderer]);

/** What a chart shows, in the options of ECharts. */
export type ChartOption = Readonly<Record<string, unknown>>;

/** In pixels. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
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
