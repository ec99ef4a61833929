// The choice of bones and side.

import { element } from "./elements.js";

export const titled = (name) => `${name[0].toUpperCase()}${name.slice(1)}`.replaceAll("_", " ");

export class BoneChoice {
  // `place` is filled; `session` says what there is to choose from.
  constructor(place, session) {
    this.paired = session.paired;
    this.boxes = session.bones.map((bone) => {
      const box = element("input");
      box.type = "checkbox";
      box.value = bone;
      box.checked = true;
      box.onchange = () => this.check();
      return box;
    });
    this.side = element("select");
    this.side.append(...session.sides.map((side) => new Option(side, side)));
    this.side.value = "both";
    const side = element("label", "", "Side ");
    side.append(this.side);
    const bones = element("fieldset");
    bones.append(element("legend", "unseen", "Bones"), ...this.boxes.map(labelled), side);
    place.replaceChildren(bones);
    this.fieldset = bones;
    this.check();
  }

  get bones() {
    return this.boxes.filter((box) => box.checked).map((box) => box.value);
  }

  get value() {
    return { bones: this.bones, side: this.side.value };
  }

  enable(is) {
    this.fieldset.disabled = !is;
  }

  check() {
    const chosen = this.bones;
    this.side.disabled = !chosen.some((bone) => this.paired.includes(bone));
    this.boxes[0].setCustomValidity(chosen.length ? "" : "Choose a bone.");
  }

  // Tells the user what is missing; true where nothing is.
  reportValidity() {
    return this.fieldset.disabled || this.boxes[0].reportValidity();
  }
}

function labelled(box) {
  const label = element("label");
  label.append(box, ` ${titled(box.value)}`);
  return label;
}
