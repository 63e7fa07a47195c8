// Everything that was uploaded, newest first, page by page as it comes into sight.

import { offerCopies } from "./copying.js";
import { copyOf } from "./elements.js";
import { getLinks } from "./service.js";
import { showThumbnail } from "./thumbnails.js";

const PAGE = 60;

export async function showGallery(main, signal) {
  main.replaceChildren(copyOf("gallery"));
  const tiles = main.querySelector("ul");
  const more = main.querySelector(".more");
  let cursor = null;
  let loading = null;
  const load = async () => {
    const page = await getLinks(PAGE, cursor, signal);
    tiles.append(...page.uploaded.map(showTile));
    cursor = page.next;
    more.hidden = !cursor;
    main.querySelector(".empty").hidden = Boolean(tiles.children.length);
  };
  const loadOnce = () => {
    loading ??= load().finally(() => { loading = null; });
    return loading;
  };
  more.addEventListener("click", loadOnce);
  const near = new IntersectionObserver(
    ([{ isIntersecting }]) => isIntersecting && loadOnce(), { rootMargin: "600px" });
  near.observe(more);
  signal.addEventListener("abort", () => near.disconnect());
  await loadOnce();
}

function showTile(link) {
  const tile = copyOf("tile");
  const picture = tile.querySelector("a");
  const name = link.split("/").pop();
  picture.href = link;
  picture.setAttribute("aria-label", `${name} at Imgur`);
  showThumbnail(picture, link);
  const copy = tile.querySelector(".copy");
  copy.setAttribute("aria-label", `Copy the link of ${name}`);
  copy.addEventListener("click", () => offerCopies(copy, 1, () => [{ link }]));
  return tile;
}
