/** The colours of charts, on a light and on a dark page. */
export interface Theme {
  readonly name: 'light' | 'dark';
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  /** Behind a period of trouble. */
  readonly band: string;
  readonly series: readonly string[];
  readonly good: string;
  readonly bad: string;
  readonly wait: string;
  /** Text in a bar. */
  readonly onBar: string;
}

/**
 * The series are from the palette of Okabe and Ito, which people with any of the common colour deficiencies tell apart; lines differ by
 * their dashes, too. https://jfly.uni-koeln.de/color/
 */
export const LIGHT: Theme = {
  name: 'light',
  text: '#1f2328',
  faint: '#59636e',
  line: '#d1d9e0',
  band: 'rgba(213, 94, 0, 0.10)',
  series: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56b4e9'],
  good: '#009e73',
  bad: '#d55e00',
  wait: '#8c959f',
  onBar: '#ffffff',
};

export const DARK: Theme = {
  name: 'dark',
  text: '#f0f6fc',
  faint: '#9198a1',
  line: '#3d444d',
  band: 'rgba(230, 159, 0, 0.16)',
  series: ['#56b4e9', '#e69f00', '#2ec4a0', '#e5a3c9', '#f0e442', '#8ab4f8'],
  good: '#2ec4a0',
  bad: '#ff8a4c',
  wait: '#6e7681',
  onBar: '#0d1117',
};
