// Runs once per gr.HTML: reports taps on [data-act] to the server, copies [data-copy], marks what is open.
// Knows no page. `element`, `trigger`, `watch` are given by Gradio.
const say = (button, text) => {
  const before = button.textContent;
  button.textContent = text;
  button.setAttribute("aria-live", "polite");
  setTimeout(() => { if (button.textContent === text) button.textContent = before; }, 1600);
};
const copy = async (text) => {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
  area.style.cssText = "position:fixed;opacity:0";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("copy");
};
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act],[data-copy]");
  if (!button || !element.contains(button)) return;
  if (button.dataset.copy !== undefined) {
    copy(button.dataset.copy).then(() => say(button, "已复制"), () => say(button, "请长按选择"));
    return;
  }
  if (button.dataset.act === "back") {
    (document.querySelector("[data-opened]") || document.body).scrollIntoView({ block: "center" });
    return;
  }
  if (["open", "refer"].includes(button.dataset.act) && !element.closest(".kb-pane")) {
    document.querySelectorAll("[data-opened]").forEach((e) => e.removeAttribute("data-opened"));
    button.setAttribute("data-opened", "");
  }
  document.body.dataset.kbTapped = "";
  trigger("click", { ...button.dataset });
});
const narrow = () => matchMedia("(max-width: 768px)").matches;
// A pane that got a new provision is shown from its top; on a phone it lies below and is scrolled to. The provision
// that comes by itself with an answer takes neither the view nor the focus.
if (element.closest(".kb-pane")) {
  watch("value", () => {
    const title = element.querySelector("h2[tabindex]");
    const tapped = document.body.dataset.kbTapped !== undefined || !element.closest("#kb-ask-pane");
    element.closest(".kb-pane").scrollTop = 0;
    if (!title || !tapped) return;
    delete document.body.dataset.kbTapped;
    if (narrow()) title.scrollIntoView({ block: "start" });
    title.focus({ preventScroll: true });
  });
}
// A result that lies below its form on a phone comes into view.
if (element.closest(".kb-result")) {
  watch("value", () => {
    const tapped = document.body.dataset.kbTapped !== undefined; // a part of it was asked for anew: stay there
    delete document.body.dataset.kbTapped;
    if (narrow() && !tapped && element.querySelector("h2")) element.scrollIntoView({ block: "start" });
  });
}
// A list of contents beside a provision shows the entry that is open.
if (element.closest(".kb-side")) {
  watch("value", () => {
    const side = element.closest(".kb-side");
    const here = element.querySelector(".kb-here");
    const above = here ? here.getBoundingClientRect().top - side.getBoundingClientRect().top : 0;
    if (!narrow()) side.scrollTop = here ? side.scrollTop + above - side.clientHeight / 3 : 0;
  });
}
// A new question comes into view with its first line, and again when its answer has come, unless one has scrolled on.
if (element.closest(".kb-log")) {
  const turns = () => element.querySelectorAll(".kb-turn");
  let seen = turns().length;
  let waiting = false;
  let at = 0;
  watch("value", () => {
    const last = turns()[turns().length - 1];
    const busy = Boolean(last && last.hasAttribute("aria-busy"));
    const fresh = turns().length === seen + 1 || (busy && !waiting);
    seen = turns().length;
    if (last && (fresh || (waiting && !busy && Math.abs(scrollY - at) < 40))) {
      delete document.body.dataset.kbTapped;
      last.scrollIntoView({ block: "start" });
      at = scrollY;
    }
    waiting = busy;
  });
}
