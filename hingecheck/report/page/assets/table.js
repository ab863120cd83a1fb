"use strict";
/* The table of missing details: every field saves itself. */
(() => {
  const { ask, tell } = hinge;
  const saved = document.getElementById("saved");
  document.getElementById("rows").addEventListener("change", async (event) => {
    const row = event.target.closest("tr");
    try {
      const told = await ask("PATCH", `clips/${row.dataset.id}`, { [event.target.name]: event.target.value });
      event.target.removeAttribute("aria-invalid");
      tell(saved, `${row.querySelector("th").textContent}: ${told.remark ? say(told.remark) : say("Saved.")}`);
    } catch (error) {
      event.target.setAttribute("aria-invalid", "true");
      tell(saved, error.message, true);
    }
  });
})();
