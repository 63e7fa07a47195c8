// What is to be uploaded and has not been sent: links as text, lists of links, pictures.
//
// It outlives the views, so that something may be dropped on any of them.

import { imagesIn, urlsIn } from "./lists.js";

const LIST = /\.(txt|csv|ndjson|jsonl|md|html?)$/i;

class Basket {
  #text = "";
  #files = [];
  #attempt = "";
  /** Called after every change. */
  changed = () => {};

  get text() {
    return this.#text;
  }

  set text(text) {
    this.#text = text;
    this.#touch();
  }

  /** What was dropped: `{name, images}` is a list, `{name, picture}` a picture. */
  get files() {
    return this.#files;
  }

  /** Names what is in here: sent again, because the answer was lost, it makes no second job. */
  get attempt() {
    this.#attempt ||= [...crypto.getRandomValues(new Uint32Array(4))].join("-");
    return this.#attempt;
  }

  addText(text) {
    const before = this.#text.trimEnd();
    this.text = `${before}${before && "\n"}${text.trim()}\n`;
  }

  async addFiles(files) {
    for (const file of files) {
      const { name } = file;
      const isList = LIST.test(name) || file.type.startsWith("text/");
      this.#files.push(isList ? { name, images: imagesIn(name, await file.text()) }
        : { name, picture: file });
    }
    this.#touch();
  }

  remove(file) {
    this.#files.splice(this.#files.indexOf(file), 1);
    this.#touch();
  }

  clear() {
    this.#files = [];
    this.text = "";
  }

  /** Images with a URL, each once; pictures; how many lines of the text have no URL. */
  contents() {
    const { urls, without } = urlsIn(this.#text);
    const images = new Map(urls.map((url) => [url, { url }]));
    for (const image of this.#files.flatMap((file) => file.images ?? [])) {
      images.set(image.url, image);
    }
    const pictures = this.#files.flatMap(({ picture }) => picture ?? []);
    return { images: [...images.values()], pictures, without };
  }

  #touch() {
    this.#attempt = "";
    this.changed();
  }
}

export const basket = new Basket();
