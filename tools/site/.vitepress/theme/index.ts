/** VitePress's own theme in the frame of the site, with its tokens and the fonts of the reader's system. */
import {onContentUpdated, type Theme, useData} from 'vitepress';
import theme from 'vitepress/theme-without-fonts';
import {defineComponent, h} from 'vue';
import {startRuleFilter} from '../../client/rule-filter.ts';
import {reachScrollBoxes} from '../../client/scroll-boxes.ts';
import {type Frame, footer, header, sectionOf} from '../../frame.ts';
import '../../tokens.css';
import '../../frame.css';
import './style.css';

const Layout = defineComponent(() => {
  const {page, theme: config} = useData<{readonly frame: Frame}>();
  const top = (): string =>
    header(config.value.frame, sectionOf(page.value.relativePath.replace(/\.md$/, '')), 'VPContent');
  onContentUpdated(() => {
    reachScrollBoxes();
    startRuleFilter();
    // As the build has it in the pages that are loaded whole.
    document.querySelector('.VPDocFooter')?.setAttribute('role', 'presentation');
  });
  return () =>
    h(theme.Layout, null, {
      'layout-top': () => h('header', {class: 'top', innerHTML: top()}),
      'layout-bottom': () => h('footer', {class: 'foot', innerHTML: footer(config.value.frame)}),
    });
});

const steadfetch: Theme = {
  extends: theme,
  Layout,
  enhanceApp: async () => {
    if (import.meta.env.SSR) return;
    const {startFrame} = await import('../../client/frame.ts');
    startFrame();
    addEventListener('resize', reachScrollBoxes);
  },
};

export default steadfetch;
