// Brings the numbers of a page up to date, without moving the focus or losing what was typed.
"use strict";
const EVERY = 2000; // milliseconds

function show(fresh) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(old.id);
    if (now) old.replaceWith(document.importNode(now, true));
  }
}

async function look() {
  const note = document.getElementById("live-note");
  const state = document.body.dataset.state;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    show(fresh);
    note.textContent = "";
    if (fresh.body.dataset.state !== state) {
      const typed = [...document.querySelectorAll("textarea, input:not([type=hidden])")];
      const busy = typed.some((one) => one.value !== one.defaultValue || one.checked !== one.defaultChecked);
      if (!busy) return location.reload();
      note.textContent = "This has changed: look again before you go on.";
    }
  } catch {
    note.textContent = "The line does not answer: these numbers are old.";
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
