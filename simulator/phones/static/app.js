// The phones page: one card per phone, kept live by server-sent events. No build step, no dependency.
import { segments } from "./segments.js";
import { bubble, dress, threadLabel } from "./bubbles.js";

const SHOWN = "santuario-phones";
const KEPT = 300; // newest texts of a phone that the page holds
const PHOTO = "Photo"; // the chip that sends the first picture
const CHIPS = {
  resident: [
    "ICE is at 120 Park St", "1", PHOTO, "Hay migra en la Park", "MORE", "What are my rights at the door?", "STOP",
  ],
  responder: ["ON", "1", "PASS", "STATUS", "OFF"],
  organizer: ["STATUS", "HELP", "1"],
};
const FACES = {
  resident: "M10.5 18.5L19 11l8.5 7.5M13 17v10h12V17M17 27v-6h4v6", // a house
  responder: "M19 10l8 3v6c0 5-3.5 8-8 9.5-4.5-1.5-8-4.5-8-9.5v-6zM15.5 19l2.6 2.6 4.6-5", // a shield
  organizer: "M11 17v5h4l8 4.5v-14L15 17zM26.5 16.5c1.6 1.6 1.6 4.4 0 6M15 22l1.5 5h3l-1-3.4", // a loudspeaker
};
const main = document.querySelector("main");
const tabs = document.querySelector("nav.tabs");
const phones = new Map(); // number -> phone
let lines = {};
let known = new Map();
let events = null;

class Phone {
  constructor(number) {
    const person = known.get(number) ?? { name: "", role: "resident" };
    this.number = number;
    this.name = person.name || `Phone ${number.slice(-4)}`;
    this.role = person.role;
    this.bubbles = new Map();
    this.last = null; // the message at the bottom
    this.loaded = Promise.resolve();
    this.card = document.getElementById("phone").content.cloneNode(true).firstElementChild;
    this.log = this.card.querySelector(".log");
    this.tab = document.createElement("button");
    this.#furnish();
    this.#wire();
  }

  #furnish() {
    const id = `phone-${this.number.replace(/\W/g, "")}`;
    const heading = this.card.querySelector("h2");
    this.card.id = id;
    this.card.dataset.role = this.role;
    this.card.dataset.number = this.number;
    heading.id = `${id}-name`;
    heading.textContent = this.name;
    this.card.setAttribute("aria-labelledby", heading.id);
    this.card.querySelector(".number").textContent = pretty(this.number);
    this.card.querySelector(".face path").setAttribute("d", FACES[this.role] ?? FACES.resident);
    this.card.querySelector(".remove").setAttribute("aria-label", `Remove ${this.name}`);
    this.log.setAttribute("aria-label", `Texts of ${this.name}`);
    this.tab.type = "button";
    this.tab.textContent = this.name;
    this.card.querySelector("textarea").setAttribute("aria-label", `Text from ${this.name}`);
    for (const radio of this.card.querySelectorAll(".lines input")) {
      radio.name = `${id}-to`;
      radio.nextElementSibling.title = pretty(lines[radio.value] ?? "");
    }
    this.#chips();
    this.#pictures();
    this.count("");
  }

  #chips() {
    const group = this.card.querySelector(".chips");
    group.setAttribute("aria-label", `Quick texts of ${this.name}`);
    for (const text of CHIPS[this.role] ?? CHIPS.resident) {
      const draft = text === PHOTO ? { body: "", media: [lines.pictures[0].url] } : { body: text };
      group.append(button(text, () => this.send(draft)));
    }
  }

  #pictures() {
    const menu = this.card.querySelector("details");
    for (const picture of lines.pictures ?? []) {
      const image = document.createElement("img");
      image.src = picture.url;
      image.alt = `Send the photo ${picture.name.replace(".png", "")}`;
      const choice = button("", () => {
        menu.open = false;
        this.send({ body: this.take(), media: [picture.url] });
      });
      choice.append(image);
      menu.querySelector(".pictures").append(choice);
    }
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    });
  }

  #wire() {
    const form = this.card.querySelector("form");
    const field = form.querySelector("textarea");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const body = this.take();
      if (body) this.send({ body });
    });
    field.addEventListener("input", () => this.count(field.value));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    this.card.querySelector(".remove").addEventListener("click", () => remove(this.number));
    this.tab.addEventListener("click", () => show(this));
  }

  take() {
    const field = this.card.querySelector("textarea");
    const body = field.value.trim();
    field.value = "";
    this.count("");
    return body;
  }

  count(text) {
    const field = this.card.querySelector("textarea");
    field.style.height = "auto";
    if (text) field.style.height = `${Math.min(field.scrollHeight, 140)}px`;
    const note = this.card.querySelector(".count");
    if (!text) {
      note.textContent = "";
      return;
    }
    const cost = segments(text);
    const words = cost.count === 1 ? "1 segment" : `${cost.count} segments`;
    note.textContent = `${cost.units}/${cost.room} · ${words}`;
    note.title = cost.gsm ? "GSM-7" : "Unicode: a letter or sign outside the GSM alphabet makes segments short";
  }

  async send(text) {
    const complaint = this.card.querySelector("form .complaint");
    const line = this.card.querySelector(".lines input:checked").value;
    complaint.textContent = "";
    try {
      const response = await fetch(`/phones/${this.number}/send`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ to: lines[line], ...text }),
      });
      if (!response.ok) complaint.textContent = (await response.json()).error;
    } catch {
      complaint.textContent = "The simulator does not answer. Is it running?";
    }
  }

  load() {
    this.loaded = this.#load().catch(() => {});
    return this.loaded;
  }

  async #load() {
    const response = await fetch(`/phones/${this.number}/messages?limit=${KEPT}`);
    const messages = await response.json();
    this.log.replaceChildren();
    this.bubbles.clear();
    this.last = null;
    messages.forEach((message) => this.put(message, { seen: true }));
    if (!messages.length) this.#empty();
    this.log.scrollTop = this.log.scrollHeight;
  }

  #empty() {
    const note = document.createElement("p");
    note.className = "empty";
    note.textContent = "No texts yet. Write one, or choose one below.";
    this.log.append(note);
  }

  put(message, { seen = false } = {}) {
    const atBottom = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
    const drawn = this.bubbles.get(message.sid);
    if (drawn) dress(drawn, message);
    else this.#append(message);
    if (atBottom || (!drawn && message.direction === "sent")) this.log.scrollTop = this.log.scrollHeight;
    const news = !drawn && !seen && message.direction === "received";
    if (news && current() !== this) this.tab.classList.add("unread");
  }

  #append(message) {
    this.log.querySelector(".empty")?.remove();
    const label = threadLabel(message, this.last, lines, pretty);
    if (label) this.log.append(label);
    const fresh = bubble(message, lines);
    this.bubbles.set(message.sid, fresh);
    this.last = message;
    this.log.append(fresh);
  }
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

export function pretty(number) {
  return number.replace(/^(\w+:)?\+1(\d{3})(\d{3})(\d{4})$/, "$1+1 $2 $3 $4");
}

// Which phone a small screen shows; on a wide one they are all there and none is "current".
function current() {
  if (getComputedStyle(tabs).display === "none") return null;
  return [...phones.values()][Math.round(main.scrollLeft / Math.max(1, main.clientWidth))] ?? null;
}

function mark() {
  const shown = current();
  for (const phone of phones.values()) {
    const here = phone === shown;
    phone.tab.toggleAttribute("aria-current", here);
    if (here || !shown) phone.tab.classList.remove("unread");
    if (here) phone.tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
}

function show(phone) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  phone.card.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "nearest", inline: "start" });
}

function place(number) {
  const phone = new Phone(number);
  phones.set(number, phone);
  main.append(phone.card);
  tabs.append(phone.tab);
  return phone;
}

function remove(number) {
  const phone = phones.get(number);
  phone.card.remove();
  phone.tab.remove();
  phones.delete(number);
  remember();
  watch();
  mark();
}

function remember() {
  localStorage.setItem(SHOWN, JSON.stringify([...phones.keys()]));
}

function choose(people) {
  const saved = JSON.parse(localStorage.getItem(SHOWN) ?? "[]");
  if (Array.isArray(saved) && saved.length) return saved.map(String);
  const pick = (role, many) => people.filter((person) => person.role === role).slice(0, many);
  return [...pick("resident", 1), ...pick("responder", 2), ...pick("organizer", 1)].map((one) => one.number);
}

function watch() {
  events?.close();
  if (!phones.size) return;
  const asked = new URLSearchParams([...phones.keys()].map((number) => ["phone", number]));
  events = new EventSource(`/events?${asked}`);
  const reload = () => Promise.all([...phones.values()].map((phone) => phone.load())).then(mark);
  events.addEventListener("ready", () => {
    live("on", "Live");
    reload();
  });
  events.addEventListener("change", async ({ data }) => {
    const change = JSON.parse(data);
    if (change.reload) return reload();
    const phone = phones.get(change.phone);
    await phone?.loaded; // an older picture of the same text must not overwrite this one
    return phone?.put(change.message);
  });
  const source = events;
  events.addEventListener("error", () => {
    live("off", "Reconnecting");
    // The browser tries again by itself, unless something between answered for the simulator.
    if (source.readyState === EventSource.CLOSED && source === events) setTimeout(watch, 2000);
  });
}

function live(state, word) {
  const sign = document.querySelector(".live");
  sign.dataset.state = state;
  sign.querySelector(".word").textContent = word;
}

function wireAdd() {
  const form = document.querySelector("form.add");
  const opener = document.querySelector("button.more"); // only a small screen shows it
  opener.addEventListener("click", () => {
    const open = form.classList.toggle("open");
    opener.setAttribute("aria-expanded", open);
    if (open) field.focus();
  });
  const field = form.querySelector("input");
  const complaint = form.querySelector(".complaint");
  field.addEventListener("input", () => {
    complaint.textContent = "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const bare = field.value.replace(/[\s().-]/g, "");
    const number = /^\d{10}$/.test(bare) ? `+1${bare}` : bare;
    if (!/^(whatsapp:)?\+[1-9]\d{6,14}$/.test(number)) {
      complaint.textContent = "Write the number as +18605550112.";
      field.focus();
      return;
    }
    field.value = "";
    const phone = phones.get(number) ?? place(number);
    remember();
    watch();
    mark();
    show(phone);
    phone.card.querySelector("textarea").focus({ preventScroll: true });
  });
}

async function begin() {
  const [people, told] = await Promise.all(["/phones", "/lines"].map((url) => fetch(url).then((r) => r.json())));
  lines = told;
  known = new Map(people.map((person) => [person.number, person]));
  for (const person of people) {
    const option = document.createElement("option");
    option.value = person.number;
    option.label = person.name;
    document.getElementById("known").append(option);
  }
  choose(people).forEach(place);
  wireAdd();
  watch();
  main.addEventListener("scroll", mark, { passive: true });
  addEventListener("resize", mark);
  document.addEventListener("click", ({ target }) => {
    for (const menu of document.querySelectorAll("details[open]")) menu.open = menu.contains(target);
  });
}

begin().catch(() => live("off", "The simulator does not answer"));
