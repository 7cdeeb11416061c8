// How one text looks on a phone. Words of a text are only ever set as text, never as markup.

const TICKS = {
  queued: ["clock", "waiting in the network"],
  sent: ["tick", "sent"],
  delivered: ["ticks", "delivered"],
  undelivered: ["cross", "not delivered"],
  failed: ["cross", "failed"],
  receiving: ["clock", "on its way"],
  received: ["ticks", "taken by the line"],
};
const REASONS = {
  30003: "phone unreachable",
  30005: "unknown phone",
  30007: "filtered by the carrier",
  30036: "waited too long",
};
const DRAWINGS = {
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 6.5V10l2.4 1.6",
  tick: "M4.5 10.5l3.6 3.6 7.4-8",
  ticks: "M1.5 10.5l3.6 3.6 7.4-8M9.2 13.2l1 .9 7.4-8",
  cross: "M10 4.5v7M10 15v.3",
};

export function bubble(message, lines) {
  const whole = element("article", `text ${message.direction}`);
  if (lineOf(message) === lines.alerts) whole.classList.add("alert");
  const words = element("div", "words");
  for (const url of message.media) words.append(picture(url));
  if (message.body) {
    const body = element("p", "body");
    body.dir = "auto";
    body.textContent = message.body;
    words.append(body);
  }
  whole.append(words, element("p", "meta"));
  dress(whole, message);
  return whole;
}

// What may change after a text was drawn: its status.
export function dress(whole, message) {
  const [drawing, word] = state(message);
  whole.dataset.status = message.status;
  whole.classList.toggle("trouble", drawing === "cross");
  const meta = whole.querySelector(".meta");
  const time = element("time", "");
  time.dateTime = message.at;
  time.textContent = clock(message.at);
  const parts = [time, span(message.num_segments > 1 ? `${message.num_segments} segments` : "1 segment")];
  meta.replaceChildren(...parts, icon(drawing, word), span(word, drawing === "cross" ? "why" : "hidden"));
}

export function threadLabel(message, before, lines, pretty) {
  const line = lineOf(message);
  const day = new Date(message.at).toDateString();
  const sameDay = before && new Date(before.at).toDateString() === day;
  if (sameDay && lineOf(before) === line) return null;
  const label = element("p", "thread");
  const name = element("strong", "");
  name.textContent = { [lines.hotline]: "Hotline", [lines.alerts]: "Alerts" }[line] ?? "Other";
  label.append(name, ` ${pretty(line)}`);
  if (before && !sameDay) label.append(` · ${new Date(message.at).toLocaleDateString()}`);
  if (line === lines.alerts) label.classList.add("alert");
  return label;
}

function state(message) {
  const [drawing, word] = TICKS[message.status] ?? ["clock", message.status];
  const code = message.error_code;
  if (code) return ["cross", `${word}: ${REASONS[code] ?? "refused"} (${code})`];
  const answer = message.webhook_status;
  if (message.status !== "received" || answer === null) return [drawing, word];
  if (answer === 0) return ["cross", "the line did not answer"];
  return answer < 300 ? [drawing, word] : ["cross", `the line answered ${answer}`];
}

function lineOf(message) {
  return message.direction === "sent" ? message.to : message.from;
}

function picture(url) {
  const address = new URL(url, location.href);
  if (address.origin !== location.origin && !address.pathname.startsWith("/media/")) {
    return span(`Photo: ${url}`, "body");
  }
  const image = document.createElement("img"); // pictures of ours, whatever name this machine was called by
  image.src = address.pathname;
  image.alt = `Photo: ${address.pathname.split("/").pop().replace(".png", "")}`;
  image.width = 320;
  image.height = 240;
  return image;
}

function clock(at) {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function icon(name, title) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS(svg.namespaceURI, "path");
  const words = document.createElementNS(svg.namespaceURI, "title");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `tick ${name}`);
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", DRAWINGS[name]);
  words.textContent = title;
  svg.append(words, path);
  return svg;
}

function element(tag, classes) {
  const made = document.createElement(tag);
  made.className = classes;
  return made;
}

function span(text, classes = "") {
  const made = element("span", classes);
  made.textContent = text;
  return made;
}
