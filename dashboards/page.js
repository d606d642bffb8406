// Written into each page, and run once.
if (!window.cvgRuns) {
  window.cvgRuns = true;

  // The part that the address named is scrolled to once it has come, and held there while what
  // stands above it still comes, until the reader moves. The app may have written the address anew.
  const [opened] = performance.getEntriesByType("navigation");
  const part = decodeURIComponent(new URL(opened.name).hash.slice(1));
  const watch = new MutationObserver(() => document.getElementById(part)?.scrollIntoView());
  if (part) watch.observe(document.body, {childList: true, subtree: true});
  for (const move of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    addEventListener(move, () => watch.disconnect(), {once: true});
  }

  // On a phone the menu covers the page: it closes once a page is chosen.
  addEventListener("click", ({target}) => {
    if (innerWidth < 768 && target.closest("[data-testid=stSidebar] a")) {
      document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
    }
  });
}
