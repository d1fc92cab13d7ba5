/** VitePress's own theme with the tokens of the site and the fonts of the reader's system. */
import theme from 'vitepress/theme-without-fonts';
import '../../tokens.css';
import './style.css';

export default theme;
