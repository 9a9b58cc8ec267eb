() => {
  // Once per page: tells when the network is gone. Knows no handler. (Gradio runs a file that begins with a function.)
  const tell = () => {
    const note = document.getElementById("kb-offline");
    if (note) note.hidden = navigator.onLine;
  };
  addEventListener("online", tell);
  addEventListener("offline", tell);
}
