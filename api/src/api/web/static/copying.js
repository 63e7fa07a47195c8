// The menu that copies links in one of the formats.

import { say } from "./elements.js";
import { FORMATS } from "./formats.js";
import { counted } from "./words.js";

const menu = () => document.getElementById("copy-menu");
let images = () => [];

/** Put the formats into the menu, once. */
export function prepareCopying() {
  const formats = menu().querySelector(".formats");
  for (const name of Object.keys(FORMATS)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.addEventListener("click", () => copy(name));
    formats.append(button);
  }
}

/** Open the menu at a button, for so many images, which `wanted` gives, now or in a moment. */
export function offerCopies(button, count, wanted) {
  images = wanted;
  document.getElementById("copy-title").textContent = `Copy ${counted(count, "link")} as`;
  menu().showPopover({ source: button });
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu();
  const fitsBelow = bottom + height + 16 < innerHeight;
  menu().style.left = `${Math.max(left + width + 16 < innerWidth ? left : right - width, 8)}px`;
  menu().style.top = `${fitsBelow ? bottom + 6 : Math.max(top - height - 6, 8)}px`;
  menu().querySelector("button").focus();
}

export const closeMenu = () => menu().hidePopover();

async function copy(name) {
  const all = await images();
  closeMenu();
  await write(FORMATS[name](all));
  say(`${counted(all.length, "link")} copied as ${name}`);
}

async function write(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Browsers give the clipboard to https and to localhost only; this is how it was before.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
