// Small pictures of what is at Imgur.

const IMGUR = /^(https:\/\/i\.imgur\.com\/\w{5,7})\.\w+$/;

/** Imgur serves every image as a square of 160 pixels under its id and a "b"; others as it is. */
const small = (link) => link.replace(IMGUR, "$1b.jpg");

/** Show the picture of a link over the sign in this element. */
export function showThumbnail(element, link) {
  const image = new Image();
  image.alt = "";
  image.loading = "lazy";
  image.decoding = "async";
  image.addEventListener("error", () => image.remove()); // a video, say: the sign stays
  image.src = small(link);
  element.append(image);
}
