// The stage without reloading: asks for the live parts, replaces those that changed, shows new pages in the frames.
"use strict";

const EVERY_MS = 700;
const shown = new Map();
const live = (root) => [...root.querySelectorAll("[data-live]")];
const now = () => document.querySelector("[data-live=controls]").dataset;

function show(frame, src) {
  const holder = document.getElementById(frame);
  if (!src || holder.dataset.shows === src) return;
  holder.dataset.shows = src;
  // Not by src: each page would become a step of the way back.
  holder.contentWindow.location.replace(src);
}

function lead(frame, href) {
  const link = document.querySelector(`[data-open=${frame}]`);
  link.href = href;
  link.textContent = href.replace("http://", "");
}

function follow() {
  const { plugged, harbour, harbourOpen, meridian, meridianOpen } = now();
  document.body.dataset.plugged = plugged;
  show("harbour", harbour);
  if (plugged === "true") show("meridian", meridian);
  lead("harbour", harbourOpen);
  lead("meridian", meridianOpen);
}

function apply(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of live(fresh)) {
    const name = part.dataset.live;
    const text = part.outerHTML;
    if (shown.get(name) === text) continue;
    shown.set(name, text);
    const focused = document.activeElement?.id;
    document.querySelector(`[data-live=${name}]`).replaceWith(part);
    if (focused && part.querySelector(`#${focused}`)) document.getElementById(focused).focus();
  }
  follow();
  count();
}

function count() {
  for (const time of document.querySelectorAll("[data-due]")) {
    const seconds = Math.ceil((Date.parse(time.dateTime) - Date.now()) / 1000);
    time.textContent = seconds > 0 ? `in ${seconds} s` : "now";
  }
}

async function look() {
  if (document.activeElement?.id === "article") return;
  const slug = now().slug;
  const answer = await fetch(`/demo/line?article=${encodeURIComponent(slug)}`);
  if (answer.ok && now().slug === slug) apply(await answer.text());
}

async function press(form, button) {
  const action = button?.getAttribute("formaction") ?? form.getAttribute("action");
  const asked = new URLSearchParams(new FormData(form));
  const answer = form.method === "get"
    ? await fetch(`${action}?${asked}`)
    : await fetch(action, { method: "POST", body: asked });
  const html = await answer.text();
  if (answer.redirected || form.method === "get") history.replaceState(null, "", answer.url);
  const trouble = new DOMParser().parseFromString(html, "text/html").querySelector(".trouble");
  document.querySelector(".trouble")?.remove();
  if (trouble) document.querySelector("main").prepend(trouble);
  apply(html);
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  document.body.classList.add("busy");
  press(event.target, event.submitter).catch(gone).finally(() => document.body.classList.remove("busy"));
});
document.addEventListener("change", (event) => {
  if (event.target.id !== "article") return;
  event.target.blur();
  event.target.form.requestSubmit();
});

function gone() {
  document.body.classList.add("gone");
}

async function watch() {
  try {
    await look();
    document.body.classList.remove("gone");
  } catch {
    gone();
  }
  setTimeout(watch, EVERY_MS);
}

document.body.classList.add("lively");
for (const name of ["harbour", "meridian"]) {
  document.getElementById(name).dataset.shows = document.getElementById(name).getAttribute("src") ?? "";
}
follow();
setInterval(count, 250);
watch();
