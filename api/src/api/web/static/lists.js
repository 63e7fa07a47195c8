// URLs in what people have: lists, CSV, Markdown, HTML, plain prose.

const URL_ALONE = /^https?:\/\/\S+$/i;
const URL_WITHIN = /https?:\/\/[^\s"'<>[\]{}|\\^`]+/gi;

/** The URLs of a text, and how many of its lines have none. A line that begins with # is a comment. */
export function urlsIn(text) {
  const urls = [];
  let without = 0;
  for (const line of text.split(/\r\n|\r|\n/).map((untrimmed) => untrimmed.trim())) {
    if (!line || line.startsWith("#")) continue;
    const found = URL_ALONE.test(line) && !/[<>"[\]]/.test(line)
      ? [line] : (line.match(URL_WITHIN) ?? []).map(withoutEnd);
    if (found.length) urls.push(...found);
    else without += 1;
  }
  return { urls, without };
}

/** Without what belongs to the sentence around it: "(see https://example.org/cat.jpg)." */
function withoutEnd(url) {
  url = url.replace(/[.,;:!?]+$/, "");
  const opened = url.split("(").length;
  return url.endsWith(")") && url.split(")").length > opened ? withoutEnd(url.slice(0, -1)) : url;
}

/** The URLs of a file that is a list: of its column `url` where it is CSV with one. */
export function urlsInFile(name, text) {
  if (/\.csv$/i.test(name)) {
    const [head, ...rows] = readCSV(text);
    const column = head.findIndex((title) => /^url$/i.test(title.trim()));
    if (column >= 0) return urlsIn(rows.map((cells) => cells[column] ?? "").join("\n"));
  }
  return urlsIn(text);
}

/** The rows of a CSV text as arrays of cells (RFC 4180). */
export function readCSV(text) {
  const rows = [[]];
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\r|\n|$)/gy;
  text = text.replace(/^\uFEFF/, "");
  while (cells.lastIndex < text.length) {
    const match = cells.exec(text);
    if (!match) break;
    const [, quoted, bare, end] = match;
    rows.at(-1).push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end && end !== ",") rows.push([]);
  }
  return rows.filter((cellsOfRow) => cellsOfRow.length);
}
