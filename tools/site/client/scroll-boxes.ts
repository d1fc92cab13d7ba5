/** Boxes that scroll can be reached by keyboard; others are no stop of the tab key. */

const BOXES = '.box, .drawing pre, .scroll, .wide';

export function reachScrollBoxes(): void {
  for (const box of document.querySelectorAll<HTMLElement>(BOXES)) {
    const doesScroll = box.scrollWidth > box.clientWidth;
    if (doesScroll) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
    box.toggleAttribute('data-scrolls', doesScroll);
  }
}
