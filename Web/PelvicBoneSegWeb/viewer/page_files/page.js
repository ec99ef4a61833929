// Keys of the viewer, and what is done when the connection breaks.
(function () {
  "use strict";

  const TYPED_INTO = "input:not([type=checkbox]):not([type=radio]), textarea, [contenteditable]";
  const LOOK_EVERY_MS = 3000;

  function keyOf(event) {
    const withControl = event.ctrlKey || event.metaKey;
    if (withControl && event.key.toLowerCase() === "z") {
      return event.shiftKey ? "redo" : "undo";
    }
    if (withControl && event.key.toLowerCase() === "y") {
      return "redo";
    }
    return withControl || event.altKey ? "" : event.key.toLowerCase();
  }

  window.addEventListener("keydown", function (event) {
    if (event.repeat || event.target.closest(TYPED_INTO)) {
      return;
    }
    const key = keyOf(event);
    if (key && window.trame && (window.trame.state.get("keys") || []).includes(key)) {
      event.preventDefault();
      window.trame.trigger("pressed", [key]);
    }
  });

  // trame's client does not connect again by itself. The scene is still there on the server.
  window.setInterval(function () {
    if (document.body.innerText.trim() === "Connection closed") {
      window.location.reload();
    }
  }, LOOK_EVERY_MS);
})();
