// Links as text for other programs: each format takes images `{url, link, width, height}`.

import { nameOf } from "./words.js";

const lines = (format) => (images) => images.map(format).join("\n");

/** What stands for a picture that cannot be seen: its name without the ending. */
const alt = ({ url }) => (url ? nameOf(url).name.replace(/\.\w{2,5}$/, "") : "");

const NOT_IN_MARKDOWN = /[\\[\]`*_<>!&#|]/g;
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const inHTML = (text) => text.replace(/[&<>"]/g, (character) => ENTITIES[character]);

/** A link that no bracket or quote of its own can end. */
const address = (link) => encodeURI(decodeURI(link)).replace(/[()[\]'"]/g, (character) =>
  `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** A cell of RFC 4180. One that a spreadsheet would take for a formula begins with an apostrophe. */
function cell(value) {
  let text = String(value ?? "");
  if (/^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const COLUMNS = ["url", "link", "type", "width", "height", "bytes"];
const row = (image) => COLUMNS.map((column) => image[column] ?? null);

export const FORMATS = {
  URL: lines(({ link }) => link),
  Markdown: lines((image) =>
    `![${alt(image).replace(NOT_IN_MARKDOWN, "\\$&")}](${address(image.link)})`),
  HTML: lines((image) => `<img src="${inHTML(image.link)}" alt="${inHTML(alt(image))}">`),
  BBCode: lines(({ link }) => `[img]${address(link)}[/img]`),
  CSV: (images) =>
    [COLUMNS, ...images.map(row)].map((cells) => cells.map(cell).join(",") + "\r\n").join(""),
  JSON: (images) => JSON.stringify(
    images.map((image) => Object.fromEntries(COLUMNS.map((name, n) => [name, row(image)[n]]))),
    null, 2),
};
