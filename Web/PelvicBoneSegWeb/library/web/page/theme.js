// Light or dark: as the system has it, or as it was chosen. No module, as those run after the first
// picture of the page, which would flash.
(function () {
  "use strict";

  const KEY = "pelvicboneseg-theme";
  const root = document.documentElement;

  function show(theme) {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  }

  show(localStorage.getItem(KEY));
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) show(event.newValue);
  });
  document.addEventListener("DOMContentLoaded", () => {
    const choice = document.getElementById("theme");
    if (!choice) return;
    choice.value = root.dataset.theme ?? "";
    choice.onchange = () => {
      if (choice.value) localStorage.setItem(KEY, choice.value);
      else localStorage.removeItem(KEY);
      show(choice.value);
    };
  });
})();
