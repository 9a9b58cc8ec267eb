// Once per page: tells when the network is gone. Knows no handler.
() => {
  const mark = () => document.documentElement.classList.toggle("kb-offline", !navigator.onLine);
  addEventListener("online", mark);
  addEventListener("offline", mark);
  mark();
}
