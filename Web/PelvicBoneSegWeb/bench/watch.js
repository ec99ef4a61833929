// What the bench sees of a page: when pictures of the views were decoded, and what is on them.
(function () {
  "use strict";

  const SIDE = 48;
  const SATURATED = 40;
  const SAME_HUE = 0.12;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const watch = { pictures: [], sent: 0, colour: null };
  window.benchWatch = watch;

  // The share of pixels of the bone's hue: it is lit and shaded.
  function shareOfBone(pixels) {
    const least = Math.min(...watch.colour);
    const most = Math.max(...watch.colour);
    const wanted = watch.colour.map((one) => (one - least) / (most - least));
    let count = 0;
    for (let at = 0; at < pixels.length; at += 4) {
      const rgb = [pixels[at], pixels[at + 1], pixels[at + 2]];
      const low = Math.min(...rgb);
      const range = Math.max(...rgb) - low;
      const isBone = (one, i) => Math.abs((one - low) / range - wanted[i]) < SAME_HUE;
      if (range > SATURATED && rgb.every(isBone)) count++;
    }
    return count / (SIDE * SIDE);
  }

  function middleOf(image) {
    const place = image.getBoundingClientRect();
    return [place.x + place.width / 2, place.y + place.height / 2];
  }

  watch.places = () => [...document.querySelectorAll("img.image-display-area")].map(middleOf);

  function seen(image) {
    context.drawImage(image, 0, 0, SIDE, SIDE);
    const pixels = context.getImageData(0, 0, SIDE, SIDE).data;
    let sum = 0;
    let digest = 0;
    for (let at = 0; at < pixels.length; at += 4) {
      sum += pixels[at];
      digest = (31 * digest + pixels[at] + 7 * pixels[at + 1]) | 0;
    }
    const [x, y] = middleOf(image);
    watch.pictures.push({
      at: (performance.timeOrigin + performance.now()) / 1000,
      x,
      y,
      bright: sum / (SIDE * SIDE * 255),
      bone: watch.colour ? shareOfBone(pixels) : 0,
      digest,
    });
  }

  // Turned from within, as asking the browser for each notch from outside takes its time.
  watch.turnWheel = ({ x, y, delta, notches, everyMs, turnAfter }) =>
    new Promise((resolve) => {
      const target = document.elementFromPoint(x, y);
      let count = 0;
      const timer = setInterval(() => {
        const deltaY = Math.floor(count / turnAfter) % 2 ? -delta : delta;
        const place = { clientX: x, clientY: y, bubbles: true, cancelable: true };
        target.dispatchEvent(new WheelEvent("wheel", { deltaY, ...place }));
        if (++count < notches) return;
        clearInterval(timer);
        resolve();
      }, everyMs);
    });

  document.addEventListener(
    "load",
    (event) => {
      if (event.target.matches?.("img.image-display-area")) seen(event.target);
    },
    true,
  );

  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...body) {
    this.upload.addEventListener("load", () => {
      watch.sent = (performance.timeOrigin + performance.now()) / 1000;
    });
    return send.apply(this, body);
  };
})();
