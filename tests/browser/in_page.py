"""What tests ask a page, in JavaScript."""

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

HIDDEN = "[...document.querySelectorAll('{selector}')].every(each => getComputedStyle(each).display === 'none')"

ALL_PICTURES_LOADED = """
[...document.images].map(image => (image.loading = 'eager', image))
  .every(image => image.complete && image.naturalWidth > 0)
"""

# A picture inside a link that assistive technology skips may have an empty text, not a missing one.
PICTURES_WITHOUT_TEXT = """
[...document.images].filter(image => !image.hasAttribute('alt')
  || (!image.alt.trim() && !image.closest('[aria-hidden=true]'))).map(image => image.outerHTML)
"""

HEADINGS = "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(heading => Number(heading.tagName[1]))"

LANDMARKS = """
({banner: document.querySelectorAll('body > header').length,
  navigation: document.querySelectorAll('nav[aria-label]').length,
  main: document.querySelectorAll('main').length,
  contentinfo: document.querySelectorAll('body > footer').length})
"""

# WCAG 2.2, 1.4.3, for whatever has a letter or a digit: a bar between two words is decoration.
# Colours are read back from a canvas, whatever notation they are computed in.
PALE_TEXTS = """
(() => {
  const pen = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d');
  const read = colour => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const over = (top, below) => [0, 1, 2].map(i => (top[i] * top[3] + below[i] * (255 - top[3])) / 255);
  const ground = element => {
    if (!element) throw new Error('nothing opaque lies behind a text');
    const own = read(getComputedStyle(element).backgroundColor);
    return own[3] === 255 ? own : over(own, ground(element.parentElement));
  };
  const light = colour => [0.2126, 0.7152, 0.0722].reduce((sum, share, i) => {
    const part = colour[i] / 255;
    return sum + share * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  }, 0);
  const contrast = element => {
    const below = ground(element);
    const pair = [light(over(read(getComputedStyle(element).color), below)), light(below)].sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  };
  const speaks = element => element.getClientRects().length > 0
    && [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && /[\\p{L}\\p{N}]/u.test(node.data));
  const texts = [...document.body.querySelectorAll('*')].filter(speaks);
  if (texts.length < 10) throw new Error('hardly any text was found');
  return texts.filter(element => contrast(element) < 4.5)
    .map(element => `${contrast(element).toFixed(2)} ${element.tagName} ${element.textContent.trim().slice(0, 40)}`);
})()
"""
