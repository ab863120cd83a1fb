"use strict";
/* What the pages of the app share: requests, the questions of a clip, its state, the choice of a person. */
const hinge = (() => {
  const data = document.getElementById("data");
  const given = data ? JSON.parse(data.textContent) : {};
  const root = given.root ?? "";

  /* Send a request.  Throws an Error with the message and the remedy of the app. */
  const send = async (method, path, body) => {
    let answer;
    try {
      answer = await fetch(root + path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    } catch {
      throw new Error(say("The app does not answer."));
    }
    if (answer.ok) return answer;
    let told;
    try {
      told = await answer.json();
    } catch {
      throw new Error(say("The app refused this."));
    }
    throw new Error(`${told.message}. ${told.remedy}`);
  };
  const ask = async (method, path, body) => (await send(method, path, body)).json();

  const tell = (output, text, wrong) => {
    output.textContent = text;
    output.classList.toggle("wrong", Boolean(wrong));
  };

  const value = (field) => (field.type === "checkbox" ? (field.checked ? "true" : "") : field.value);

  /* Fill in the questions, but not the field that is being edited. */
  const fill = (form, answers) => {
    for (const field of form.elements) {
      if (!field.name || !(field.name in answers) || field === document.activeElement) continue;
      const known = answers[field.name];
      if (field.type === "checkbox") field.checked = Boolean(known);
      else field.value = known ?? "";
    }
  };

  /* Every question saves itself. */
  const saving = (form, id, after) => {
    const output = form.querySelector("output");
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", async (event) => {
      try {
        const told = await ask("PATCH", `clips/${id()}`, { [event.target.name]: value(event.target) });
        tell(output, told.remark ? say(told.remark) : say("Saved."));
        event.target.removeAttribute("aria-invalid");
        if (after) after(told.clip);
      } catch (error) {
        event.target.setAttribute("aria-invalid", "true");
        tell(output, error.message, true);
      }
    });
  };

  const STATES = {
    waiting: "Waits for its turn",
    running: "Getting ready",
    cancelled: "Cancelled",
    failed: "No result",
    standing: "Standing clip",
    done: "Reading the result",
  };

  /* Whether a clip waits, runs, or is finished and its result is still being read. */
  const open = (clip) =>
    ["waiting", "running"].includes(clip.state) || (clip.state === "done" && !clip.outcome && !clip.message);

  /* Show the state of a clip in the parts of its card or page. */
  const show = (box, clip) => {
    const part = (name) => box.querySelector(name);
    const bar = part("progress");
    const running = clip.progress;
    let state = clip.outcome || say(STATES[clip.state] ?? "");
    if (clip.state === "running" && running) {
      const stage = say(running.stage);
      state = running.expected
        ? say("{0}: {1} of {2} pictures", stage[0].toUpperCase() + stage.slice(1), running.done, running.expected)
        : stage[0].toUpperCase() + stage.slice(1);
    }
    part(".state").textContent = state;
    bar.hidden = clip.state !== "running";
    bar.setAttribute("aria-label", state);
    if (running && running.expected) bar.value = Math.min(1, running.done / running.expected);
    else bar.removeAttribute("value");
    part(".sentence").textContent = clip.message ? `${clip.message} ${clip.remedy}` : clip.sentence;
    part(".remark").hidden = !clip.remark;
    part(".remark").textContent = clip.remark;
    part(".cue").hidden = !clip.cue || Boolean(clip.message);
    part(".cue").textContent = clip.cue;
    part(".open").hidden = !clip.report;
    if (clip.report) part(".open").href = root + clip.report;
    part(".cancel").hidden = !["waiting", "running"].includes(clip.state);
    part(".again").hidden = !clip.video || !["done", "failed", "cancelled"].includes(clip.state);
    people(part(".who"), clip);
  };

  /* The picture with several people.  A button lies on each person; a click beside them counts, too. */
  const people = (fold, clip) => {
    const several = clip.places.length > 1 && clip.video;
    const key = several ? `${clip.id} ${clip.places.length}` : "";
    fold.hidden = !several;
    if (!several || fold.dataset.made === key) return;
    fold.dataset.made = key;
    fold.open = clip.answers.person === "auto";
    const box = fold.querySelector(".people");
    const picture = box.querySelector("img");
    picture.src = `${root}clips/${clip.id}/people.jpg`;
    for (const old of box.querySelectorAll("button")) old.remove();
    const choose = (x, y) => {
      fold.open = false;
      ask("POST", `clips/${clip.id}/person`, { x, y }).catch((error) => {
        fold.parentElement.querySelector(".sentence").textContent = error.message;
      });
    };
    picture.addEventListener("click", (event) => {
      const size = picture.getBoundingClientRect();
      choose((event.clientX - size.left) / size.width, (event.clientY - size.top) / size.height);
    });
    const ordered = [...clip.places].sort((a, b) => a.x - b.x);
    ordered.forEach((person, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-label", say("Person {0} of {1}, from the left", index + 1, ordered.length));
      const label = document.createElement("span");
      label.textContent = index + 1;
      button.append(label);
      const { style } = button;
      style.left = `${100 * person.left}%`;
      style.top = `${100 * person.top}%`;
      style.width = `${100 * (person.right - person.left)}%`;
      style.height = `${100 * (person.bottom - person.top)}%`;
      button.addEventListener("click", () => choose(person.x, person.y));
      box.append(button);
    });
  };

  const buttons = (box, id, after) => {
    const sentence = box.querySelector(".sentence");
    const on = (name, what) =>
      box.querySelector(name).addEventListener("click", () =>
        ask("POST", `clips/${id()}/${what}`).then(after, (error) => {
          sentence.textContent = error.message;
        }),
      );
    on(".cancel", "cancel");
    on(".again", "measure");
  };

  return { given, root, send, ask, tell, value, fill, saving, open, show, buttons };
})();
