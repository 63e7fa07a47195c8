// A long list of which only the rows in sight exist. All rows have the same height.

import { copyOf } from "./elements.js";

/** Rows beyond either edge of the window: what the keyboard reaches next is there already. */
const BEYOND = 8;

export class VirtualList {
  #list;
  #template;
  #fill;
  #items = [];
  #rows = new Map();
  #height;
  #frame = 0;

  /** `fill(row, item)` writes an item into a row; it is called again whenever that may differ. */
  constructor(list, template, fill, signal) {
    this.#list = list;
    this.#template = template;
    this.#fill = fill;
    addEventListener("scroll", () => this.#schedule(), { passive: true, signal });
    addEventListener("resize", () => this.show(this.#items), { signal });
  }

  /** Show these items, in this order; an item is what a row is known by. */
  show(items) {
    this.#items = items;
    this.#height = parseFloat(getComputedStyle(this.#list).getPropertyValue("--row"));
    this.#list.style.height = `${items.length * this.#height}px`;
    this.#place();
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#place();
    });
  }

  #place() {
    const top = -this.#list.getBoundingClientRect().top;
    const first = Math.max(Math.floor(top / this.#height) - BEYOND, 0);
    const end = Math.min(
      Math.ceil((top + innerHeight) / this.#height) + BEYOND, this.#items.length);
    const shown = new Map();
    for (let place = first; place < end; place += 1) {
      const item = this.#items[place];
      const row = this.#rows.get(item) ?? copyOf(this.#template);
      this.#fill(row, item);
      row.style.transform = `translateY(${place * this.#height}px)`;
      row.setAttribute("aria-posinset", place + 1);
      row.setAttribute("aria-setsize", this.#items.length);
      shown.set(item, row);
    }
    for (const [item, row] of this.#rows) if (!shown.has(item)) row.remove();
    // In the order of sight, for the keyboard; rows that are in their place are not touched.
    let next = this.#list.firstElementChild;
    for (const row of shown.values()) {
      if (row === next) next = next.nextElementSibling;
      else this.#list.insertBefore(row, next);
    }
    this.#rows = shown;
  }
}
