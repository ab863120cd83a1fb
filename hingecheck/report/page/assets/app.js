"use strict";
/* The first page of the app: takes clips, shows how far they are, and opens the results. */
(() => {
  const { given, ask, tell, fill, saving, open, show, buttons, value } = hinge;
  const FAST_MS = 500; // between two looks while a clip is open
  const SLOW_MS = 4000;
  const list = document.getElementById("list");
  const before = document.getElementById("before");
  const zone = document.getElementById("zone");
  const problems = document.getElementById("problems");
  const cards = new Map();
  let uploads = 0;
  let timer = 0;

  /* --- cards --- */

  const made = (clip) => {
    const card = document.getElementById("card").content.cloneNode(true).firstElementChild;
    card.querySelector(".file").textContent = clip.file;
    const id = () => card.dataset.id;
    saving(card.querySelector("form"), id, () => look());
    buttons(card, id, look);
    return card;
  };

  const put = (card, clip) => {
    card.dataset.id = clip.id;
    card.querySelector(".page").href = `clips/${clip.id}`;
    const image = card.querySelector(".thumb img");
    image.hidden = !clip.picture;
    if (clip.picture && !image.src.endsWith(clip.picture)) image.src = clip.picture;
    show(card, clip);
    fill(card.querySelector("form"), clip.answers);
  };

  const draw = (state) => {
    const old = new Map(cards);
    for (const clip of [...state.clips].reverse()) {
      let card = cards.get(clip.id);
      if (!card) {
        card = made(clip);
        cards.set(clip.id, card);
      }
      if (card.dataset.open && !open(clip)) {
        document.getElementById("live").textContent = `${clip.file}: ${clip.remark || clip.outcome || clip.message || say("Cancelled")}`;
      }
      card.dataset.open = open(clip) ? "yes" : "";
      old.delete(clip.id);
      put(card, clip);
      if (!card.isConnected) list.prepend(card);
    }
    for (const [id, card] of old) {
      if (!card.contains(document.activeElement)) {
        card.remove();
        cards.delete(id);
      }
    }
    document.getElementById("none").hidden = cards.size > 0 || uploads > 0;
    document.getElementById("more").hidden = state.finished <= state.clips.length;
    document.getElementById("finished").textContent = state.finished;
    options(state);
  };

  const options = ({ athletes, standing }) => {
    const names = document.getElementById("athletes");
    if (names.childElementCount !== athletes.length) {
      names.replaceChildren(...athletes.map((name) => Object.assign(document.createElement("option"), { value: name })));
    }
    document.getElementById("standing-label").hidden = !standing.length;
    for (const select of document.querySelectorAll("select[name=standing]")) {
      if (select.options.length === standing.length + 1) continue;
      const kept = select.value;
      const choices = standing.map((clip) => new Option(clip.file, clip.id));
      select.replaceChildren(select.options[0], ...choices);
      select.value = kept;
    }
  };

  /* --- looking at the state, again and again --- */

  async function look() {
    clearTimeout(timer);
    let wait = SLOW_MS;
    try {
      const state = await ask("GET", "state");
      draw(state);
      if (state.clips.some(open)) wait = FAST_MS;
      document.getElementById("lost").hidden = true;
    } catch {
      document.getElementById("lost").hidden = false;
    }
    clearTimeout(timer);
    timer = setTimeout(look, wait);
  }

  /* --- taking clips --- */

  const complain = (text) => {
    const line = document.createElement("span");
    line.textContent = `${text} `;
    problems.append(line);
  };

  const upload = (file) =>
    new Promise((resolve) => {
      if (file.size >= given.largest) {
        complain(say("{0}: is too large. Cut the clip to one set, or export it smaller (1080p).", file.name));
        resolve();
        return;
      }
      const said = Object.fromEntries(
        [...before.elements].filter((field) => field.name && field.name !== "kind" && value(field)).map((field) => [field.name, value(field)]),
      );
      const query = new URLSearchParams({ name: file.name, kind: before.elements.kind.value, answers: JSON.stringify(said) });
      const card = made({ file: file.name });
      const bar = card.querySelector("progress");
      const state = card.querySelector(".state");
      const request = new XMLHttpRequest();
      for (const part of [".page", ".ask"]) card.querySelector(part).hidden = true;
      bar.hidden = false;
      state.textContent = say("Copying");
      bar.setAttribute("aria-label", say("Copying"));
      list.prepend(card);
      document.getElementById("none").hidden = true;
      uploads += 1;
      const end = (text) => {
        uploads -= 1;
        card.remove();
        if (text) complain(text);
        resolve();
      };
      const cancel = card.querySelector(".cancel");
      cancel.hidden = false;
      cancel.addEventListener("click", () => request.abort());
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) bar.value = event.loaded / event.total;
      });
      request.addEventListener("load", () => {
        let told = {};
        try {
          told = JSON.parse(request.responseText);
        } catch {
          told = { message: say("The app refused this."), remedy: "" };
        }
        end(request.status === 201 ? "" : `${told.message}. ${told.remedy}`);
        look();
      });
      request.addEventListener("error", () => end(say("{0}: could not be copied. Is the app running?", file.name)));
      request.addEventListener("abort", () => end(""));
      request.open("POST", `clips?${query}`);
      request.send(file);
    });

  const take = async (files) => {
    problems.replaceChildren();
    for (const file of files) await upload(file);
  };

  document.getElementById("files").addEventListener("change", (event) => {
    take([...event.target.files]).then(() => {
      event.target.value = "";
    });
  });
  before.addEventListener("submit", (event) => event.preventDefault());
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  document.addEventListener("dragleave", () => zone.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take([...event.dataTransfer.files]);
  });

  draw(given.now);
  if (!given.now.clips.length) document.getElementById("guide").open = true;
  look();
})();
