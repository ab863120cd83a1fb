"use strict";
/* The page of one clip: its state, its questions, and what can be made of it. */
(() => {
  const { given, root, send, ask, tell, fill, saving, open, show, buttons } = hinge;
  const { id } = given.clip;
  const WIDE_PX = 1100;
  const result = document.getElementById("result");
  const form = document.querySelector(".questions");
  const framed = document.getElementById("framed");
  let state = "";
  let soon = true; // the state of the clip will change

  const frame = () => {
    if (window.innerWidth < WIDE_PX) return;
    const made = document.createElement("iframe");
    made.title = say("The report of this clip");
    made.src = root + given.report;
    framed.replaceChildren(made);
    result.classList.add("framed");
  };

  const draw = (clip) => {
    show(result, clip);
    fill(form, clip.answers);
    const fresh = clip.state !== state || clip.report !== given.report;
    given.report = clip.report;
    document.getElementById("done").hidden = clip.state !== "done";
    if (fresh && clip.report) frame();
    if (clip.state !== "done") {
      framed.replaceChildren();
      result.classList.remove("framed");
    }
    state = clip.state;
    soon = open(clip);
  };

  const look = async () => {
    try {
      draw(await ask("GET", `clips/${id}/card`));
    } catch (error) {
      result.querySelector(".sentence").textContent = error.message;
    }
    setTimeout(look, soon ? 500 : 4000);
  };

  const sending = (name, act) => {
    const sent = document.getElementById(name);
    sent.addEventListener("submit", async (event) => {
      event.preventDefault();
      const output = sent.querySelector("output");
      tell(output, say("Working on it"));
      try {
        await act(Object.fromEntries(new FormData(sent)), event.submitter);
        tell(output, "");
      } catch (error) {
        tell(output, error.message, true);
      }
    });
  };

  sending("compare", async (said) => {
    location.href = root + (await ask("POST", "compare", { a: id, ...said })).page;
  });
  sending("clinic", async (said, button) => {
    const answer = await send("POST", `clips/${id}/${button.value}`, said);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = decodeURIComponent(answer.headers.get("Content-Disposition").split("''")[1]);
    link.click();
    URL.revokeObjectURL(link.href);
  });
  document.getElementById("delete").addEventListener("click", async (event) => {
    try {
      await ask("DELETE", `clips/${id}`);
      location.href = `${root}./`;
    } catch (error) {
      tell(event.target.nextElementSibling, error.message, true);
    }
  });

  saving(form, () => id, (clip) => {
    draw(clip);
    if (clip.report) frame();
  });
  buttons(result, () => id);
  draw(given.clip);
  setTimeout(look, 500);
})();
