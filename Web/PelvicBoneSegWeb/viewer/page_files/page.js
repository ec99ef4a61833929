// Keys of the viewer, its theme, and what is done when the connection breaks.
(function () {
  "use strict";

  const TYPED_INTO = "input:not([type=checkbox]):not([type=radio]), textarea, [contenteditable]";
  const MOVED_BY_ARROWS = "[role=slider], [role=tab], [role=menu], [role=listbox], .v-overlay";
  const VIEW = ".remote-controlled-area";
  // Slicer's own keys for the next slice and the one before, in the view with the mouse or the focus.
  const SLICE_KEYS = { ArrowUp: "f", ArrowDown: "b" };
  const LOOK_EVERY_MS = 3000;

  function keyOf(event) {
    const withControl = event.ctrlKey || event.metaKey;
    if (withControl && event.key.toLowerCase() === "z") {
      return event.shiftKey ? "redo" : "undo";
    }
    if (withControl && event.key.toLowerCase() === "y") {
      return "redo";
    }
    if (withControl && event.key.toLowerCase() === "s") {
      return "save";
    }
    return withControl || event.altKey ? "" : event.key.toLowerCase();
  }

  function pressInView(key) {
    const view =
      document.querySelector(`${VIEW}:hover`) || document.activeElement.closest(VIEW);
    if (view) {
      view.dispatchEvent(new KeyboardEvent("keydown", { key: key }));
    }
  }

  window.addEventListener("keydown", function (event) {
    if (
      event.key in SLICE_KEYS &&
      !event.target.closest(`${TYPED_INTO}, input, ${MOVED_BY_ARROWS}`)
    ) {
      event.preventDefault();
      pressInView(SLICE_KEYS[event.key]);
      return;
    }
    const key = keyOf(event);
    if (event.repeat || (key !== "save" && event.target.closest(TYPED_INTO))) {
      return;
    }
    if (key && window.trame && (window.trame.state.get("keys") || []).includes(key)) {
      event.preventDefault();
      window.trame.trigger("pressed", [key]);
    }
  });

  // The library's page keeps the choice under the same name; without one the system's holds.
  const THEME = "pelvicboneseg-theme";
  const IS_DARK = "DisplayState__is_dark";
  const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");

  function wantsDark() {
    const choice = window.localStorage.getItem(THEME);
    return choice ? choice === "dark" : systemIsDark.matches;
  }

  function followTheme() {
    if (!window.trame || !window.trame.state) {
      window.setTimeout(followTheme, 20);
      return;
    }
    const state = window.trame.state;
    state.set(IS_DARK, wantsDark());
    systemIsDark.addEventListener("change", () => state.set(IS_DARK, wantsDark()));
    state.watch([IS_DARK], function (isDark) {
      if (isDark !== wantsDark()) {
        window.localStorage.setItem(THEME, isDark ? "dark" : "light");
      }
    });
  }

  followTheme();

  // trame's client does not connect again by itself. The scene is still there on the server.
  window.setInterval(function () {
    if (document.body.innerText.trim() === "Connection closed") {
      window.location.reload();
    }
  }, LOOK_EVERY_MS);
})();
