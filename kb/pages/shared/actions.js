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
  if (button.dataset.act === "open" && !element.closest(".kb-pane")) {
    document.querySelectorAll("[data-opened]").forEach((e) => e.removeAttribute("data-opened"));
    button.setAttribute("data-opened", "");
  }
  trigger("click", { ...button.dataset });
});
// A pane that got a new provision is shown from its top; on a phone it lies below and is scrolled to.
if (element.closest(".kb-pane")) {
  watch("value", () => {
    const title = element.querySelector("h2[tabindex]");
    element.closest(".kb-pane").scrollTop = 0;
    if (!title) return;
    if (matchMedia("(max-width: 768px)").matches) title.scrollIntoView({ block: "start" });
    title.focus({ preventScroll: true });
  });
}
// A new question comes into view with its first line, and again when its answer has come.
if (element.closest(".kb-log")) {
  const turns = () => element.querySelectorAll(".kb-turn");
  let seen = turns().length;
  let waiting = false;
  watch("value", () => {
    const last = turns()[turns().length - 1];
    waiting = waiting || turns().length === seen + 1;
    seen = turns().length;
    if (!waiting || !last) return;
    last.scrollIntoView({ block: "start" });
    waiting = last.hasAttribute("aria-busy");
  });
}
