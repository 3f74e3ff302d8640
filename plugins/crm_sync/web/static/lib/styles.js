// Style sheets of the page; they use the host's CSS variables, so light and dark come by themselves.

/** Add the sheets to the document once, and wait until they apply: nothing is shown unstyled. */
export async function loadStyles(names) {
  await Promise.all(names.map(loadStyle));
}

function loadStyle(name) {
  const href = new URL(`../styles/${name}`, import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return undefined;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  return new Promise((resolve) => {
    // a page without its colours can still be read
    link.onload = link.onerror = resolve;
    document.head.append(link);
  });
}
