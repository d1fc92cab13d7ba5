/** Light or dark. The choice is kept where the other pages of the site keep theirs, so one switch sets both. */

const KEY = 'vitepress-theme-appearance';
const system = matchMedia('(prefers-color-scheme: dark)');

export function applyTheme(): void {
  const chosen = stored();
  const isDark = chosen === 'dark' || (chosen !== 'light' && system.matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
}

/** Applies the theme again when the system changes its own. */
export function followSystem(): void {
  system.addEventListener('change', applyTheme);
}

export function switchTheme(): void {
  const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
  document.documentElement.dataset.theme = next;
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
