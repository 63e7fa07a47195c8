// One image of a job as a row: what it is called, how it is, and what can be done with it.

import { linkTo, setText } from "./elements.js";
import { showThumbnail } from "./thumbnails.js";
import { moment, nameOf, size } from "./words.js";

/** Write an image into its row, unless it is written there already or not known yet. */
export function fillRow(row, image, index) {
  row.dataset.index = index;
  if (!image || row.image === image) return;
  row.image = image;
  row.dataset.status = image.status;
  const { name, place } = nameOf(image.url);
  setText(row.querySelector("b"), name);
  setText(row.querySelector(".name .soft"), place);
  row.querySelector(".state").replaceChildren(...stateOf(image));
  const [copy, again] = row.querySelectorAll("button");
  copy.hidden = !image.link;
  copy.setAttribute("aria-label", `Copy the link of ${name}`);
  again.hidden = image.status !== "failed";
  again.setAttribute("aria-label", `Try ${name} again`);
  const thumbnail = row.querySelector(".thumbnail");
  thumbnail.querySelector("img")?.remove();
  if (image.link) showThumbnail(thumbnail, image.link);
}

function stateOf({ status, link, width, height, bytes, error, retryAt, ...image }) {
  if (status === "failed") return [error.message];
  if (image.deleted) return ["Deleted at Imgur"];
  if (status === "pending") return [retryAt ? `Tried again at ${moment(retryAt)}` : "Waiting"];
  const facts = [` · ${width} × ${height} · ${size(bytes)}`];
  if (image.deduplicated) facts.push(" · was there already");
  if (image.possiblyDuplicated) facts.push(" · perhaps there twice");
  return [linkTo(link, link.replace(/^https?:\/\//, "")), ...facts];
}
