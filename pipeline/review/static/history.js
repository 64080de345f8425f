// The history page: take a decision back, or bring it back.
import { decide, start } from "./api.js";

const started = start();
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-take-back]");
  if (!button) return;
  button.disabled = true;
  await started;
  await decide(button.dataset.takeBack, { decision: Number(button.dataset.decision) });
  location.reload();
});
