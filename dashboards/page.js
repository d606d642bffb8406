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

  // Streamlit's own words are English. What it changes anew is looked at anew.
  const french = {
    "Sidebar": "Menu",
    "Collapse sidebar": "Fermer le menu",
    "Expand sidebar": "Ouvrir le menu",
    "Skip to main content": "Aller au contenu",
    "Open": "Ouvrir la liste",
    "Choose an option": "Choisir",
    "Selected values": "Valeurs choisies",
    "Remove": "Retirer",
    "Clear all": "Tout effacer",
    "Clear value": "Effacer",
    "Close": "Fermer",
    "Copy to clipboard": "Copier",
    "Notifications": "Messages",
    "Connection error": "Connexion interrompue",
  };
  const english = Object.fromEntries(Object.entries(french).map(([from, to]) => [to, from]));
  const translate = () => {
    const words = document.documentElement.lang === "fr" ? french : english;
    const say = (text) => words[text] ?? text.replace(/^(Remove|Retirer)(?= )/, (word) => words[word] ?? word);
    for (const name of ["aria-label", "placeholder"]) {
      for (const part of document.querySelectorAll(`:is(button, input, section, [role=group])[${name}]`)) {
        const text = part.getAttribute(name);
        if (say(text) !== text) part.setAttribute(name, say(text));
      }
    }
    for (const {firstChild: text} of document.querySelectorAll("[data-testid=stSkipToContent], [role=dialog] h2")) {
      if (text?.data && say(text.data) !== text.data) text.data = say(text.data);
    }
    // The rest of what it says of a lost connection is for developers: style.css says it instead.
    const dialog = document.querySelector("[role=dialog]:has(> h2)");
    if (say("Connection error") === dialog?.querySelector("h2").textContent) dialog.dataset.lost = "";
  };
  new MutationObserver(translate).observe(document.documentElement, {
    attributeFilter: ["lang", "aria-label", "placeholder"], childList: true, subtree: true,
  });
}
