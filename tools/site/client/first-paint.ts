/** Runs before the page is painted, so that a dark page does not begin white. */
import {applyTheme} from './theme.ts';

document.documentElement.classList.add('js');
applyTheme();
