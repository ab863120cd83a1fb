"use strict";
/* The page of athletes: delete one for good, or take a deleted name back. */
(() => {
  const { ask, tell } = hinge;
  const acting = (form, act) =>
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const output = form.querySelector("output");
      try {
        await act(form, output);
      } catch (error) {
        tell(output, error.message, true);
      }
    });
  for (const form of document.querySelectorAll("form.delete")) {
    acting(form, async (sent, output) => {
      const { name } = sent.closest("details").dataset;
      if (sent.elements.typed.value.trim() !== name.trim()) throw new Error(say("This is not the name above."));
      await ask("POST", "athletes/delete", { athlete: name });
      const fold = sent.closest("details");
      fold.querySelector("summary").textContent = say("{0}: deleted", name);
      for (const part of fold.querySelectorAll("p, label, button")) part.remove();
      tell(output, say("Deleted with all clips, results and history."));
    });
  }
  acting(document.getElementById("restore"), async (sent, output) => {
    await ask("POST", "athletes/restore", { athlete: sent.elements.athlete.value });
    tell(output, say("New clips of this name are accepted again."));
  });
})();
