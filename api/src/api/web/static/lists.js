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

/** The images of a file that is a list: `{url}`, with what else the columns of a CSV file say. */
export function imagesIn(name, text) {
  if (/\.csv$/i.test(name)) {
    const [head = [], ...rows] = rowsOf(text);
    const columns = head.map((title) => title.trim().toLowerCase());
    if (columns.includes("url")) return rows.map((row) => imageOf(columns, row)).filter(Boolean);
  }
  return urlsIn(text).urls.map((url) => ({ url }));
}

/** What may be told of an image beside its URL. */
const MEMBERS = ["url", "title", "description", "referer"];

function imageOf(columns, cells) {
  const image = {};
  for (const name of MEMBERS) {
    const value = cells[columns.indexOf(name)]?.trim();
    if (value) image[name] = value;
  }
  return image.url && image;
}

/** The rows of a CSV text as arrays of cells (RFC 4180); its first comma says what they are. */
function rowsOf(text) {
  const [, comma] = /^.*?([,;\t])/.exec(text) ?? [0, ","];
  const open = `[^${comma}\\r\\n]*`;
  const cells = new RegExp(`(?:"((?:[^"]|"")*)"${open}|(${open}))(${comma}|\\r\\n|\\r|\\n)`, "gy");
  const rows = [[]];
  for (const [, quoted, bare, end] of `${text.replace(/^\uFEFF/, "")}\n`.matchAll(cells)) {
    rows.at(-1).push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end !== comma) rows.push([]);
  }
  return rows;
}
