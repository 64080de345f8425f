// The charts, and the cards of the agreements' stages. Vega's functions come with the bundle.

const charts = [...document.querySelectorAll("[data-chart]")];
const drawn = charts.map((place) => {
  const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  // The interpreter instead of eval, which the page's policy forbids.
  return vegaEmbed(place, spec, { actions: false, ast: true, renderer: "svg" });
});
Promise.all(drawn).then(() => { document.documentElement.dataset.ready = "true"; });

function close(except) {
  for (const stage of document.querySelectorAll(".stage.open")) {
    if (stage === except) continue;
    stage.classList.remove("open");
    stage.querySelector("button").setAttribute("aria-expanded", "false");
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".stage button");
  if (!button && event.target.closest(".card")) return;
  const stage = button?.parentElement;
  close(stage);
  if (button) button.setAttribute("aria-expanded", String(stage.classList.toggle("open")));
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(null); });
