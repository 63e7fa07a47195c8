// Copies of the templates in index.html, and what else is done with elements.

/** A copy of a template's one element, or of all its elements as a fragment. */
export function copyOf(template) {
  const { content } = document.getElementById(template);
  const copy = content.cloneNode(true);
  return copy.children.length === 1 ? copy.firstElementChild : copy;
}

/** Set a text only where it is another: nothing is laid out anew for nothing. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A link that opens in a tab of its own. */
export function linkTo(address, text) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = text;
  link.target = "_blank";
  link.rel = "noopener";
  return link;
}

/** Show how much of a bar is complete and how much failed. */
export function fillBar(bar, { complete, failed }, total) {
  const [first, second] = bar.children;
  const share = (count) => (total ? count / total : 0);
  first.style.transform = `scaleX(${share(complete)})`;
  second.style.transform = `translateX(${share(complete) * 100}%) scaleX(${share(failed)})`;
}

/** A few words at the bottom of the page, also for screen readers. */
export function say(text) {
  const toast = document.getElementById("toast");
  toast.textContent = text;
  toast.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => toast.classList.remove("shown"), 3000);
}
