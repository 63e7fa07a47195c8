// What is to be uploaded and has not been sent: links as text, lists of links, pictures.
//
// It outlives the views, so that something may be dropped on any of them.

import { urlsIn, urlsInFile } from "./lists.js";

const LIST = /\.(txt|csv|ndjson|jsonl|md|html?)$/i;

export const basket = {
  text: "",
  /** Files, each with its name and either its `urls` or the picture itself as `file`. */
  files: [],
  changed: () => {},

  addText(text) {
    this.text = [this.text.trimEnd(), text.trim(), ""].filter((part, n) => part || n === 2).join("\n");
    this.changed();
  },

  async addFiles(files) {
    for (const file of files) {
      const isList = LIST.test(file.name) || file.type.startsWith("text/");
      const urls = isList ? urlsInFile(file.name, await file.text()).urls : null;
      this.files.push({ name: file.name, urls, file });
    }
    this.changed();
  },

  remove(file) {
    this.files.splice(this.files.indexOf(file), 1);
    this.changed();
  },

  clear() {
    this.text = "";
    this.files = [];
  },

  /** All links, each once; how many lines of the text have none; the pictures. */
  contents() {
    const { urls, without } = urlsIn(this.text);
    const lists = this.files.flatMap((file) => file.urls ?? []);
    const pictures = this.files.filter((file) => !file.urls).map(({ file }) => file);
    return { urls: [...new Set([...urls, ...lists])], without, pictures };
  },
};
