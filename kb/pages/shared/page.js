// In the page's head: tells when the network is gone. Knows no handler. `element` is given by Gradio.
const note = element.querySelector("#kb-offline");
const tell = () => { note.hidden = navigator.onLine; };
addEventListener("online", tell);
addEventListener("offline", tell);
tell();
